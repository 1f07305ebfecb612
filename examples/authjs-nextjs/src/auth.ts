import { DynamoDBAdapter } from "dynauth"
import NextAuth from "next-auth"
import type { AdapterAccount, AdapterAuthenticator, AdapterSession, AdapterUser } from "next-auth/adapters"
import type { OIDCConfig } from "next-auth/providers"
import Passkey from "next-auth/providers/passkey"
import { createHash } from "node:crypto"
import { headers } from "next/headers"
import { magicLink } from "@/mail"

/** What is kept besides Auth.js's own properties, so that people recognise their devices and passkeys. */
interface Origin {
  userAgent?: string | null
}

/** Users, accounts, sessions, magic links and passkeys: where `AUTH_DYNAMODB_ENDPOINT` says, in Amazon DynamoDB without it. */
export const database = DynamoDBAdapter<
  AdapterUser,
  AdapterAccount,
  AdapterSession & Origin,
  AdapterAuthenticator & Origin
>()

declare module "next-auth" {
  interface Session {
    /** Names the session without giving its token away. */
    id: string
    user: { id: string; email: string; name?: string | null }
  }
}

export const { handlers, auth, signIn, signOut } = NextAuth({
  adapter: {
    ...database,
    // The adapter keeps whatever it is given.
    createSession: async (session) => database.createSession(await withUserAgent(session)),
    createAuthenticator: async (passkey) => database.createAuthenticator(await withUserAgent(passkey)),
  },
  session: {
    strategy: "database",
    maxAge: 7 * 24 * 60 * 60,
    // How old a session's expiry has to be until it is moved. Usually a day; seconds here, so that one can watch it.
    updateAge: 10,
  },
  providers: [
    magicLink,
    identityProvider("acorn", "Acorn ID"),
    identityProvider("birch", "Birch ID"),
    Passkey({}),
  ],
  experimental: { enableWebAuthn: true },
  logger: {
    // Auth.js would say on every request that passkeys are experimental.
    warn: (code) => code === "experimental-webauthn" || console.warn(`[auth] ${code}`),
  },
  pages: {
    signIn: "/sign-in",
    error: "/sign-in",
    verifyRequest: "/sign-in/check-your-mail",
  },
  callbacks: {
    // What is returned here is readable by the page's JavaScript, so the session's token must not be in it.
    session: ({ session, user }) => ({
      id: sessionId(session.sessionToken),
      expires: session.expires,
      user: { id: user.id, email: user.email, name: user.name },
    }),
  },
})

async function withUserAgent<T>(item: T): Promise<T & Origin> {
  return { ...item, userAgent: (await headers()).get("user-agent") }
}

/** A public name for a session: from it, nobody gets back to the token, which is as good as a password. */
export function sessionId(sessionToken: string) {
  return createHash("sha256").update(sessionToken).digest("base64url").slice(0, 22)
}

/** Any OpenID Connect provider is used like these two; `identity-provider/server.mjs` runs them beside the app. */
function identityProvider(
  id: string,
  name: string,
): OIDCConfig<{ sub: string; name: string; email: string }> {
  return {
    id,
    name,
    type: "oidc",
    issuer: `${process.env.IDENTITY_PROVIDER_URL ?? "http://localhost:4000"}/${id}`,
    clientId: "example",
    clientSecret: "example-secret",
    // Ask again each time who it is: one machine plays several people in a demo.
    authorization: { params: { prompt: "login" } },
  }
}
