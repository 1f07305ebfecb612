// docs/cost.md says what each call costs. Here it is measured: the requests on the way to the engine, and the capacity that
// the engine says they took.

import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { type AccountPageMethods, DynamoDBAdapter, type DynamoDBAuthAdapter } from "../index.js"
import { engines } from "./engines"
import { faultyEndpoint } from "./faults"
import { type Cost, costsIn, inWords, metered } from "./metering"

const { page, rows } = costsIn("Auth.js")

const expires = new Date(2e12)

/** What is in the table before the call, and who asks: a process that has written it, or another one. */
interface Scene {
  adapter: DynamoDBAuthAdapter & AccountPageMethods
  id: string
  email: string
  account: { userId: string; provider: string; providerAccountId: string; type: "oauth" }
  sessionToken: string
  credentialID: string
}

const newAuthenticator = (userId: string, credentialID: string) => ({
  userId,
  credentialID,
  providerAccountId: credentialID,
  credentialPublicKey: "key",
  counter: 0,
  credentialDeviceType: "singleDevice",
  credentialBackedUp: false,
})

const calls: Record<string, (scene: Scene) => Promise<unknown>> = {
  createUser: ({ adapter }) => adapter.createUser({ email: "new@example.com", emailVerified: null }),
  "createUser without an email": ({ adapter }) => adapter.createUser({ emailVerified: null } as never),
  getUser: ({ adapter, id }) => adapter.getUser(id),
  "getUser, nobody there": ({ adapter }) => adapter.getUser("nobody"),
  getUserByEmail: ({ adapter, email }) => adapter.getUserByEmail(email),
  "getUserByEmail, nobody there": ({ adapter }) => adapter.getUserByEmail("nobody@example.com"),
  getUserByAccount: ({ adapter, account }) => adapter.getUserByAccount(account),
  "getUserByAccount, nobody there": ({ adapter }) =>
    adapter.getUserByAccount({ provider: "github", providerAccountId: "nobody" }),
  updateUser: ({ adapter, id }) => adapter.updateUser({ id, name: "Grace" }),
  "updateUser with the email that the user has": ({ adapter, id, email }) =>
    adapter.updateUser({ id, email, name: "Grace" }),
  "updateUser with another email": ({ adapter, id }) =>
    adapter.updateUser({ id, email: "other@example.com" }),
  deleteUser: ({ adapter, id }) => adapter.deleteUser(id),
  linkAccount: ({ adapter, account }) => adapter.linkAccount({ ...account, providerAccountId: "another" }),
  unlinkAccount: ({ adapter, account }) => adapter.unlinkAccount(account),
  getAccount: ({ adapter, account }) => adapter.getAccount(account.providerAccountId, account.provider),
  createSession: ({ adapter, id }) =>
    adapter.createSession({ sessionToken: randomUUID(), userId: id, expires }),
  getSessionAndUser: ({ adapter, sessionToken }) => adapter.getSessionAndUser(sessionToken),
  updateSession: ({ adapter, sessionToken }) =>
    adapter.updateSession({ sessionToken, expires: new Date(2.1e12) }),
  deleteSession: ({ adapter, sessionToken }) => adapter.deleteSession(sessionToken),
  createVerificationToken: ({ adapter, email }) =>
    adapter.createVerificationToken({ identifier: email, token: "new", expires }),
  useVerificationToken: ({ adapter, email }) =>
    adapter.useVerificationToken({ identifier: email, token: "token" }),
  createAuthenticator: ({ adapter, id }) => adapter.createAuthenticator(newAuthenticator(id, "new")),
  getAuthenticator: ({ adapter, credentialID }) => adapter.getAuthenticator(credentialID),
  updateAuthenticatorCounter: ({ adapter, credentialID }) =>
    adapter.updateAuthenticatorCounter(credentialID, 1),
  listAuthenticatorsByUserId: ({ adapter, id }) => adapter.listAuthenticatorsByUserId(id),
  listSessionsByUserId: ({ adapter, id }) => adapter.listSessionsByUserId(id),
  deleteAuthenticator: ({ adapter, credentialID }) => adapter.deleteAuthenticator(credentialID),
  listAccountsByUserId: ({ adapter, id }) => adapter.listAccountsByUserId(id),
}

describe.each(engines)("what a call costs on $name", (engine) => {
  let scene: Scene
  /** What a call costs a process that has written what is asked for, or one that knows nothing. */
  let measure: (call: (scene: Scene) => Promise<unknown>, known: boolean) => Promise<Cost>

  beforeEach(async () => {
    const names = await engine.createTable()
    const meter = metered(engine)
    const connect = async () => {
      const endpoint = await faultyEndpoint(meter)
      return { endpoint, adapter: DynamoDBAdapter(endpoint.connection(), names) }
    }
    const first = await connect()
    const { adapter } = first
    const email = "ada@example.com"
    const { id } = await adapter.createUser({ email, emailVerified: null })
    const account = { userId: id, provider: "github", providerAccountId: "1815", type: "oauth" as const }
    await adapter.linkAccount(account)
    const { sessionToken } = await adapter.createSession({ sessionToken: randomUUID(), userId: id, expires })
    await adapter.createVerificationToken({ identifier: email, token: "token", expires })
    const { credentialID } = await adapter.createAuthenticator(newAuthenticator(id, "credential"))
    scene = { adapter, id, email, account, sessionToken, credentialID }

    measure = async (call, known) => {
      // What a process has learned, it has learned of a connection: another one knows nothing.
      const { endpoint, adapter } = known ? first : await connect()
      endpoint.forget()
      Object.assign(meter.taken, { read: 0, write: 0 })
      expect(await call({ ...scene, adapter })).toBeDefined()
      return { requests: inWords(endpoint.operations()), ...meter.taken }
    }
  })

  // DynamoDB Local 2 counts capacity in its own way: nothing for an empty answer, four times for writes of a transaction.
  const expected = (row: Cost): Cost =>
    engine.name === "DynamoDB Local" ? { ...row, read: expect.any(Number), write: expect.any(Number) } : row

  // `deleteUser` depends on how much there is; its row is checked below.
  const fixed = [...rows.keys()].filter((row) => row !== "deleteUser")

  it.each(fixed)("%s", async (row) => {
    const measured = await measure(calls[row.replace(/, known$/, "")]!, row.endsWith(", known"))
    expect(measured).toEqual(expected(rows.get(row)!))
  })

  it("deleteUser", async () => {
    expect(rows.get("deleteUser")!.requests).toBe("4, and 1 for each account and for each 25 items")
    // One account, and three items beside the user.
    const { requests } = await measure(calls.deleteUser!, false)
    expect(requests).toMatch(/^6: /)
  })

  it("getSessionAndUser of a token that nobody has: asked again the first time only", async () => {
    expect(page).toContain("looked for on the index up to 7 times")
    const { adapter } = scene
    const twice = async () => [
      await adapter.getSessionAndUser("none"),
      await adapter.getSessionAndUser("none"),
    ]
    const { requests } = await measure(twice, true)
    expect(requests).toBe(inWords(Array(7 + 1).fill("Query")))
  })

  it("has a row for every method", () => {
    const said = [...rows.keys()].map((row) => row.split(/[ ,]/)[0])
    expect(Object.getOwnPropertyNames(scene.adapter).filter((method) => !said.includes(method))).toEqual([])
  })
})
