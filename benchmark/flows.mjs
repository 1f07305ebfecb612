// What each flow of Auth.js asks of DynamoDB, requests and capacity, on the embedded engine: as `auth()`, sign-in and
// sign-out of @auth/core 0.41 call their adapter. `node flows.mjs JOB`, with the packages in it; prints JSON.

import { randomUUID } from "node:crypto"
import { createServer } from "node:http"
import { createRequire } from "node:module"
import { open } from "./packages.mjs"

const native = createRequire(import.meta.url)("../js/addon.js")

const database = `memory:${randomUUID()}`
const expires = new Date(2e12)

/** A user who is there before the flow begins, made by `process`, an adapter of its own. */
async function arranged(process, number) {
  const email = `ada-${number}@example.com`
  const user = await process.createUser({
    id: randomUUID(),
    name: "Ada Lovelace",
    email,
    emailVerified: null,
  })
  const account = newAccount(user.id, number)
  await process.linkAccount(account)
  const { sessionToken } = await process.createSession({
    sessionToken: randomUUID(),
    userId: user.id,
    expires,
  })
  return { user, account, sessionToken, email }
}

const newAccount = (userId, number) => ({
  userId,
  type: "oauth",
  provider: "github",
  providerAccountId: `account-${number}`,
  access_token: "gho_16C7e42F292c6912E7710c838347Ae178B4a",
  token_type: "bearer",
  scope: "read:user,user:email",
})

/**
 * Each is given an adapter that knows what an app's process knows that has made what is there (`same`) or has just
 * started (`fresh`), and what is there.
 */
const flows = {
  "sign up by OAuth": async ({ fresh, number }) => {
    const account = { provider: "github", providerAccountId: `new-${number}` }
    const email = `new-${number}@example.com`
    await fresh.getUserByAccount(account)
    await fresh.getUserByAccount(account)
    await fresh.getUserByEmail(email)
    const user = await fresh.createUser({ id: randomUUID(), name: "Ada", email, emailVerified: null })
    await fresh.linkAccount({ ...newAccount(user.id, number), ...account })
    await fresh.createSession({ sessionToken: randomUUID(), userId: user.id, expires })
  },
  "sign in by OAuth": async ({ fresh, there: { account, user } }) => {
    await fresh.getUserByAccount(account)
    await fresh.getUserByAccount(account)
    await fresh.createSession({ sessionToken: randomUUID(), userId: user.id, expires })
  },
  "a page with `auth()`": async ({ same, there: { sessionToken } }) => {
    await same.getSessionAndUser(sessionToken)
  },
  "the same, first time in this process": async ({ fresh, there: { sessionToken } }) => {
    await fresh.getSessionAndUser(sessionToken)
  },
  "a page with six components that call `auth()`": async ({ same, there: { sessionToken } }) => {
    await Promise.all(Array.from({ length: 6 }, () => same.getSessionAndUser(sessionToken)))
  },
  "a page, session due for its update": async ({ same, there: { sessionToken } }) => {
    await same.getSessionAndUser(sessionToken)
    await same.updateSession({ sessionToken, expires: new Date(2.1e12) })
  },
  "sending a magic link": async ({ fresh, there: { email } }) => {
    await fresh.getUserByEmail(email)
    await fresh.createVerificationToken({ identifier: email, token: randomUUID(), expires })
  },
  "signing in by a magic link": async ({ fresh, there: { email, user }, number }) => {
    const token = `token-${number}`
    await fresh.uncounted(() => fresh.createVerificationToken({ identifier: email, token, expires }))
    await fresh.useVerificationToken({ identifier: email, token })
    await fresh.getUserByEmail(email)
    await fresh.getUserByEmail(email)
    await fresh.updateUser({ id: user.id, emailVerified: new Date() })
    await fresh.createSession({ sessionToken: randomUUID(), userId: user.id, expires })
  },
  "signing out": async ({ same, there: { sessionToken } }) => {
    await same.deleteSession(sessionToken)
  },
  "deleting a user with one account and one session": async ({ same, there: { user } }) => {
    await same.deleteUser(user.id)
  },
}

/** The engine behind an address that counts: each address is a process, as far as adapters know. */
async function counting() {
  const counts = { requests: 0, read: 0, write: 0 }
  let paused = false
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const operation = String(request.headers["x-amz-target"]).split(".")[1]
    const asked = JSON.stringify({ ...JSON.parse(Buffer.concat(chunks)), ReturnConsumedCapacity: "TOTAL" })
    const { status, body } = await native.embeddedRequest(database, operation, asked)
    if (!paused) {
      counts.requests++
      const { ConsumedCapacity = [] } = JSON.parse(body)
      for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) {
        counts[/Get|Query/.test(operation) ? "read" : "write"] += CapacityUnits
      }
    }
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(body)
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)))
  server.unref()
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    counts,
    reset: () => Object.assign(counts, { requests: 0, read: 0, write: 0 }),
    uncounted: async (work) => {
      paused = true
      await work()
      paused = false
    },
  }
}

const { createTables, authJsTable } = await import("dynauth/tables")
await createTables({ endpoint: database }, authJsTable())

const results = []
let number = 0
for (const [flow, perform] of Object.entries(flows)) {
  for (const one of JSON.parse(process.argv[2]).packages) {
    const [first, second] = [await counting(), await counting()]
    const [same, fresh] = [await open(one, first.url), await open(one, second.url)]
    const there = await arranged(same, ++number)
    first.reset()
    await perform({ same, fresh: { ...fresh, uncounted: second.uncounted }, there, number })
    const total = (what) => first.counts[what] + second.counts[what]
    results.push({
      flow,
      package: one.name,
      requests: total("requests"),
      read: total("read"),
      write: total("write"),
    })
  }
}
process.stdout.write(JSON.stringify(results), () => process.exit())
