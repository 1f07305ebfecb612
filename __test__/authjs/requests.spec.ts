// What a call costs: the HTTP requests that it takes, and of which kind. Counted on the way, not believed.

import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"
import {
  inDays,
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  newVerificationToken,
  openAdapter,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

describe.each(engines)("requests on $name", (engine) => {
  let scene: Stage
  let endpoint: FaultyEndpoint
  let adapter: TestAdapter

  beforeEach(async () => {
    scene = await stage(engine)
    endpoint = await faultyEndpoint(engine)
    adapter = openAdapter(endpoint.connection(), scene.table)
  })

  /** The operations that a call takes. */
  async function operations(call: () => unknown): Promise<string[]> {
    endpoint.forget()
    await call()
    return endpoint.operations()
  }

  /** What another process wrote. */
  async function seed() {
    const user = await scene.adapter.createUser(newUser())
    const account = newAccount(user.id)
    await scene.adapter.linkAccount(account)
    const session = await scene.adapter.createSession(newSession(user.id))
    const authenticator = await scene.adapter.createAuthenticator(newAuthenticator(user.id))
    return { user, account, session, authenticator }
  }

  it("getSessionAndUser: one once the token is known to the process, two otherwise", async () => {
    const { session } = await seed()
    const read = () => adapter.getSessionAndUser(session.sessionToken)
    expect(await operations(read)).toEqual(["Query", "BatchGetItem"])
    expect(await operations(read)).toEqual(["BatchGetItem"])
    await adapter.updateSession({ sessionToken: session.sessionToken, expires: inDays(60) })
    expect(await operations(read)).toEqual(["BatchGetItem"])
  })

  it("getSessionAndUser: one right after the process created the session", async () => {
    const { user } = await seed()
    const session = await adapter.createSession(newSession(user.id))
    expect(await operations(() => adapter.getSessionAndUser(session.sessionToken))).toEqual(["BatchGetItem"])
  })

  it("getSessionAndUser: what one adapter of the process learned, another knows", async () => {
    const { session } = await seed()
    await adapter.getSessionAndUser(session.sessionToken)
    const second = openAdapter(endpoint.connection(), scene.table)
    expect(await operations(() => second.getSessionAndUser(session.sessionToken))).toEqual(["BatchGetItem"])
  })

  it("getUserByAccount: one once the account is known to the process, two otherwise", async () => {
    const { account, user } = await seed()
    const read = () => adapter.getUserByAccount(account)
    expect(await operations(read)).toEqual(["GetItem", expect.stringMatching("GetItem")])
    expect(await operations(read)).toEqual(["BatchGetItem"])
    const second = newAccount(user.id)
    await adapter.linkAccount(second)
    expect(await operations(() => adapter.getUserByAccount(second))).toEqual(["BatchGetItem"])
  })

  it("createUser: at most two", async () => {
    expect((await operations(() => adapter.createUser(newUser()))).length).toBeLessThanOrEqual(2)
    expect(await operations(() => adapter.createUser(newUser({ email: null }) as never))).toHaveLength(1)
  })

  it("getUser and getUserByEmail: one", async () => {
    const { user } = await seed()
    expect(await operations(() => adapter.getUser(user.id))).toEqual(["GetItem"])
    expect(await operations(() => adapter.getUserByEmail(user.email))).toEqual(["Query"])
  })

  it("createSession, createVerificationToken, listAuthenticatorsByUserId: one", async () => {
    const { user } = await seed()
    expect(await operations(() => adapter.createSession(newSession(user.id)))).toHaveLength(1)
    expect(
      await operations(() => adapter.createVerificationToken(newVerificationToken(user.email))),
    ).toHaveLength(1)
    expect(await operations(() => adapter.listAuthenticatorsByUserId(user.id))).toEqual(["Query"])
  })

  it("updateSession: one once the token is known, two otherwise", async () => {
    const { session } = await seed()
    const update = () => adapter.updateSession({ sessionToken: session.sessionToken, expires: inDays(60) })
    expect(await operations(update)).toEqual(["Query", "UpdateItem"])
    expect(await operations(update)).toEqual(["UpdateItem"])
  })

  it("a token of the process's own deleted session: no waiting for the index", async () => {
    const { user } = await seed()
    const session = await adapter.createSession(newSession(user.id))
    await adapter.deleteSession(session.sessionToken)
    const taken = await operations(() => adapter.getSessionAndUser(session.sessionToken))
    expect(taken.length).toBeLessThanOrEqual(2)
  })

  it("updateUser without an email, and with the email it has: at most two", async () => {
    const { user } = await seed()
    expect((await operations(() => adapter.updateUser({ id: user.id, name: "New" }))).length).toBe(1)
    expect(
      (await operations(() => adapter.updateUser({ id: user.id, email: user.email }))).length,
    ).toBeLessThanOrEqual(2)
  })

  it("nothing at all for what identifies nobody", async () => {
    const taken = await operations(async () => {
      await adapter.getUser(undefined as never)
      await adapter.getUserByEmail("")
      await adapter.getSessionAndUser(null as never)
      await adapter.getUserByAccount({ provider: "github", providerAccountId: undefined as never })
      await adapter.useVerificationToken({ identifier: undefined as never, token: "t" })
      await adapter.deleteUser("x".repeat(3000))
    })
    expect(taken).toEqual([])
  })

  it("reads by key are eventually consistent, and strongly consistent only after a miss", async () => {
    const { user } = await seed()
    endpoint.forget()
    await adapter.getUser(user.id)
    await adapter.getUser("nobody")
    expect(endpoint.requests.map(({ body }) => body.ConsistentRead ?? false)).toEqual([false, false, true])
  })

  it("consistentReads: true makes every read by key strongly consistent", async () => {
    const { user, session, account, authenticator } = await seed()
    const strong = openAdapter(endpoint.connection(), { ...scene.table, consistentReads: true })
    endpoint.forget()
    await strong.getUser(user.id)
    await strong.getUser("nobody")
    await strong.getSessionAndUser(session.sessionToken)
    await strong.getUserByAccount(account)
    await strong.getAccount(account.providerAccountId, account.provider)
    await strong.getAuthenticator(authenticator.credentialID)
    await strong.listAuthenticatorsByUserId(user.id)
    const reads = endpoint.requests.filter(
      ({ operation, body }) => /Get|Query/.test(operation) && !body.IndexName,
    )
    expect(reads.length).toBeGreaterThanOrEqual(7)
    for (const { body } of reads) {
      const entries: any[] = body.RequestItems ? Object.values(body.RequestItems) : [body]
      for (const { ConsistentRead } of entries) expect(ConsistentRead).toBe(true)
    }
  })
})
