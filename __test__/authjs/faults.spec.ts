// What goes wrong between the adapter and DynamoDB, and what must come of it.

import { setTimeout as sleep } from "node:timers/promises"
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
  other,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"]

describe.each(engines)("faults on $name", (engine) => {
  let scene: Stage
  let endpoint: FaultyEndpoint
  let adapter: TestAdapter

  beforeEach(async () => {
    scene = await stage(engine)
    endpoint = await faultyEndpoint(engine)
    adapter = openAdapter(endpoint.connection(), scene.table)
  })

  describe("an answer that is lost", () => {
    /** Every method that writes: what it needs, and the call; the answer is what it would have been. */
    type Story = { call(): Promise<unknown>; answer: unknown; stored?(): Promise<void> }
    const stories: Record<string, () => Promise<Story>> = {
      async createUser() {
        const user = newUser()
        return { call: () => adapter.createUser(user), answer: user }
      },
      async "createUser without an email"() {
        const { email: _, ...user } = newUser()
        return { call: () => adapter.createUser(user as never), answer: user }
      },
      async "createUser without an id"() {
        const { id: _, ...user } = newUser()
        const answer = { ...user, id: expect.any(String) }
        return { call: () => adapter.createUser(user as never), answer }
      },
      async "createUser over a stale claim"() {
        const gone = await scene.adapter.createUser(newUser())
        await other(engine.connection(), scene.table).deleteUser(gone.id)
        const user = newUser({ email: gone.email })
        return { call: () => adapter.createUser(user), answer: user }
      },
      async updateUser() {
        const user = await scene.adapter.createUser(newUser())
        return {
          call: () => adapter.updateUser({ id: user.id, name: "New" }),
          answer: { ...user, name: "New" },
        }
      },
      async "updateUser with a new email"() {
        const user = await scene.adapter.createUser(newUser())
        const email = `new-${user.id}@example.com`
        const stored = async () => {
          expect(await scene.adapter.getUserByEmail(email)).toEqual({ ...user, email })
          expect(await scene.item(`EMAIL#${user.email}`)).toBeUndefined()
        }
        return { call: () => adapter.updateUser({ id: user.id, email }), answer: { ...user, email }, stored }
      },
      async deleteUser() {
        const user = await scene.adapter.createUser(newUser())
        await scene.adapter.createSession(newSession(user.id))
        await scene.adapter.linkAccount(newAccount(user.id))
        const stored = async () => expect(await scene.items()).toEqual([])
        return { call: () => adapter.deleteUser(user.id), answer: user, stored }
      },
      async linkAccount() {
        const user = await scene.adapter.createUser(newUser())
        const account = newAccount(user.id)
        const stored = async () => expect(await scene.adapter.getUserByAccount(account)).toEqual(user)
        return { call: () => adapter.linkAccount(account), answer: expect.objectContaining(account), stored }
      },
      async unlinkAccount() {
        const user = await scene.adapter.createUser(newUser())
        const account = newAccount(user.id)
        await scene.adapter.linkAccount(account)
        const stored = async () => expect(await scene.adapter.getUserByAccount(account)).toBeNull()
        return {
          call: () => adapter.unlinkAccount(account),
          answer: expect.objectContaining(account),
          stored,
        }
      },
      async createSession() {
        const user = await scene.adapter.createUser(newUser())
        const session = newSession(user.id)
        return { call: () => adapter.createSession(session), answer: expect.objectContaining(session) }
      },
      async updateSession() {
        const user = await scene.adapter.createUser(newUser())
        const session = await scene.adapter.createSession(newSession(user.id))
        const changed = { sessionToken: session.sessionToken, expires: inDays(60) }
        return { call: () => adapter.updateSession(changed), answer: { ...session, ...changed } }
      },
      async deleteSession() {
        const user = await scene.adapter.createUser(newUser())
        const session = await scene.adapter.createSession(newSession(user.id))
        return { call: () => adapter.deleteSession(session.sessionToken), answer: session }
      },
      async createVerificationToken() {
        const token = newVerificationToken("ada@example.com")
        return { call: () => adapter.createVerificationToken(token), answer: token }
      },
      async useVerificationToken() {
        const token = newVerificationToken("ada@example.com")
        await scene.adapter.createVerificationToken(token)
        const stored = async () => expect(await adapter.useVerificationToken(token)).toBeNull()
        return { call: () => adapter.useVerificationToken(token), answer: token, stored }
      },
      async createAuthenticator() {
        const user = await scene.adapter.createUser(newUser())
        const authenticator = newAuthenticator(user.id)
        return { call: () => adapter.createAuthenticator(authenticator), answer: authenticator }
      },
      async updateAuthenticatorCounter() {
        const user = await scene.adapter.createUser(newUser())
        const authenticator = await scene.adapter.createAuthenticator(newAuthenticator(user.id))
        const answer = { ...authenticator, counter: 3 }
        return { call: () => adapter.updateAuthenticatorCounter(authenticator.credentialID, 3), answer }
      },
    }

    it.each(Object.keys(stories))(
      "%s: comes out as the first would have, whichever answer it was",
      async (name) => {
        // First the answer to the first request that writes, then that to the second, while there are so many.
        for (let after = 0, lost = true; lost; after++) {
          const { call, answer, stored } = await stories[name]!()
          lost = false
          void endpoint.inject("lost answer", { operation: WRITES, after }).then(() => (lost = true))
          expect(await call()).toEqual(answer)
          await stored?.()
          endpoint.heal()
          if (name === "deleteUser" || after > 0) continue
          expect(lost, "the call is expected to write").toBe(true)
        }
      },
    )

    it.each(Object.keys(stories))("%s: of any request, reads included", async (name) => {
      for (let after = 0, lost = true; lost; after++) {
        const { call, answer, stored } = await stories[name]!()
        lost = false
        void endpoint.inject("lost answer", { after }).then(() => (lost = true))
        expect(await call()).toEqual(answer)
        await stored?.()
        endpoint.heal()
      }
    })

    it("is not the end of a transaction that another one crosses: the loser of two loses once", async () => {
      const email = "both@example.com"
      void endpoint.inject("lost answer", { operation: "TransactWriteItems", times: 2 })
      const outcomes = await Promise.allSettled([1, 2].map(() => adapter.createUser(newUser({ email }))))
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
      const [lost] = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []))
      expect(lost.code).toBe("EMAIL_EXISTS")
    })
  })

  describe("a request that is refused for its rate, for a fault of DynamoDB's, or lost", () => {
    it.each(["throttled", "server error", "lost request"] as const)("%s: is sent again", async (fault) => {
      const user = newUser()
      void endpoint.inject(fault)
      expect(await adapter.createUser(user)).toEqual(user)
      void endpoint.inject(fault)
      expect(await adapter.getUser(user.id)).toEqual(user)
      void endpoint.inject(fault)
      expect(await adapter.getUserByEmail(user.email)).toEqual(user)
      void endpoint.inject(fault)
      expect(await adapter.deleteUser(user.id)).toEqual(user)
    })

    it("is sent as often as `maxAttempts` says", async () => {
      for (const maxAttempts of [1, 2, 4]) {
        const impatient = openAdapter(endpoint.connection({ maxAttempts }), scene.table)
        endpoint.forget()
        void endpoint.inject("throttled", { times: maxAttempts })
        expect((await failure(impatient.getUser("1"))).code).toBe("THROTTLED")
        expect(endpoint.operations()).toHaveLength(maxAttempts)
      }
    })

    it("is no sign-out: a session that cannot be read is an error, not null", async () => {
      const user = await adapter.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      void endpoint.inject("throttled", { times: Infinity })
      const error = await failure(adapter.getSessionAndUser(session.sessionToken))
      expect(error.code).toBe("THROTTLED")
    })

    it("a transaction that others' writes cancelled is tried again", async () => {
      const conflict = {
        status: 400,
        body: JSON.stringify({
          __type: "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
          message:
            "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
          CancellationReasons: [
            { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" },
            { Code: "None" },
          ],
        }),
      }
      const user = newUser()
      void endpoint.inject(conflict, { operation: "TransactWriteItems", times: 2 })
      expect(await adapter.createUser(user)).toEqual(user)
      void endpoint.inject(conflict, { operation: "TransactWriteItems", times: Infinity })
      const error = await failure(adapter.createUser(newUser()))
      expect(error.code).toBe("TRANSACTION_FAILED")
    })
  })

  describe("a batch that is done in part", () => {
    it("getSessionAndUser: asks again for the keys that were left unprocessed", async () => {
      const user = await adapter.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      void endpoint.inject("unprocessed", { operation: "BatchGetItem" })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session, user })
    })

    it("getSessionAndUser: is THROTTLED, not signed out, when they stay so", async () => {
      const user = await adapter.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      void endpoint.inject("nothing processed", { operation: "BatchGetItem", times: Infinity })
      const error = await failure(adapter.getSessionAndUser(session.sessionToken))
      expect(error.code).toBe("THROTTLED")
    })
  })

  describe("an endpoint that does not answer", () => {
    it("is a TIMEOUT after `requestTimeout`, and the call ends", async () => {
      const impatient = openAdapter(
        endpoint.connection({ requestTimeout: 1000, maxAttempts: 2 }),
        scene.table,
      )
      // The time is for the silence, not for making a client and a connection on a busy machine.
      await impatient.getUser("1")
      endpoint.forget()
      void endpoint.inject("no answer", { times: Infinity })
      expect((await failure(impatient.getUser("1"))).code).toBe("TIMEOUT")
      expect(endpoint.operations()).toEqual(["GetItem", "GetItem"])
    })

    it("is asked again: one silence does no harm, even to a write that was carried out", async () => {
      const impatient = openAdapter(endpoint.connection({ requestTimeout: 1500 }), scene.table)
      void endpoint.inject({ delay: 2500 }, { operation: "TransactWriteItems" })
      const user = newUser()
      expect(await impatient.createUser(user)).toEqual(user)
      await sleep(2500)
      expect(await scene.adapter.getUserByEmail(user.email)).toEqual(user)
    })
  })
})
