// A project that adds properties to its users, as Auth.js's guide to role-based access control does.
import NextAuth, { type NextAuthConfig } from "next-auth-5"
import { DynamoDBAdapter } from "dynauth"

declare module "@auth/core/types" {
  interface User {
    role: "admin" | "member"
  }
}

export const config: NextAuthConfig = { adapter: DynamoDBAdapter(), providers: [] }

export const { auth } = NextAuth({ adapter: DynamoDBAdapter(), providers: [] })
