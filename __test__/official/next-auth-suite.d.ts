// What packages/utils/adapter.ts of nextauthjs/next-auth exports, as far as we use it.
declare module "next-auth-suite" {
  import type { Adapter } from "@auth/core/adapters"

  export function runBasicTests(options: {
    adapter: Adapter
    db: {
      connect(): Promise<unknown>
      user(id: string): Promise<unknown>
      session(sessionToken: string): Promise<unknown>
      account(account: { provider: string; providerAccountId: string }): Promise<unknown>
      verificationToken(token: { identifier: string; token: string }): Promise<unknown>
      authenticator(credentialID: string): Promise<unknown>
    }
    testWebAuthnMethods: boolean
  }): Promise<void>
}
