import type { Metadata } from "next"
import { cookies } from "next/headers"
import Link from "next/link"
import { currentSession } from "@/auth"
import { Logo } from "@/components/icons"
import { type Theme, ThemeSwitch } from "@/components/theme-switch"
import "./globals.css"

export const metadata: Metadata = {
  title: { default: "dynauth example", template: "%s · dynauth example" },
  description: "Better Auth with its tables in DynamoDB",
}

export default async function Layout({ children }: LayoutProps<"/">) {
  const session = await currentSession()
  // No cookie: the browser's own preference decides (see `color-scheme` in globals.css).
  const theme = (await cookies()).get("theme")?.value as Theme | undefined

  return (
    <html lang="en" data-theme={theme}>
      <body>
        <a className="skip" href="#main">
          Skip to the content
        </a>
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
        <main id="main">{children}</main>
        <footer className="foot">
          A demo of Better Auth with <code>dynauth</code>, its DynamoDB adapter.
        </footer>
      </body>
    </html>
  )
}
