import type { Metadata } from "next"
import Link from "next/link"
import { connection } from "next/server"
import { MailIcon } from "@/components/icons"
import { LocalTime } from "@/components/local-time"
import { listMails } from "@/mail"

export const metadata: Metadata = { title: "Inbox of this demo" }

export default async function Mail() {
  await connection() // Never prerendered: the inbox is read for each request.
  const mails = listMails()

  return (
    <div className="page">
      <header className="page-head">
        <h1>Inbox of this demo</h1>
        <p className="muted">Every mail the app would have sent since it started, newest first.</p>
      </header>
      {mails.length === 0 ? (
        <section className="card center empty">
          <span className="badge-icon">
            <MailIcon />
          </span>
          <p>No mail yet. Invite somebody to an organization.</p>
        </section>
      ) : (
        <ul className="list card">
          {mails.map((mail) => (
            <li key={mail.link}>
              <span className="badge-icon">
                <MailIcon />
              </span>
              <div className="grow">
                <strong>{mail.subject}</strong>
                <small>
                  To {mail.to} · <LocalTime date={mail.sent} />
                </small>
              </div>
              <Link className="button primary" href={mail.link}>
                {mail.label}
                <span className="hidden"> to {mail.to}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
