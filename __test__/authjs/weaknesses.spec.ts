// What was found to go wrong with `@auth/dynamodb-adapter` 2.11, one test each. Over our adapter, all pass.
// scripts/compare.mjs runs this file over both and writes the outcome to docs/compare.md: the titles are its rows.

import { beforeEach, describe, expect, it } from "vitest"
import { customNames, engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"
import {
  failure,
  inDays,
  newAccount,
  newSession,
  newUser,
  newVerificationToken,
  openAdapter,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

describe.each(engines)("on $name", (engine) => {
  let scene: Stage
  let endpoint: FaultyEndpoint
  let adapter: TestAdapter

  beforeEach(async () => {
    scene = await stage(engine)
    endpoint = await faultyEndpoint(engine)
    adapter = openAdapter(endpoint.connection(), scene.table)
  })

  it("a user whose email changed is found by the new one", async () => {
    const user = await adapter.createUser(newUser())
    const email = `new-${user.email}`
    await adapter.updateUser({ id: user.id, email })
    expect(await adapter.getUserByEmail(email)).toEqual({ ...user, email })
  })

  it("a user whose email changed is not found by the old one", async () => {
    const user = await adapter.createUser(newUser())
    await adapter.updateUser({ id: user.id, email: `new-${user.email}` })
    expect(await adapter.getUserByEmail(user.email)).toBeNull()
  })

  it("an email is given to one user only", async () => {
    const { email } = await adapter.createUser(newUser())
    await failure(adapter.createUser(newUser({ email })))
    const { id } = await adapter.createUser(newUser())
    await failure(adapter.updateUser({ id, email }))
  })

  it("getUserByEmail(undefined) finds nobody", async () => {
    await adapter.createUser(newUser({ email: undefined }) as never)
    expect(await adapter.getUserByEmail(undefined as never)).toBeNull()
  })

  it("deleteUser deletes more than 25 items", async () => {
    const user = await adapter.createUser(newUser())
    for (let at = 0; at < 30; at++) await adapter.createSession(newSession(user.id))
    await adapter.deleteUser(user.id)
    expect(await scene.items()).toEqual([])
  })

  it("deleteUser deletes more than 1 MB", async () => {
    const user = await adapter.createUser(newUser())
    for (let at = 0; at < 6; at++)
      await adapter.createSession(newSession(user.id, { data: "x".repeat(300 * 1024) }))
    await adapter.deleteUser(user.id)
    expect(await scene.items()).toEqual([])
  })

  it("deleteUser works with custom names of keys", async () => {
    const custom = await stage(engine, customNames)
    const user = await custom.adapter.createUser(newUser())
    await custom.adapter.createSession(newSession(user.id))
    await custom.adapter.deleteUser(user.id)
    expect(await custom.items()).toEqual([])
  })

  it("deleteUser of a user who is not there does nothing", async () => {
    expect((await adapter.deleteUser("nobody")) ?? null).toBeNull()
  })

  it("deleteUser deletes what DynamoDB left unprocessed", async () => {
    const user = await adapter.createUser(newUser())
    for (let at = 0; at < 5; at++) await adapter.createSession(newSession(user.id))
    void endpoint.inject("unprocessed", { operation: "BatchWriteItem" })
    await adapter.deleteUser(user.id)
    expect(await scene.items()).toEqual([])
  })

  it("an account of a provider is linked to one user only", async () => {
    const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
    const account = newAccount(ada.id)
    await adapter.linkAccount(account)
    await failure(adapter.linkAccount({ ...account, userId: eve.id }))
    expect((await adapter.getUserByAccount(account))?.id).toBe(ada.id)
  })

  it("a `#` in an account's provider or id does not overwrite another account", async () => {
    const user = await adapter.createUser(newUser())
    const first = newAccount(user.id, { provider: "a#b", providerAccountId: "c" })
    const second = newAccount(user.id, { provider: "a", providerAccountId: "b#c" })
    await adapter.linkAccount(first)
    await adapter.linkAccount(second)
    expect((await adapter.getUserByAccount(first))?.id).toBe(user.id)
    expect((await adapter.getUserByAccount(second))?.id).toBe(user.id)
  })

  it("updateUser of a user who is not there writes nothing", async () => {
    await failure(adapter.updateUser({ id: "nobody", name: "Nobody" }))
    expect(await scene.items()).toEqual([])
  })

  it("updateUser takes `undefined` as unchanged", async () => {
    const user = await adapter.createUser(newUser())
    expect(await adapter.updateUser({ id: user.id, name: undefined, image: null })).toMatchObject({
      ...user,
      image: null,
    })
  })

  it("updateUser takes properties of any name", async () => {
    const user = await adapter.createUser(newUser())
    const odd = { "with space": 1, "a-b": 2, "a.b": 3 }
    expect(await adapter.updateUser({ id: user.id, ...odd })).toMatchObject(odd)
  })

  it("a Date inside an object or a list comes back as a Date", async () => {
    const nested = { terms: { accepted: new Date(1e12) }, logins: [new Date(1e12)] }
    const user = await adapter.createUser(newUser(nested))
    expect(await adapter.getUser(user.id)).toMatchObject(nested)
  })

  it("a string that looks like a date comes back as a string", async () => {
    const text = { note: "2026-02-03T04:05:06.789Z" }
    const user = await adapter.createUser(newUser(text))
    expect(await adapter.getUser(user.id)).toMatchObject(text)
  })

  it("an empty string comes back as an empty string", async () => {
    const user = await adapter.createUser(newUser({ name: "" }))
    expect(await adapter.getUser(user.id)).toMatchObject({ name: "" })
  })

  it("a user's own property `type` comes back", async () => {
    const user = await adapter.createUser(newUser({ type: "premium" }))
    expect(await adapter.getUser(user.id)).toMatchObject({ type: "premium" })
  })

  it("a session's own property `pk` does not overwrite another item", async () => {
    const user = await adapter.createUser(newUser())
    await adapter.createSession(newSession(user.id, { pk: `USER#${user.id}`, sk: `USER#${user.id}` }))
    expect(await adapter.getUser(user.id)).toMatchObject({ name: user.name })
  })

  it("the time for TTL is in whole seconds, and no millisecond is lost", async () => {
    const session = await adapter.createSession(newSession("1"))
    const [stored] = await scene.items()
    expect(Number.isInteger(stored!.expires)).toBe(true)
    expect((await adapter.updateSession({ sessionToken: session.sessionToken }))?.expires).toEqual(
      session.expires,
    )
  })

  it("createSession returns what is stored", async () => {
    const user = await adapter.createUser(newUser())
    const session = await adapter.createSession(newSession(user.id))
    expect((await adapter.getSessionAndUser(session.sessionToken))?.session).toEqual(session)
  })

  it("updateSession does not revive a deleted session", async () => {
    const user = await adapter.createUser(newUser())
    const { sessionToken } = await adapter.createSession(newSession(user.id))
    // The index still shows the session that is being deleted.
    endpoint.lagIndexes(60_000)
    await adapter.deleteSession(sessionToken)
    await adapter.updateSession({ sessionToken, expires: inDays(60) })
    expect((await scene.items()).filter(({ sk }) => sk.startsWith("SESSION#"))).toEqual([])
  })

  it("a link is good although the answer to its use was lost on the way", async () => {
    const token = newVerificationToken("ada@example.com")
    await adapter.createVerificationToken(token)
    void endpoint.inject("lost answer", { operation: ["DeleteItem", "TransactWriteItems"] })
    expect(await adapter.useVerificationToken(token)).toMatchObject({ token: token.token })
  })

  it("keys with custom names are not shown", async () => {
    const custom = await stage(engine, customNames)
    const user = await custom.adapter.createUser(newUser())
    const shown = Object.keys((await custom.adapter.getUser(user.id))!)
    for (const name of Object.values(customNames)) expect(shown).not.toContain(name)
  })

  it("an endpoint that never answers is an error in the end", async () => {
    void endpoint.inject("no answer", { times: Infinity })
    const impatient = openAdapter(endpoint.connection({ maxAttempts: 1 }), scene.table)
    await failure(impatient.getUser("1"))
  }, 20_000)
})
