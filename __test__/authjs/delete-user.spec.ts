import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { customNames, engines } from "../engines"
import { faultyEndpoint } from "../faults"
import {
  failure,
  type Item,
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  newVerificationToken,
  nobody,
  openAdapter,
  other,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

const KILOBYTE = "x".repeat(1024)

/** A user with some of everything. */
async function everythingOf(adapter: TestAdapter, { sessions = 3 } = {}) {
  const user = await adapter.createUser(newUser())
  await Promise.all([
    ...Array.from({ length: sessions }, () => adapter.createSession(newSession(user.id))),
    ...Array.from({ length: 3 }, () => adapter.linkAccount(newAccount(user.id))),
    ...Array.from({ length: 3 }, () => adapter.createAuthenticator(newAuthenticator(user.id))),
  ])
  return user
}

/** Writes raw sessions of a user, 25 a request. */
async function writeSessions({ engine, table }: Stage, userId: string, count: number, more: Item = {}) {
  const client = engine.documentClient()
  const puts = Array.from({ length: count }, () => {
    const sessionToken = randomUUID()
    const key = `SESSION#${sessionToken}`
    const item = {
      pk: `USER#${userId}`,
      sk: key,
      GSI1PK: key,
      GSI1SK: key,
      type: "SESSION",
      sessionToken,
      userId,
      expires: 1900000000,
    }
    return { PutRequest: { Item: { ...item, ...more } } }
  })
  for (let at = 0; at < puts.length; at += 25) {
    await client.batchWrite({ RequestItems: { [table.tableName]: puts.slice(at, at + 25) } })
  }
}

describe.each(engines)("deleteUser on $name", (engine) => {
  let scene: Stage
  let adapter: TestAdapter

  beforeEach(async () => {
    scene = await stage(engine)
    adapter = scene.adapter
  })

  it("deletes everything of the user, and nothing of anybody else", async () => {
    const eve = await everythingOf(adapter)
    const token = await adapter.createVerificationToken(newVerificationToken(eve.email))
    const before = await scene.items()
    const ada = await everythingOf(adapter)
    expect(await adapter.deleteUser(ada.id)).toEqual(ada)
    expect(await scene.items()).toEqual(before)
    expect(await adapter.getUser(ada.id)).toBeNull()
    expect(await adapter.getUserByEmail(ada.email)).toBeNull()
    expect(await adapter.useVerificationToken(token!)).toEqual(token)
  })

  it("takes an app's own items in the user's partition along, unless it is to delete only auth's", async () => {
    const own = ["PROFILE", "ORDER#1", "USER#settings", "ACCOUNTING", "claim"]
    for (const [deleteOnly, kept] of [
      [undefined, []],
      ["auth", own],
    ] as const) {
      const users = openAdapter(scene.engine.connection(), { ...scene.options, deleteOnly })
      const user = await everythingOf(users)
      for (const sk of own) await scene.put({ pk: `USER#${user.id}`, sk, note: "the app's" })
      expect(await users.deleteUser(user.id)).toEqual(user)
      const left = (await scene.items()).map(({ pk, sk }) => `${pk} ${sk}`)
      expect(left).toEqual(kept.map((sk) => `USER#${user.id} ${sk}`).toSorted())
      expect(await users.createUser(newUser({ email: user.email }))).toMatchObject({ email: user.email })
      await Promise.all((await scene.items()).map(({ pk, sk }) => scene.remove({ pk, sk })))
    }
  })

  it("frees the email and the accounts for others", async () => {
    const ada = await adapter.createUser(newUser())
    const account = newAccount(ada.id)
    await adapter.linkAccount(account)
    await adapter.deleteUser(ada.id)
    const eve = await adapter.createUser(newUser({ email: ada.email }))
    await adapter.linkAccount({ ...account, userId: eve.id })
    expect(await adapter.getUserByEmail(ada.email)).toEqual(eve)
    expect(await adapter.getUserByAccount(account)).toEqual(eve)
  })

  it("answers null for a user who is not there, the second time, and for what is no id", async () => {
    const ada = await adapter.createUser(newUser())
    await adapter.createUser(newUser())
    await scene.put({ pk: "USER#undefined", sk: "USER#undefined", type: "USER", id: "undefined" })
    await adapter.deleteUser(ada.id)
    const before = await scene.items()
    for (const id of [ada.id, randomUUID(), ...nobody])
      expect((await adapter.deleteUser(id as never)) ?? null).toBeNull()
    expect(await scene.items()).toEqual(before)
  })

  it("deletes 300 sessions", async () => {
    const user = await everythingOf(adapter)
    await writeSessions(scene, user.id, 300)
    expect(await adapter.deleteUser(user.id)).toEqual(user)
    expect(await scene.items()).toEqual([])
  })

  it("deletes more than one page of a query holds: over 1 MB", async () => {
    const user = await everythingOf(adapter)
    await writeSessions(scene, user.id, 50, { data: KILOBYTE.repeat(50) })
    expect(await adapter.deleteUser(user.id)).toEqual(user)
    expect(await scene.items()).toEqual([])
  })

  it("works with custom names", async () => {
    const custom = await stage(engine, customNames)
    const user = await everythingOf(custom.adapter)
    expect(await custom.adapter.deleteUser(user.id)).toEqual(user)
    expect(await custom.items()).toEqual([])
  })

  it("deletes what @auth/dynamodb-adapter wrote", async () => {
    const theirs = other(engine.connection(), scene.table)
    const user = await theirs.createUser(newUser())
    await theirs.createSession(newSession(user.id))
    await theirs.linkAccount(newAccount(user.id))
    expect(await adapter.deleteUser(user.id)).toEqual(user)
    expect(await scene.items()).toEqual([])
  })

  it("leaves a claim alone that somebody else took over", async () => {
    const ada = await adapter.createUser(newUser())
    const account = newAccount(ada.id)
    await adapter.linkAccount(account)
    // As if the claims had been stale when Eve came.
    const eve = await adapter.createUser(newUser())
    for (const key of [`EMAIL#${ada.email}`, `ACCOUNT#${account.provider}#${account.providerAccountId}`]) {
      await scene.put({ ...(await scene.item(key))!, userId: eve.id })
    }
    await adapter.deleteUser(ada.id)
    expect(await scene.item(`EMAIL#${ada.email}`)).toMatchObject({ userId: eve.id })
    expect(await scene.item(`ACCOUNT#${account.provider}#${account.providerAccountId}`)).toMatchObject({
      userId: eve.id,
    })
  })

  it("deletes what was left of a user whose own item is gone", async () => {
    const user = await everythingOf(adapter)
    const { tableName: TableName } = scene.table
    await engine.documentClient().delete({ TableName, Key: { pk: `USER#${user.id}`, sk: `USER#${user.id}` } })
    await adapter.deleteUser(user.id)
    // The email's claim cannot be known any more; it is stale, and taken over when somebody asks for it.
    expect((await scene.items()).filter(({ pk }) => pk !== `EMAIL#${user.email}`)).toEqual([])
  })

  describe("when something goes wrong", () => {
    it("sends again what was left unprocessed", async () => {
      const user = await everythingOf(adapter, { sessions: 60 })
      const endpoint = await faultyEndpoint(engine)
      void endpoint.inject("unprocessed", { operation: "BatchWriteItem", times: 3 })
      expect(await openAdapter(endpoint.connection(), scene.table).deleteUser(user.id)).toEqual(user)
      expect(await scene.items()).toEqual([])
    })

    it("says PARTIAL_FAILURE when some stays unprocessed, keeps the user, and can be run again", async () => {
      const user = await everythingOf(adapter, { sessions: 30 })
      const endpoint = await faultyEndpoint(engine)
      void endpoint.inject("nothing processed", { operation: "BatchWriteItem", after: 1, times: Infinity })
      const flawed = openAdapter(endpoint.connection(), scene.table)
      const error = await failure(flawed.deleteUser(user.id))
      expect(error.code).toBe("PARTIAL_FAILURE")
      expect(error.message).toContain(scene.table.tableName)
      expect(await scene.item(`USER#${user.id}`)).toBeDefined()
      expect(await adapter.getUserByEmail(user.email)).toEqual(user)
      expect(await adapter.deleteUser(user.id)).toEqual(user)
      expect(await scene.items()).toEqual([])
    })

    it("can be run again wherever it failed, for the user item goes last", async () => {
      // Fails at the first, the second, the third ... request of a deletion, until one has no more to fail at.
      for (let after = 0, failed = true; failed; after++) {
        const user = await everythingOf(adapter, { sessions: 30 })
        const endpoint = await faultyEndpoint(engine)
        void endpoint.inject({ status: 400, body: accessDenied }, { after })
        const flawed = openAdapter(endpoint.connection(), scene.table)
        failed = await flawed.deleteUser(user.id).then(
          () => false,
          () => true,
        )
        if (failed) {
          const left = await scene.items()
          const userIsLeft = left.some(({ pk, sk }) => pk === `USER#${user.id}` && sk === pk)
          // Only the last look, for what was written meanwhile, comes after the user: then nothing else is left.
          expect(userIsLeft || left.length === 0).toBe(true)
          expect(await adapter.deleteUser(user.id)).toEqual(userIsLeft ? user : null)
        }
        expect(await scene.items()).toEqual([])
        expect(after).toBeLessThan(30)
      }
    })
  })
})

const accessDenied = JSON.stringify({
  __type: "com.amazon.coral.service#AccessDeniedException",
  message: "User: arn:aws:iam::123456789012:user/app is not authorized to perform: dynamodb:BatchWriteItem",
})
