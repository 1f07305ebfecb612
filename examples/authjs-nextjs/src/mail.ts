import type { EmailConfig } from "next-auth/providers"

export interface Mail {
  to: string
  subject: string
  link: string
  sent: Date
}

/**
 * The mails "sent" since the start, newest first. They live on `globalThis`, because Next.js may load this module once for
 * each route. Whoever can open /mail can sign in as anyone: right for a demo, wrong anywhere else.
 */
const inbox: Mail[] = ((globalThis as { demoInbox?: Mail[] }).demoInbox ??= [])

export const listMails = (): readonly Mail[] => inbox

/** Auth.js's email provider, with a mail server that is the terminal and the page /mail. */
export const magicLink: EmailConfig = {
  id: "email",
  type: "email",
  name: "Email",
  from: "dynauth <hello@example.com>",
  maxAge: 15 * 60,
  async sendVerificationRequest({ identifier: to, url: link, provider }) {
    const mail = { to, subject: "Your link to sign in", link, sent: new Date() }
    inbox.unshift(mail)
    inbox.length = Math.min(inbox.length, 20)
    console.log(
      `\n  ✉  From: ${provider.from}\n     To: ${to}\n     Subject: ${mail.subject}\n\n     ${link}\n`,
    )
  },
}
