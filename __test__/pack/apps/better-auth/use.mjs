import { betterAuth } from "better-auth"
import { dynamodbAdapter } from "dynauth/better-auth"
import { betterAuthTables } from "dynauth/tables"

const auth = betterAuth({
  database: dynamodbAdapter({ client: { endpoint: "memory:" } }),
  baseURL: "http://localhost:3000",
  secret: "a secret of 32 characters or more, for tests alone",
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
})
const body = { name: "Ada", email: "ada@example.com", password: "correct horse battery staple" }
const { user } = await auth.api.signUpEmail({ body })
if (betterAuthTables(auth.options).length < 4) throw new Error("there are not all tables")
console.log(`Better Auth has ${user.email}`)
