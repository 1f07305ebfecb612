// A person signs in by mail and out again, through the code of the NextAuth 4 that is installed.
// By its path: later versions do not export it.
import { AuthHandler } from "./node_modules/next-auth/core/index.js"
import { DynamoDBAdapter } from "dynauth"

const origin = "http://localhost:3000"
process.env.NEXTAUTH_URL = origin
const mails = []
const errors = []
const options = {
  adapter: DynamoDBAdapter({ endpoint: "memory:" }),
  providers: [
    {
      ...{ id: "email", type: "email", name: "Email", from: "app@app.example", server: "", maxAge: 600 },
      sendVerificationRequest: ({ url }) => void mails.push(new URL(url)),
    },
  ],
  session: { strategy: "database" },
  secret: "secret",
  logger: { error: (code, data) => void errors.push(code, data), warn() {}, debug() {} },
}
const jar = {}

/** One request of the browser, which keeps the cookies. */
async function send(method, action, { providerId, query = {}, body } = {}) {
  const req = {
    method,
    action,
    providerId,
    query,
    body,
    headers: {},
    cookies: { ...jar },
    host: origin,
    origin,
  }
  const answer = await AuthHandler({ req, options })
  for (const { name, value } of answer.cookies ?? []) {
    if (value === "") delete jar[name]
    else jar[name] = value
  }
  return answer.body
}

const { csrfToken } = await send("GET", "csrf")
await send("POST", "signin", { providerId: "email", body: { csrfToken, email: "ada@example.com" } })
const query = Object.fromEntries(mails[0].searchParams)
await send("GET", "callback", { providerId: "email", query })
const { user } = await send("GET", "session")
await send("POST", "signout", { body: { csrfToken } })
const after = await send("GET", "session")
if (errors.length > 0 || after.user) throw new Error("signing in or out failed", { cause: errors })
console.log(`NextAuth has ${user.email}`)
