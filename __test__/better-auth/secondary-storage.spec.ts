// Better Auth's secondary storage: what each method does, what is stored, many at once, what goes wrong on the way, and
// Better Auth's own flows over it.

import { randomUUID } from "node:crypto"
import { inspect } from "node:util"
import type { SecondaryStorage } from "@better-auth/core/db"
import { betterAuth, type BetterAuthOptions } from "better-auth"
import { memoryAdapter } from "better-auth/adapters/memory"
import { beforeEach, describe, expect, it } from "vitest"
import { DynamoAdapterError } from "../../index.js"
import { type DynamoDBSecondaryStorage, dynamodbSecondaryStorage } from "../../js/secondary-storage.js"
import { createTables, secondaryStorageTable } from "../../js/tables.js"
import { engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"

const RACERS = 20

async function failure(promise: Promise<unknown>): Promise<DynamoAdapterError> {
  const error = await promise.then(
    () => expect.unreachable("it was expected to fail, and did not"),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(DynamoAdapterError)
  return error as DynamoAdapterError
}

describe.each(engines)("secondary storage on $name", (engine) => {
  const client = engine.documentClient()
  let tableName: string
  let storage: DynamoDBSecondaryStorage
  let endpoint: FaultyEndpoint
  /** The same table, over an address where things go wrong. */
  let faulty: DynamoDBSecondaryStorage
  let key: string

  beforeEach(async () => {
    tableName = `storage-${randomUUID()}`
    await createTables(engine.connection(), secondaryStorageTable({ tableName }))
    storage = dynamodbSecondaryStorage({ client: engine.connection(), tableName })
    endpoint = await faultyEndpoint(engine)
    faulty = dynamodbSecondaryStorage({ client: endpoint.connection(), tableName })
    key = `token-${randomUUID()}`
  })

  const item = async (of = key) =>
    (await client.get({ TableName: tableName, Key: { key: of }, ConsistentRead: true })).Item
  const items = async () => (await client.scan({ TableName: tableName, ConsistentRead: true })).Items ?? []
  const put = (Item: Record<string, unknown>) => client.put({ TableName: tableName, Item: { key, ...Item } })
  /** Lets the time of what is stored be over, as it is until DynamoDB deletes it. */
  const expire = (of = key) =>
    client.update({
      TableName: tableName,
      Key: { key: of },
      UpdateExpression: "SET expiresAt = :then, #ttl = :seconds",
      ExpressionAttributeNames: { "#ttl": "_ttl" },
      ExpressionAttributeValues: { ":then": Date.now() - 1, ":seconds": Math.ceil(Date.now() / 1000) },
    })

  it("is what Better Auth asks for, without `this`", async () => {
    const asked: SecondaryStorage = storage
    expect(Object.keys(asked).sort()).toEqual(["delete", "get", "getAndDelete", "increment", "set"])
    const { set, get, increment } = asked
    await set(key, "value")
    expect(await get(key)).toBe("value")
    expect(await increment(`${key}-count`, 60)).toBe(1)
  })

  describe("set and get", () => {
    it.each(["value", "", "ünïcödé 🔑", JSON.stringify({ a: [1, null] }), "x".repeat(300_000)])(
      "a string comes back as it was (%#)",
      async (value) => {
        await storage.set(key, value, 60)
        expect(await storage.get(key)).toBe(value)
        await storage.set(key, value)
        expect(await storage.get(key)).toBe(value)
      },
    )

    it("finds nothing where nothing is, and at what cannot be a key", async () => {
      for (const none of [key, "", undefined, null, 42, {}]) {
        expect(await storage.get(none as string)).toBeNull()
        expect(await storage.getAndDelete(none as string)).toBeNull()
        expect(await storage.delete(none as string)).toBeUndefined()
      }
    })

    it("stores the expiry to the millisecond, and for TTL in whole seconds, none too early", async () => {
      const before = Date.now()
      await storage.set(key, "value", 1.5)
      const after = Date.now()
      const { expiresAt, _ttl, _op, ...rest } = (await item())!
      expect(rest).toEqual({ key, value: "value" })
      expect(_op).toEqual(expect.any(String))
      expect(expiresAt).toBeGreaterThanOrEqual(before + 1500)
      expect(expiresAt).toBeLessThanOrEqual(after + 1500)
      expect(_ttl).toBe(Math.ceil(expiresAt / 1000))
    })

    it("stores no expiry without a ttl, and takes an old one away", async () => {
      await storage.set(key, "value", 60)
      await storage.set(key, "value")
      expect(Object.keys((await item())!).sort()).toEqual(["_op", "key", "value"])
    })

    it("takes a value away whose ttl is over already", async () => {
      for (const ttl of [0, -1, -0.5]) {
        await storage.set(key, "old")
        await storage.set(key, "new", ttl)
        expect(await storage.get(key)).toBeNull()
        expect(await item()).toBeUndefined()
      }
    })

    it("has nothing of what has expired, although it is still there", async () => {
      await storage.set(key, "value", 60)
      await expire()
      expect(await item()).toBeDefined()
      expect(await storage.get(key)).toBeNull()
      expect(await storage.getAndDelete(key)).toBeNull()
    })

    it("has what was set over something that has expired", async () => {
      await storage.set(key, "old", 60)
      await expire()
      await storage.set(key, "new")
      expect(await storage.get(key)).toBe("new")
    })

    it("reads strongly consistently", async () => {
      await storage.set(key, "old")
      endpoint.lagReads(10_000)
      await faulty.set(key, "new")
      expect(await faulty.get(key)).toBe("new")
      await faulty.delete(key)
      expect(await faulty.get(key)).toBeNull()
    })
  })

  it("delete deletes, also what is not there", async () => {
    await storage.set(key, "value")
    await storage.delete(key)
    await storage.delete(key)
    expect(await storage.get(key)).toBeNull()
    expect(await items()).toEqual([])
  })

  describe("getAndDelete", () => {
    it("gives the value, once", async () => {
      await storage.set(key, "value", 60)
      expect(await storage.getAndDelete(key)).toBe("value")
      expect(await storage.getAndDelete(key)).toBeNull()
      expect(await item()).toBeUndefined()
    })

    it("takes what others have written without our attributes", async () => {
      await put({ value: "theirs" })
      expect(await storage.getAndDelete(key)).toBe("theirs")
      expect(await item()).toBeUndefined()
    })

    it("takes a counter", async () => {
      await storage.increment(key, 60)
      expect(await storage.getAndDelete(key)).toBe("1")
      expect(await storage.increment(key, 60)).toBe(1)
    })

    it("gives what is there when it is taken, not what it read before", async () => {
      await storage.set(key, "old")
      const read = endpoint.inject({ delay: 200 }, { operation: "TransactWriteItems" })
      const taking = faulty.getAndDelete(key)
      await expect.poll(() => endpoint.operations()).toContain("TransactWriteItems")
      await storage.set(key, "new")
      await read
      expect(await taking).toBe("new")
      expect(await item()).toBeUndefined()
    })

    it.each([1, 2, 3])("of many at once, one gets it (round %i)", async () => {
      void endpoint.inject({ delay: 5 }, { times: Infinity })
      await storage.set(key, "value", 60)
      const racers = Array.from({ length: RACERS }, (_, at) => (at % 2 ? storage : faulty).getAndDelete(key))
      const taken = (await Promise.all(racers)).filter((value) => value !== null)
      expect(taken).toEqual(["value"])
    })
  })

  describe("increment", () => {
    it("counts from 1, and the first call's ttl holds", async () => {
      const before = Date.now()
      expect(await storage.increment(key, 60)).toBe(1)
      const after = Date.now()
      const { expiresAt, _ttl } = (await item())!
      expect(expiresAt).toBeGreaterThanOrEqual(before + 60_000)
      expect(expiresAt).toBeLessThanOrEqual(after + 60_000)
      expect(_ttl).toBe(Math.ceil(expiresAt / 1000))
      expect(await storage.increment(key, 3600)).toBe(2)
      expect(await item()).toMatchObject({ count: 2, expiresAt, _ttl })
      expect(await storage.get(key)).toBe("2")
    })

    it("is one request, two where an expired counter is still there", async () => {
      await faulty.increment(key, 60)
      expect(endpoint.operations()).toEqual(["UpdateItem"])
      endpoint.forget()
      await faulty.increment(key, 60)
      expect(endpoint.operations()).toEqual(["UpdateItem"])
      await expire()
      endpoint.forget()
      expect(await faulty.increment(key, 60)).toBe(1)
      expect(endpoint.operations()).toEqual(["UpdateItem", "PutItem"])
    })

    it("begins at 1 again after its end, with a new one", async () => {
      for (let count = 1; count <= 3; count++) await storage.increment(key, 60)
      await expire()
      const before = Date.now()
      expect(await storage.increment(key, 60)).toBe(1)
      expect((await item())!.expiresAt).toBeGreaterThanOrEqual(before + 60_000)
      expect(await storage.increment(key, 60)).toBe(2)
    })

    it("keeps nothing for a window of no length", async () => {
      expect(await storage.increment(key, 0)).toBe(1)
      expect(await storage.increment(key, -5)).toBe(1)
      expect(await storage.get(key)).toBeNull()
    })

    it("counts for ever without a ttl", async () => {
      const increment = storage.increment as (key: string, ttl?: number) => Promise<number>
      expect(await increment(key)).toBe(1)
      expect(await storage.increment(key, 1)).toBe(2)
      expect((await item())!.expiresAt).toBe(8.64e15)
    })

    it("counts on from a number that was set, until its end", async () => {
      await storage.set(key, "41", 60)
      const { expiresAt } = (await item())!
      expect(await storage.increment(key, 3600)).toBe(42)
      expect(await storage.increment(key, 3600)).toBe(43)
      expect((await item())!.expiresAt).toBe(expiresAt)
      await storage.set(key, "41")
      expect(await storage.increment(key, 1)).toBe(42)
      expect(await storage.increment(key, 1)).toBe(43)
      expect(await storage.get(key)).toBe("43")
    })

    it("begins anew over another text", async () => {
      await storage.set(key, JSON.stringify({ count: 7, lastRequest: 1 }))
      expect(await storage.increment(key, 60)).toBe(1)
      expect(await storage.increment(key, 60)).toBe(2)
      expect((await item())!.value).toBeUndefined()
    })

    it("set makes a value of it again", async () => {
      await storage.increment(key, 60)
      await storage.set(key, "value")
      expect(await storage.get(key)).toBe("value")
      expect((await item())!.count).toBeUndefined()
    })

    const beginnings: Record<string, () => Promise<unknown>> = {
      "a key that is not there": async () => {},
      "a counter that has expired": async () => {
        await storage.increment(key, 60)
        await expire()
      },
      "a value that has expired": async () => {
        await storage.set(key, "17", 60)
        await expire()
      },
    }
    it.each(Object.keys(beginnings))("50 at once count 50, from %s", async (beginning) => {
      await beginnings[beginning]!()
      void endpoint.inject({ delay: 5 }, { times: Infinity })
      const racers = Array.from({ length: 50 }, (_, at) => (at % 2 ? storage : faulty).increment(key, 60))
      const counts = (await Promise.all(racers)).sort((left, right) => left - right)
      expect(counts).toEqual(Array.from({ length: 50 }, (_, at) => at + 1))
      expect(await storage.get(key)).toBe("50")
    })
  })

  describe("an answer that is lost", () => {
    const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"]
    /** What is there before, the call, its answer, and what is there after it. */
    const stories: Record<
      string,
      { before?(): Promise<unknown>; call(): Promise<unknown>; answer?: unknown; after: string | null }
    > = {
      set: { call: () => faulty.set(key, "value", 60), after: "value" },
      "set with a ttl that is over": {
        before: () => storage.set(key, "value"),
        call: () => faulty.set(key, "value", 0),
        after: null,
      },
      delete: { before: () => storage.set(key, "value"), call: () => faulty.delete(key), after: null },
      getAndDelete: {
        before: () => storage.set(key, "value"),
        call: () => faulty.getAndDelete(key),
        answer: "value",
        after: null,
      },
      "increment of a key that is not there": {
        call: () => faulty.increment(key, 60),
        answer: 1,
        after: "1",
      },
      increment: {
        before: () => storage.increment(key, 60),
        call: () => faulty.increment(key, 60),
        answer: 2,
        after: "2",
      },
      "increment of what has expired": {
        before: async () => {
          await storage.increment(key, 60)
          await storage.increment(key, 60)
          await expire()
        },
        call: () => faulty.increment(key, 60),
        answer: 1,
        after: "1",
      },
    }

    it.each(Object.keys(stories))("%s: comes out as the first would have", async (name) => {
      const { before, call, answer, after } = stories[name]!
      // First the answer to the first request that writes, then that to the second, while there are so many.
      for (let nth = 0, lost = true; lost; nth++) {
        await storage.delete(key)
        await before?.()
        lost = false
        void endpoint.inject("lost answer", { operation: WRITES, after: nth }).then(() => (lost = true))
        expect(await call()).toBe(answer)
        expect(await storage.get(key)).toBe(after)
        endpoint.heal()
        if (nth === 0) expect(lost, "the call is expected to write").toBe(true)
      }
    })

    it("getAndDelete: one of many gets it", async () => {
      await storage.set(key, "value")
      // Fewer than a call has attempts: one of them may meet all.
      void endpoint.inject("lost answer", { operation: "TransactWriteItems", times: 2 })
      const taken = await Promise.all(Array.from({ length: RACERS }, () => faulty.getAndDelete(key)))
      expect(taken.filter((value) => value !== null)).toEqual(["value"])
    })
  })

  describe("what cannot be stored", () => {
    it.each([undefined, null, 42, {}, Buffer.from("x")])("a value that is no string (%#)", async (value) => {
      expect(await failure(storage.set(key, value as string))).toMatchObject({
        code: "INVALID_VALUE",
        operation: "set",
        table: tableName,
      })
    })

    it.each([NaN, Infinity, -Infinity, "60", {}, new Date()])("a ttl that is none (%s)", async (ttl) => {
      for (const call of [storage.set(key, "value", ttl as number), storage.increment(key, ttl as number)])
        expect(await failure(call)).toMatchObject({ code: "INVALID_VALUE" })
      expect(await items()).toEqual([])
    })

    it.each([undefined, null, "", 42, {}])("a key that is none (%s)", async (none) => {
      for (const call of [storage.set(none as string, "value"), storage.increment(none as string, 60)])
        expect(await failure(call)).toMatchObject({ code: "INVALID_VALUE" })
    })

    it("a key of more than 2048 bytes, before anything is sent", async () => {
      const longest = "k".repeat(2048)
      await faulty.set(longest, "value")
      expect(await faulty.getAndDelete(longest)).toBe("value")
      endpoint.forget()
      const tooLong = `${"k".repeat(2047)}ü`
      const calls = [
        faulty.get(tooLong),
        faulty.set(tooLong, "value"),
        faulty.delete(tooLong),
        faulty.getAndDelete(tooLong),
        faulty.increment(tooLong, 60),
      ]
      for (const call of calls) {
        const error = await failure(call)
        expect(error.code).toBe("INVALID_VALUE")
        expect(error.message).not.toContain("kkk")
      }
      expect(endpoint.operations()).toEqual([])
    })

    it("a value of more than 400 KB", async () => {
      const error = await failure(storage.set(key, "x".repeat(410_000)))
      expect(error).toMatchObject({ code: "ITEM_TOO_LARGE", operation: "set", table: tableName })
      expect(await items()).toEqual([])
    })
  })

  it("says which table is missing, and nothing of keys and values", async () => {
    const missing = `missing-${randomUUID()}`
    const { error } = {
      error: await failure(
        dynamodbSecondaryStorage({ client: endpoint.connection(), tableName: missing }).set(
          key,
          "very secret",
        ),
      ),
    }
    expect(error).toMatchObject({ code: "TABLE_NOT_FOUND", operation: "set", table: missing })
    const printed = inspect(error, { depth: 10, showHidden: true })
    expect(printed).not.toContain(key)
    expect(printed).not.toContain("very secret")
    expect(error.stack).toContain("secondary-storage.spec.ts")
  })

  describe("under Better Auth", () => {
    const origin = "http://localhost:3000"
    const password = "correct horse battery staple"
    let database: Record<string, any[]>
    let resetTokens: string[]

    /** The same app in another process: its own database connection, the same secondary storage. */
    const app = (secondaryStorage: SecondaryStorage, options: Partial<BetterAuthOptions> = {}) =>
      betterAuth({
        baseURL: origin,
        secret: "a secret for tests that is long enough, and random 8Fz!",
        database: memoryAdapter(database),
        secondaryStorage,
        rateLimit: { enabled: false },
        telemetry: { enabled: false },
        emailAndPassword: {
          enabled: true,
          async sendResetPassword({ token }) {
            resetTokens.push(token)
          },
        },
        ...options,
      })

    beforeEach(() => {
      database = { user: [], account: [], session: [], verification: [], rateLimit: [] }
      resetTokens = []
    })

    async function signUp(auth: ReturnType<typeof app>) {
      const email = `${randomUUID()}@example.com`
      const { response, headers } = await auth.api.signUpEmail({
        body: { email, password, name: "Ada" },
        returnHeaders: true,
      })
      const [cookie = ""] = headers.getSetCookie().map((cookie) => cookie.split(";")[0])
      return { email, user: response.user, token: response.token!, headers: new Headers({ cookie }) }
    }

    it("sessions are stored, listed, shared between processes, and revoked", async () => {
      const auth = app(storage)
      const { email, user, token, headers } = await signUp(auth)
      expect(database.session).toEqual([])
      expect(JSON.parse((await item(token))!.value)).toMatchObject({ user: { email }, session: { token } })
      expect((await auth.api.getSession({ headers }))?.user.id).toBe(user.id)

      const another = app(faulty)
      expect((await another.api.getSession({ headers }))?.session.token).toBe(token)
      const second = await another.api.signInEmail({ body: { email, password } })
      const sessions = await auth.api.listSessions({ headers })
      expect(sessions.map((session) => session.token).sort()).toEqual([token, second.token].sort())

      await auth.api.revokeSession({ body: { token: second.token }, headers })
      expect(await item(second.token)).toBeUndefined()
      expect(await another.api.listSessions({ headers })).toMatchObject([{ token }])

      await auth.api.signOut({ headers })
      expect(await another.api.getSession({ headers })).toBeNull()
      expect(await items()).toEqual([])
    })

    it("an expired session is none, although DynamoDB has not deleted it", async () => {
      const auth = app(storage)
      const { token, headers } = await signUp(auth)
      await expire(token)
      expect(await auth.api.getSession({ headers })).toBeNull()
    })

    it("a changed user is changed in the sessions", async () => {
      const auth = app(storage)
      const { headers } = await signUp(auth)
      await auth.api.updateUser({ body: { name: "Grace" }, headers })
      expect((await app(faulty).api.getSession({ headers }))?.user.name).toBe("Grace")
    })

    it("a reset token is used once, of many at once", async () => {
      const auths = [app(storage), app(faulty)]
      const { email } = await signUp(auths[0]!)
      await auths[0]!.api.requestPasswordReset({ body: { email, redirectTo: "/reset" } })
      await expect.poll(() => resetTokens).toHaveLength(1)
      expect(database.verification).toEqual([])
      const [token = ""] = resetTokens
      const outcomes = await Promise.allSettled(
        Array.from({ length: RACERS }, (_, at) =>
          auths[at % 2]!.api.resetPassword({ body: { token, newPassword: `${password} ${at}` } }),
        ),
      )
      const winners = outcomes.flatMap(({ status }, at) => (status === "fulfilled" ? [at] : []))
      expect(winners).toHaveLength(1)
      for (const outcome of outcomes)
        if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ statusCode: 400 })
      const newPassword = `${password} ${winners[0]}`
      expect((await auths[1]!.api.signInEmail({ body: { email, password: newPassword } })).user.email).toBe(
        email,
      )
    })

    it("a rate limit holds over processes, with many at once", async () => {
      const rateLimit = { enabled: true, storage: "secondary-storage" as const, window: 60, max: 10 }
      const auths = [storage, faulty].map((each) => app(each, { rateLimit }))
      const request = (at: number, ip = "203.0.113.7") =>
        auths[at % 2]!.handler(
          new Request(`${origin}/api/auth/get-session`, { headers: { "x-forwarded-for": ip } }),
        )
      const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => request(at)))
      const statuses = answers.map(({ status }) => status).sort()
      expect(statuses).toEqual([...Array(10).fill(200), ...Array(40).fill(429)])
      expect((await request(0, "203.0.113.8")).status).toBe(200)

      // Its window passes, and the next begins.
      const [counter] = (await items()).filter(({ count }) => count === 50)
      await expire(counter!.key)
      expect((await request(0)).status).toBe(200)
      expect(await storage.get(counter!.key)).toBe("1")
    })
  })
})

