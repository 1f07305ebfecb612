export interface Mail {
  to: string
  subject: string
  link: string
  /** What following the link does. */
  label: string
}

/**
 * The mails "sent" since the start, newest first. They live on `globalThis`, because Next.js may load this module once for
 * each route. Whoever can open /mail can read everybody's mail: right for a demo, wrong anywhere else.
 */
const inbox: (Mail & { sent: Date })[] = ((globalThis as { demoInbox?: typeof inbox }).demoInbox ??= [])

export const listMails = (): readonly (Mail & { sent: Date })[] => inbox

/** A mail server that is the terminal and the page /mail. */
export function sendMail(mail: Mail) {
  inbox.unshift({ ...mail, sent: new Date() })
  inbox.length = Math.min(inbox.length, 20)
  console.log(
    `\n  ✉  From: dynauth <hello@example.com>\n     To: ${mail.to}\n     Subject: ${mail.subject}\n\n     ${mail.link}\n`,
  )
}
