import Link from "next/link"
import { currentSession } from "@/auth"
import { Logo } from "@/components/icons"
import { ThemeSwitch } from "@/components/theme-switch"

/**
 * The bar at the top of every page. As a slot of the layout it is rendered anew with each page; the layout itself is not, and
 * would go on saying "Account" when the session has ended elsewhere.
 */
export default async function Bar() {
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
