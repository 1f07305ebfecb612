import Link from "next/link"
import { auth } from "@/auth"
import { Logo } from "./icons"
import { ThemeSwitch } from "./theme-switch"

export async function Bar() {
  const session = await auth()
  return (
    <header className="bar">
      <Link href="/" className="brand">
        <Logo /> dynauth
      </Link>
      <nav aria-label="Main">
        <Link href="/mail">Inbox</Link>
        {session ? <Link href="/account">Account</Link> : <Link href="/sign-in">Sign in</Link>}
        <ThemeSwitch />
      </nav>
    </header>
  )
}
