import type { Metadata } from "next"
import { cookies } from "next/headers"
import { Bar } from "@/components/bar"
import type { Theme } from "@/components/theme-switch"
import "./globals.css"

export const metadata: Metadata = {
  title: { default: "dynauth example", template: "%s · dynauth example" },
  description: "Auth.js with its users and sessions in DynamoDB",
}

export default async function Layout({ bar, children }: LayoutProps<"/">) {
  // No cookie: the browser's own preference decides (see `color-scheme` in globals.css).
  const theme = (await cookies()).get("theme")?.value as Theme | undefined

  return (
    <html lang="en" data-theme={theme}>
      <body>
        <a className="skip" href="#main">
          Skip to the content
        </a>
        {/* A page that is not there has no slots. */}
        {bar ?? <Bar />}
        <main id="main">{children}</main>
        <footer className="foot">
          A demo of Auth.js with <code>dynauth</code>, its DynamoDB adapter.
        </footer>
      </body>
    </html>
  )
}
