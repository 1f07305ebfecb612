import NextAuth, { type NextAuthConfig } from "next-auth-5"
import type { Adapter } from "next-auth-5/adapters"
import { DynamoDBAdapter } from "dynauth"

export const config: NextAuthConfig = { adapter: DynamoDBAdapter(), providers: [] }

export const adapter: Adapter = DynamoDBAdapter()

export const { handlers, auth, signIn, signOut } = NextAuth({
  adapter: DynamoDBAdapter({ endpoint: "file:./dev-auth.db" }),
  providers: [],
  session: { strategy: "database" },
})
