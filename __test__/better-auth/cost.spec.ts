// docs/cost.md says what each operation costs. Here it is measured: the requests on the way to the engine, and the capacity
// that the engine says they took.

import { randomUUID } from "node:crypto"
import { betterAuth } from "better-auth"
import { beforeEach, describe, expect, it } from "vitest"
import { dynamodbAdapter } from "../../js/better-auth.js"
import { dynamodbSecondaryStorage } from "../../js/secondary-storage.js"
import { betterAuthTables, createTables, secondaryStorageTable } from "../../js/tables.js"
import { type Engine, engines } from "../engines"
import { faultyEndpoint } from "../faults"
import { type Cost, costsIn, inWords, metered } from "../metering"

const operations = costsIn("Better Auth")
const methods = costsIn("Secondary storage")

// DynamoDB Local 2 counts capacity in its own way: nothing for an empty answer, four times for writes of a transaction.
const expected = (engine: Engine, row: Cost): Cost =>
  engine.name === "DynamoDB Local" ? { ...row, read: expect.any(Number), write: expect.any(Number) } : row

const where = (field: string, value: any, operator: any = "eq") => ({ field, value, operator })
const expiresAt = new Date(2e12)
const dates = { createdAt: new Date(), updatedAt: new Date() }
const headersOf = (headers: Headers) =>
  new Headers({
    cookie: headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; "),
  })

async function sceneOf(engine: Engine, options: object = {}) {
  const meter = metered(engine)
  const endpoint = await faultyEndpoint(meter)
  const tablePrefix = `cost-${randomUUID()}-`
  const auth = betterAuth({
    baseURL: "http://localhost:3000",
    secret: "a secret for tests that is long enough, and random 8Fz!",
    telemetry: { enabled: false },
    rateLimit: { enabled: false, storage: "database" },
    emailAndPassword: { enabled: true },
    database: dynamodbAdapter({ client: endpoint.connection(), tablePrefix }),
    ...options,
  })
  await createTables(engine.connection(), betterAuthTables(auth.options))
  const { adapter } = await auth.$context
  return {
    auth,
    adapter,
    endpoint,
    async measure(call: () => Promise<unknown>): Promise<Cost> {
      endpoint.forget()
      Object.assign(meter.taken, { read: 0, write: 0 })
      await call()
      const requests = endpoint.operations()
      return { requests: requests.length ? inWords(requests) : "0", ...meter.taken }
    },
  }
}

type Scene = Awaited<ReturnType<typeof sceneOf>> & { userId: string; session: any; verification: any }

const user = (email: string) => ({ name: "Ada", email, emailVerified: false, ...dates })
const find = (model: string, ...clauses: any[]) => ({ model, where: clauses })

