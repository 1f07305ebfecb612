// A provider that people sign in at, by OAuth. It signs in whom the test says and asks nobody.

import { genericOAuth } from "better-auth/plugins"
import type { Browser } from "./stage"

/** Who is signed in at the provider. */
export interface Identity {
  id: string
  email: string
  name: string
}

/** Better Auth's plugin for the provider. */
export function forge(identity: Identity) {
  return genericOAuth({
    config: [
      {
        providerId: "forge",
        clientId: "client",
        clientSecret: "secret",
        authorizationUrl: "https://forge.example/authorize",
        tokenUrl: "https://forge.example/token",
        getToken: async () => ({ accessToken: "access", refreshToken: "refresh", scopes: ["profile"] }),
        getUserInfo: async () => ({ ...identity, emailVerified: true }),
      },
    ],
  })
}

/** Goes to the provider; resolves to the address that it leads back to. */
export async function visitForge(user: Browser, path = "/sign-in/social"): Promise<string> {
  const { url } = await user.post(path, { provider: "forge", callbackURL: "/done" })
  return `/callback/forge?code=code&state=${new URL(url).searchParams.get("state")}`
}
