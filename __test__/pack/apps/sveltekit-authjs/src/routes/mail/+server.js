import { mails } from "../../auth"

export const GET = () => Response.json({ link: mails.at(-1) })
