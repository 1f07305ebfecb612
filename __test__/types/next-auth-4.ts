import NextAuth, { type AuthOptions, type NextAuthOptions } from "next-auth-4"
import type { Adapter } from "next-auth-4/adapters"
import { DynamoDBAdapter } from "dynauth"

export const options: NextAuthOptions = { adapter: DynamoDBAdapter(), providers: [] }

export const authOptions: AuthOptions = {
  adapter: DynamoDBAdapter({ endpoint: "memory:" }, { tableName: "users" }),
  providers: [],
}

export const adapter: Adapter = DynamoDBAdapter()

export default NextAuth({ adapter: DynamoDBAdapter({ region: "eu-central-1" }), providers: [] })