const calls: Record<string, (scene: Scene) => Promise<unknown>> = {
  "create a user": ({ adapter }) => adapter.create({ model: "user", data: user("grace@example.com") }),
  "create a session": ({ adapter, userId }) =>
    adapter.create({ model: "session", data: { userId, token: "new", expiresAt, ...dates } }),
  "create an account": ({ adapter, userId }) =>
    adapter.create({ model: "account", data: { userId, providerId: "github", accountId: "new", ...dates } }),
  "create a verification": ({ adapter }) =>
    adapter.create({ model: "verification", data: { identifier: "new", value: "v", expiresAt, ...dates } }),
  "create a rateLimit": ({ adapter }) =>
    adapter.create({ model: "rateLimit", data: { key: "new", count: 1, lastRequest: Date.now() } }),
  "findOne of a user by id": ({ adapter, userId }) => adapter.findOne(find("user", where("id", userId))),
  "findOne of a user by email": ({ adapter }) =>
    adapter.findOne(find("user", where("email", "ada@example.com"))),
  "findOne of a user by email, nobody there": ({ adapter }) =>
    adapter.findOne(find("user", where("email", "nobody@example.com"))),
  "findOne of a session by token": ({ adapter }) => adapter.findOne(find("session", where("token", "token"))),
  "findOne of a session by id": ({ adapter, session }) =>
    adapter.findOne(find("session", where("id", session.id))),
  "findOne of an account by providerId and accountId": ({ adapter }) =>
    adapter.findOne(find("account", where("providerId", "github"), where("accountId", "1815"))),
  "findMany of sessions by userId": ({ adapter, userId }) =>
    adapter.findMany(find("session", where("userId", userId))),
  "findMany of accounts by userId": ({ adapter, userId }) =>
    adapter.findMany(find("account", where("userId", userId))),
  "findMany of verifications by identifier": ({ adapter }) =>
    adapter.findMany({
      ...find("verification", where("identifier", "identifier")),
      sortBy: { field: "createdAt", direction: "desc" },
      limit: 1,
    }),
  "findMany of users by id, three of them": ({ adapter, userId }) =>
    adapter.findMany(find("user", where("id", [userId, "second", "third"], "in"))),
  "update of a user's name": ({ adapter, userId }) =>
    adapter.update({ ...find("user", where("id", userId)), update: { name: "Grace" } }),
  "update of a user's email": ({ adapter, userId }) =>
    adapter.update({ ...find("user", where("id", userId)), update: { email: "grace@example.com" } }),
  "update of a session's user agent": ({ adapter }) =>
    adapter.update({ ...find("session", where("token", "token")), update: { userAgent: "another" } }),
  "update of a session's expiresAt": ({ adapter }) =>
    adapter.update({ ...find("session", where("token", "token")), update: { expiresAt: new Date(2.1e12) } }),
  "incrementOne of a rateLimit": ({ adapter }) =>
    adapter.incrementOne({ ...find("rateLimit", where("key", "key")), increment: { count: 1 } }),
  "consumeOne of a verification by id": ({ adapter, verification }) =>
    adapter.consumeOne(find("verification", where("id", verification.id))),
  "delete a session": ({ adapter }) => adapter.delete(find("session", where("token", "token"))),
  "delete a user": ({ adapter, userId }) => adapter.delete(find("user", where("id", userId))),
  "deleteMany of expired verifications": ({ adapter }) =>
    adapter.deleteMany(find("verification", where("expiresAt", new Date(), "lt"))),
}

describe.each(engines)("what an operation costs on $name", (engine) => {
  let scene: Scene

  beforeEach(async () => {
    const opened = await sceneOf(engine)
    const { adapter } = opened
    const ids = ["second", "third"].map((id) => ({ ...user(`${id}@example.com`), id }))
    for (const data of ids) await adapter.create({ model: "user", data, forceAllowId: true })
    const { id: userId } = await adapter.create<any>({ model: "user", data: user("ada@example.com") })
    const session = await adapter.create({
      model: "session",
      data: { userId, token: "token", expiresAt, ...dates },
    })
    await adapter.create({
      model: "account",
      data: { userId, providerId: "github", accountId: "1815", ...dates },
    })
    const verification = await adapter.create({
      model: "verification",
      data: { identifier: "identifier", value: "value", expiresAt, ...dates },
    })
    await adapter.create({ model: "rateLimit", data: { key: "key", count: 1, lastRequest: Date.now() } })
    scene = { ...opened, userId, session, verification }
  })

  it.each([...operations.rows.keys()])("%s", async (row) => {
    expect(calls, "the row has a call").toHaveProperty([row])
    const measured = await scene.measure(() => calls[row]!(scene))
    // Some are sent at once, and arrive in any order.
    const inOrder = (cost: Cost) => ({ ...cost, requests: cost.requests.split(/[:,] /).sort() })
    expect(inOrder(measured)).toEqual(inOrder(expected(engine, operations.rows.get(row)!)))
  })

  it("has a row for every call", () => {
    expect([...operations.rows.keys()].sort()).toEqual(Object.keys(calls).sort())
  })
})

