// The same entry, as an ECMAScript module sees it.
import { betterAuth } from "better-auth"
import { DynamoAdapterError, dynamodbAdapter, explain } from "dynauth/better-auth"
import { betterAuthTables, createTables } from "dynauth/tables"

export const auth = betterAuth({ database: dynamodbAdapter({ endpoint: "memory:" }) })
export const requests = () => explain(auth, { model: "user", operation: "count" })
export const made = () => createTables({ endpoint: "memory:" }, betterAuthTables(auth.options))
export const isOurs = (error: unknown): boolean => error instanceof DynamoAdapterError
