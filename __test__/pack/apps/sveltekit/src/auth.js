import { betterAuth } from "better-auth"
import { dynamodbAdapter } from "dynauth/better-auth"

export const auth = betterAuth({
  database: dynamodbAdapter({ client: { endpoint: "memory:" } }),
  baseURL: process.env.ORIGIN,
  secret: "a secret of 32 characters or more, for tests alone",
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
})
