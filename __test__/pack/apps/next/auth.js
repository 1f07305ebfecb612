import NextAuth from "next-auth"
import authConfig from "./auth.config.mjs"
import { adapter } from "./db"

export const { handlers, auth } = NextAuth({
  ...authConfig,
  adapter,
  // A middleware on the edge can read a JWT alone; a proxy on Node.js reads the session from the database.
  session: { strategy: process.env.SESSION_STRATEGY },
  providers: [
    {
      id: "mail",
      name: "Mail",
      type: "email",
      from: "app@example.com",
      maxAge: 600,
      sendVerificationRequest({ url }) {
        globalThis.lastLink = url
      },
    },
  ],
})
