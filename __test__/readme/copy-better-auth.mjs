// Signs somebody up in the tables of `@ebratz/dynamodb-better-auth`, made here as the configuration of the app in the working
// directory has them; then copies a user and an account from a database in memory by the app's own code, twice. Prints
// the user, and how many rows were copied each time.

import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { memoryAdapter } from "better-auth/adapters/memory"
import { betterAuthTables, createTables } from "dynauth/tables"

const [email] = process.argv.slice(2)
const load = (path) => import(pathToFileURL(join(process.cwd(), "out", path)).href)
const { auth } = await load("auth.js")
const { copy } = await load("copy.js")

const connection = { region: process.env.AUTH_DYNAMODB_REGION }
await createTables(connection, betterAuthTables(auth.options))
await createTables(connection, betterAuthTables({}, {}))

const body = { name: "Ada Lovelace", email, password: "correct horse battery staple" }
const { user } = await auth.api.signUpEmail({ body })

const now = new Date()
const dates = { createdAt: now, updatedAt: now }
const database = memoryAdapter({
  user: [{ id: `copied ${email}`, name: "Grace", email: `copied-${email}`, emailVerified: true, ...dates }],
  account: [
    { id: `account ${email}`, userId: `copied ${email}`, providerId: "github", accountId: email, ...dates },
  ],
  session: [],
  verification: [],
})
console.log(JSON.stringify({ user, copied: [await copy({ database }), await copy({ database })] }))