describe("the configuration", () => {
  const refusal = (config: unknown) => {
    try {
      dynamodbSecondaryStorage(config as object)
    } catch (error) {
      expect(error).toBeInstanceOf(DynamoAdapterError)
      expect(error).toMatchObject({ code: "INVALID_CONFIG" })
      return (error as Error).message
    }
    return expect.unreachable("it was accepted")
  }

  it("has defaults for everything", () => {
    expect(dynamodbSecondaryStorage()).toHaveProperty("getAndDelete")
    expect(secondaryStorageTable()).toEqual(secondaryStorageTable(null))
    expect(secondaryStorageTable()).toEqual({
      tableName: "better-auth-secondary-storage",
      partitionKey: "key",
      indexes: [],
      ttlAttribute: "_ttl",
    })
  })

  it("is checked at once", () => {
    expect(refusal({ tabelName: "x" })).toContain("Did you mean `tableName`?")
    expect(refusal({ tableName: "no spaces" })).toContain("`tableName`")
    expect(refusal({ tableName: 42 })).toContain("`config.tableName`")
    expect(refusal({ region: "eu-central-1" })).toContain("client: {")
    expect(refusal({ client: { regoin: "eu-central-1" } })).toContain("`region`")
    expect(refusal("better-auth")).toContain("`config` must be an object")
  })

  it("may come with the table's own name, on the embedded engine without making it", async () => {
    const client = { endpoint: `memory:${randomUUID()}` }
    const storage = dynamodbSecondaryStorage({ client, tableName: "elsewhere" })
    await storage.set("key", "value", 60)
    expect(await storage.get("key")).toBe("value")
    expect(await createTables(client, secondaryStorageTable({ client, tableName: "elsewhere" }))).toEqual([])
  })
})
