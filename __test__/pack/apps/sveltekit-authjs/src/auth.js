import { SvelteKitAuth } from "@auth/sveltekit"
import { DynamoDBAdapter } from "dynauth"

export const mails = []
export const { handle } = SvelteKitAuth({
  adapter: DynamoDBAdapter({ endpoint: "memory:" }),
  secret: "a secret of 32 characters or more, for tests alone",
  session: { strategy: "database" },
  trustHost: true,
  providers: [
    {
      id: "mail",
      name: "Mail",
      type: "email",
      from: "app@example.com",
      maxAge: 600,
      sendVerificationRequest({ url }) {
        mails.push(url)
      },
    },
  ],
})
