import { passkey } from "@better-auth/passkey"
import { betterAuth } from "better-auth"
import { nextCookies } from "better-auth/next-js"
import { organization, twoFactor } from "better-auth/plugins"
import { dynamodbAdapter } from "dynauth/better-auth"
import { cookies, headers } from "next/headers"
import { redirect } from "next/navigation"
import { cache } from "react"
import { forget } from "@/forget"
import { sendMail } from "@/mail"

export const auth = betterAuth({
  appName: "dynauth example",
  // Tables, keys and indexes follow from the plugins below. Where they are, `AUTH_DYNAMODB_ENDPOINT` says; Amazon DynamoDB
  // without it.
  database: dynamodbAdapter(),
  emailAndPassword: { enabled: true },
  user: {
    deleteUser: {
      enabled: true,
      beforeDelete: async ({ id }): Promise<void> => forget(id, (await auth.$context).adapter),
    },
  },
  plugins: [
    organization({
      sendInvitationEmail: async ({ id, email, organization, inviter }) =>
        sendMail({
          to: email,
          subject: `${inviter.user.name} invites you to ${organization.name}`,
          link: `${process.env.BETTER_AUTH_URL}/invitations/${id}`,
          label: "See the invitation",
        }),
    }),
    twoFactor(),
    passkey(),
    // Sets cookies that a server action leads to. It comes last.
    nextCookies(),
  ],
})

/**
 * The request's headers, with the cookies that an action has set meanwhile: Better Auth replaces the session when two-factor
 * is turned on or off. `headers()` alone has the cookies that came with the request.
 */
export async function requestHeaders() {
  const current = new Headers(await headers())
  current.set("cookie", (await cookies()).toString())
  return current
}

/** The session of whoever asks, or null. Asked for once in a request, however many components need it. */
export const currentSession = cache(async () => auth.api.getSession({ headers: await requestHeaders() }))

/** The session, for pages that need one. */
export async function requireSession() {
  return (await currentSession()) ?? redirect("/sign-in")
}

/** The headers, for actions that need a session: it may have ended since the page was rendered. */
export async function signedInHeaders() {
  await requireSession()
  return requestHeaders()
}
