// A project that adds properties to its users, as Auth.js's guide to role-based access control does.
import NextAuth, { type NextAuthConfig } from "next-auth-5"
import type { Adapter } from "next-auth-5/adapters"
import { DynamoDBAdapter } from "dynauth"

declare module "@auth/core/types" {
  interface User {
    role: "admin" | "member"
  }
}

export const config: NextAuthConfig = { adapter: DynamoDBAdapter(), providers: [] }

export const { auth } = NextAuth({ adapter: DynamoDBAdapter(), providers: [] })

export const asserted: NextAuthConfig = { adapter: DynamoDBAdapter() as Adapter, providers: [] }

const base = DynamoDBAdapter() as Adapter
export const spread: NextAuthConfig = {
  adapter: { ...base, createUser: (user) => base.createUser!({ ...user, role: "member" }) },
  providers: [],
}

// Kept in a variable, it has to be said whose users they are.
const kept: Adapter = DynamoDBAdapter()
export const variable: NextAuthConfig = { adapter: kept, providers: [] }