describe.each(engines)("what a flow of Better Auth costs on $name", (engine) => {
  /** What the page says of a flow. */
  const said = (flow: string) => {
    const row = operations.page.split("\n").find((line) => line.startsWith(`| ${flow} |`))
    expect(row, flow).toBeDefined()
    return row!.split("|")[2]!.trim()
  }

  it("is what the page says", async () => {
    const { auth, endpoint } = await sceneOf(engine)
    const count = async (call: () => Promise<unknown>) => {
      endpoint.forget()
      await call()
      return String(endpoint.operations().length)
    }
    const body = { name: "Ada", email: "ada@example.com", password: "correct horse" }
    expect(await count(() => auth.api.signUpEmail({ body }))).toBe(said("sign-up with email and password"))
    expect(await count(() => auth.api.signInEmail({ body }))).toBe(said("sign-in with email and password"))
    const headers = headersOf((await auth.api.signInEmail({ body, returnHeaders: true })).headers)
    expect(await count(() => auth.api.getSession({ headers }))).toBe(said("the session: `getSession`"))
    expect(await count(() => auth.api.listSessions({ headers }))).toBe(
      said("the list of sessions: `listSessions`"),
    )
  })

  it("`getSession` asks for nothing while the cookie of `cookieCache` lasts", async () => {
    expect(said("the same with `session.cookieCache`")).toBe("0 until the cookie is due")
    const { auth, endpoint } = await sceneOf(engine, {
      session: { cookieCache: { enabled: true, maxAge: 300 } },
    })
    const body = { name: "Ada", email: "ada@example.com", password: "correct horse" }
    const headers = headersOf((await auth.api.signUpEmail({ body, returnHeaders: true })).headers)
    endpoint.forget()
    expect((await auth.api.getSession({ headers }))?.user.email).toBe(body.email)
    expect(endpoint.operations()).toEqual([])
  })

  it("`getSession` takes one `get` with the secondary storage", async () => {
    expect(methods.page).toContain("`getSession` of Better Auth takes one `get`")
    const tableName = `cost-${randomUUID()}`
    await createTables(engine.connection(), secondaryStorageTable({ tableName }))
    const endpoint = await faultyEndpoint(engine)
    const client = endpoint.connection()
    const scene = await sceneOf(engine, { secondaryStorage: dynamodbSecondaryStorage({ client, tableName }) })
    const body = { name: "Ada", email: "ada@example.com", password: "correct horse" }
    const headers = headersOf((await scene.auth.api.signUpEmail({ body, returnHeaders: true })).headers)
    endpoint.forget()
    const { requests } = await scene.measure(() => scene.auth.api.getSession({ headers }))
    expect(requests).toBe("0")
    expect(endpoint.operations()).toEqual(["GetItem"])
  })
})

describe.each(engines)("what the secondary storage costs on $name", (engine) => {
  it("is what the page says", async () => {
    const tableName = `cost-${randomUUID()}`
    await createTables(engine.connection(), secondaryStorageTable({ tableName }))
    const meter = metered(engine)
    const endpoint = await faultyEndpoint(meter)
    const {
      get,
      set,
      delete: remove,
      getAndDelete,
      increment,
    } = dynamodbSecondaryStorage({
      client: endpoint.connection(),
      tableName,
    })
    for (const key of ["value", "taken", "gone"]) await set(key, "value", 60)
    await increment("counter", 60)
    await increment("over", -1)
    const stories: Record<string, () => Promise<unknown>> = {
      get: () => get("value"),
      set: () => set("value", "another", 60),
      delete: () => remove("gone"),
      getAndDelete: () => getAndDelete("taken"),
      "getAndDelete, nothing there": () => getAndDelete("nothing"),
      increment: () => increment("counter", 60),
      "increment of an expired counter": () => increment("over", 60),
    }
    expect([...methods.rows.keys()].sort()).toEqual(Object.keys(stories).sort())
    for (const [row, call] of Object.entries(stories)) {
      endpoint.forget()
      Object.assign(meter.taken, { read: 0, write: 0 })
      await call()
      const measured = { requests: inWords(endpoint.operations()), ...meter.taken }
      expect(measured, row).toEqual(expected(engine, methods.rows.get(row)!))
    }
  })
})
