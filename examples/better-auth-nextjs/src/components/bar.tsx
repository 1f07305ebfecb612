import Link from "next/link"
import { currentSession } from "@/auth"
import { Logo } from "./icons"
import { ThemeSwitch } from "./theme-switch"

export async function Bar() {
  const session = await currentSession()
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
