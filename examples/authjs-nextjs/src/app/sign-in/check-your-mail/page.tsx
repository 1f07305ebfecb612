import type { Metadata } from "next"
import Link from "next/link"
import { MailIcon } from "@/components/icons"

export const metadata: Metadata = { title: "Check your mail" }

export default function CheckYourMail() {
  return (
    <section className="card narrow center">
      <span className="badge-icon">
        <MailIcon />
      </span>
      <h1>Check your mail</h1>
      <p className="muted">We sent you a link. It works once, within 15 minutes.</p>
      <Link className="button primary" href="/mail">
        Open the inbox of this demo
      </Link>
    </section>
  )
}
