import { betterAuth } from "better-auth"
import { APIError } from "better-auth/api"
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

// Its errors are those of this app's Better Auth: there is one.
const { adapter } = await auth.$context
const error = await adapter
  .create({ model: "user", data: { ...user, id: undefined } })
  .catch((error) => error)
if (!(error instanceof APIError)) throw new Error("the adapter has another Better Auth", { cause: error })
console.log(`Better Auth has ${user.email}`)
