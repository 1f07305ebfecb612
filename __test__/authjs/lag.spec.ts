// DynamoDB's indexes follow the table with a delay, and so do reads that are not asked to be strongly consistent. Here both
// show what was, up to a minute ago.

import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"
import {
  failure,
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

describe.each(engines)("lag on $name", (engine) => {
  let scene: Stage
  let endpoint: FaultyEndpoint
  let adapter: TestAdapter

  beforeEach(async () => {
    scene = await stage(engine)
    endpoint = await faultyEndpoint(engine)
    adapter = openAdapter(endpoint.connection(), scene.table)
  })

  describe("an index that lags", () => {
    it.each([300, 1000])("%i ms: a session that another process made is found", async (lag) => {
      endpoint.lagIndexes(lag)
      const user = await adapter.createUser(newUser())
      const far = elsewhere()
      const session = await far.createSession(newSession(user.id))
      endpoint.forget()
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session, user })
      expect(queried()).toBeGreaterThan(0)
    })

    it("a session that another process made can be prolonged and deleted", async () => {
      endpoint.lagIndexes(700)
      const user = await adapter.createUser(newUser())
      const far = elsewhere()
      const session = await far.createSession(newSession(user.id))
      const expires = inDays(60)
      expect(await adapter.updateSession({ sessionToken: session.sessionToken, expires })).toEqual({
        ...session,
        expires,
      })
      const second = await far.createSession(newSession(user.id))
      expect(await adapter.deleteSession(second.sessionToken)).toEqual(second)
    })

    it("a session that was deleted elsewhere is not found, though the index still has it", async () => {
      endpoint.lagIndexes(60_000)
      const user = await scene.adapter.createUser(newUser())
      const session = await scene.adapter.createSession(newSession(user.id))
      const far = elsewhere()
      await far.deleteSession(session.sessionToken)
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
      expect(
        await adapter.updateSession({ sessionToken: session.sessionToken, expires: inDays(60) }),
      ).toBeNull()
      expect(await adapter.deleteSession(session.sessionToken)).toBeNull()
    })

    it("a token that this process signed out is answered without waiting for the index", async () => {
      endpoint.lagIndexes(60_000)
      const user = await adapter.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      await adapter.deleteSession(session.sessionToken)
      endpoint.forget()
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
      expect(queried()).toBeLessThanOrEqual(1)
    })

    it("an unknown token is looked for within `indexLagTimeout`, and not at all with 0", async () => {
      const patient = openAdapter(endpoint.connection(), { ...scene.table, indexLagTimeout: 200 })
      expect(await patient.getSessionAndUser("unknown-1")).toBeNull()
      expect(queried()).toBeGreaterThan(1)
      endpoint.forget()
      const hasty = openAdapter(endpoint.connection(), { ...scene.table, indexLagTimeout: 0 })
      expect(await hasty.getSessionAndUser("unknown-2")).toBeNull()
      expect(queried()).toBe(1)
    })

    it("a user and an account that another process made are found at once by their claims", async () => {
      endpoint.lagIndexes(60_000)
      const far = elsewhere()
      const user = await far.createUser(newUser())
      const account = newAccount(user.id)
      await far.linkAccount(account)
      expect(await adapter.getUserByEmail(user.email)).toEqual(user)
      expect(await adapter.getUserByAccount(account)).toEqual(user)
      expect(await adapter.getAccount(account.providerAccountId, account.provider)).toMatchObject(account)
      expect((await failure(adapter.createUser(newUser({ email: user.email })))).code).toBe("EMAIL_EXISTS")
      expect(await adapter.unlinkAccount(account)).toMatchObject(account)
    })

    it("a passkey that another process made is found", async () => {
      endpoint.lagIndexes(500)
      const far = elsewhere()
      const user = await far.createUser(newUser())
      const authenticator = await far.createAuthenticator(newAuthenticator(user.id))
      expect(await adapter.getAuthenticator(authenticator.credentialID)).toEqual(authenticator)
      expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([authenticator])
    })

    it("a deleted or moved user is not the owner of the email, though the index says so", async () => {
      endpoint.lagIndexes(60_000)
      const user = await adapter.createUser(newUser())
      const email = `moved-${user.id}@example.com`
      await adapter.updateUser({ id: user.id, email })
      const next = await adapter.createUser(newUser({ email: user.email }))
      await adapter.deleteUser(user.id)
      const last = await adapter.createUser(newUser({ email }))
      expect(await scene.adapter.getUserByEmail(user.email)).toEqual(next)
      expect(await scene.adapter.getUserByEmail(email)).toEqual(last)
    })

    it("an account that was linked anew leads to its new user, though the index says otherwise", async () => {
      const [ada, eve] = [
        await scene.adapter.createUser(newUser()),
        await scene.adapter.createUser(newUser()),
      ]
      const account = newAccount(ada.id)
      await scene.adapter.linkAccount(account)
      endpoint.lagIndexes(60_000)
      const far = elsewhere()
      await far.unlinkAccount(account)
      await far.linkAccount({ ...account, userId: eve.id })
      expect(await adapter.getUserByAccount(account)).toEqual(eve)
      expect(await (await scene.another()).getUserByAccount(account)).toEqual(eve)
    })
  })

  describe("reads that lag", () => {
    it("what another process wrote a moment ago is found by key", async () => {
      endpoint.lagReads(60_000)
      endpoint.lagIndexes(60_000)
      const far = elsewhere()
      const user = await far.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      const account = newAccount(user.id)
      await far.linkAccount(account)
      const token = newVerificationToken(user.email)
      await far.createVerificationToken(token)
      expect(await adapter.getUser(user.id)).toEqual(user)
      expect(await adapter.getUserByEmail(user.email)).toEqual(user)
      expect(await adapter.getUserByAccount(account)).toEqual(user)
      expect(await adapter.getAccount(account.providerAccountId, account.provider)).toMatchObject(account)
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session, user })
      expect(await adapter.useVerificationToken(token)).toEqual(token)
      expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([])
      expect(await adapter.deleteUser(user.id)).toEqual(user)
      expect(await scene.items()).toEqual([])
    })

    it("a changed email is moved by what is true, not by what an old read says", async () => {
      const user = await scene.adapter.createUser(newUser())
      endpoint.lagReads(60_000)
      endpoint.lagIndexes(60_000)
      await adapter.updateUser({ id: user.id, email: "second@example.com" })
      await adapter.updateUser({ id: user.id, email: "third@example.com" })
      expect((await scene.items()).map(({ pk }) => pk)).toEqual([
        "EMAIL#third@example.com",
        `USER#${user.id}`,
      ])
      await adapter.deleteUser(user.id)
      expect(await scene.items()).toEqual([])
    })
  })

  /** An adapter of another process, whose writes the endpoint sees: another connection, so nothing learned is shared. */
  const elsewhere = () => openAdapter(endpoint.connection({ requestTimeout: 7000 }), scene.table)
  const queried = () => endpoint.requests.filter(({ body }) => body.IndexName).length
})
