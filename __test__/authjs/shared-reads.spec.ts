// Reads at the same time are one request, and one reads one's own writes all the same.

import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint, type Occasion } from "../faults"
import {
  failure,
  inDays,
  newAccount,
  newSession,
  newUser,
  openAdapter,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

/** For how long an answer is held back, in milliseconds, so that none of the calls comes after it. */
const untilAllHaveAsked = 200

describe.each(engines)("reads at the same time on $name", (engine) => {
  let scene: Stage
  let endpoint: FaultyEndpoint
  let adapter: TestAdapter
  let user: Awaited<ReturnType<typeof seed>>["user"]
  let account: Awaited<ReturnType<typeof seed>>["account"]
  let session: Awaited<ReturnType<typeof seed>>["session"]

  async function seed() {
    const user = await adapter.createUser(newUser())
    const account = newAccount(user.id)
    await adapter.linkAccount(account)
    const session = await adapter.createSession(newSession(user.id))
    return { user, account, session }
  }

  beforeEach(async () => {
    scene = await stage(engine)
    endpoint = await faultyEndpoint(engine)
    adapter = openAdapter(endpoint.connection(), scene.table)
    ;({ user, account, session } = await seed())
    endpoint.forget()
  })

  /** The reads, by what they are called. */
  const reads: Record<string, (by?: TestAdapter) => Promise<unknown>> = {
    getUser: (by = adapter) => by.getUser(user.id),
    getUserByEmail: (by = adapter) => by.getUserByEmail(user.email),
    getUserByAccount: (by = adapter) => by.getUserByAccount(account),
    getAccount: (by = adapter) => by.getAccount(account.providerAccountId, account.provider),
    getSessionAndUser: (by = adapter) => by.getSessionAndUser(session.sessionToken),
  }
  const names = Object.keys(reads)

  const times = <T>(count: number, call: () => Promise<T>) => Promise.all(Array.from({ length: count }, call))

  it.each(names)("%s: one request for all, an answer of its own for each", async (name) => {
    void endpoint.inject({ delay: untilAllHaveAsked })
    const answers = await times(6, () => reads[name]!())
    expect(endpoint.operations()).toHaveLength(1)
    for (const answer of answers) {
      expect(answer).toBeTruthy()
      expect(answer).toEqual(answers[0])
    }
    expect(new Set(answers).size).toBe(6)
    // No cache: the next one asks again.
    await reads[name]!()
    expect(endpoint.operations()).toHaveLength(2)
  })

  it.each(names)("%s: each for itself with shareReads: false", async (name) => {
    const alone = openAdapter(endpoint.connection(), { ...scene.table, shareReads: false })
    const answers = await times(6, () => reads[name]!(alone))
    expect(endpoint.operations()).toHaveLength(6)
    expect(answers).toEqual(Array(6).fill(answers[0]))
  })

  it("adapters made for each call share too, over the same connection", async () => {
    void endpoint.inject({ delay: untilAllHaveAsked })
    await times(6, () => reads.getSessionAndUser!(openAdapter(endpoint.connection(), scene.table)))
    expect(endpoint.operations()).toHaveLength(1)
  })

  it("other options and other connections do not", async () => {
    const strong = openAdapter(endpoint.connection(), { ...scene.table, consistentReads: true })
    const elsewhere = openAdapter(endpoint.connection({ maxAttempts: 2 }), scene.table)
    await Promise.all([reads.getUser!(), reads.getUser!(strong), reads.getUser!(elsewhere)])
    expect(endpoint.operations()).toHaveLength(3)
  })

  it("what is asked of others does not", async () => {
    const other = await adapter.createUser(newUser())
    endpoint.forget()
    const [one, another] = await Promise.all([adapter.getUser(user.id), adapter.getUser(other.id)])
    expect([one!.id, another!.id]).toEqual([user.id, other.id])
    expect(endpoint.operations()).toHaveLength(2)
  })

  it("a failure is everybody's, and the next call's no more", async () => {
    const { connection } = endpoint
    const once = openAdapter(connection({ maxAttempts: 1 }), scene.table)
    void endpoint.inject({ delay: untilAllHaveAsked, then: "throttled" })
    const errors = await times(3, () => failure(once.getUser(user.id)))
    expect(errors.map(({ code }) => code)).toEqual(Array(3).fill("THROTTLED"))
    expect(new Set(errors).size).toBe(3)
    expect(endpoint.operations()).toHaveLength(1)
    expect(await once.getUser(user.id)).toMatchObject({ id: user.id })
  })

  /** Holds an answer back: reads find what is there now, and say so when they are let go. */
  function holdingBack(where: Occasion): { carriedOut: Promise<void>; letGo: () => void } {
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => (letGo = resolve))
    const carriedOut = new Promise<void>((resolve) => {
      const hold = () => {
        resolve()
        return gate
      }
      void endpoint.inject({ hold }, where)
    })
    return { carriedOut, letGo }
  }

  /** What changes each read's answer: every write of a user, an account or a session. */
  const writes: Record<string, [read: string, write: () => Promise<unknown>][]> = {
    updateUser: ["getUser", "getUserByEmail", "getUserByAccount", "getSessionAndUser"].map((read) => [
      read,
      () => adapter.updateUser({ id: user.id, name: "Grace Hopper" }),
    ]),
    "updateUser, another email": [
      ["getUserByEmail", () => adapter.updateUser({ id: user.id, email: "grace@example.com" })],
    ],
    deleteUser: names.map((read) => [read, () => adapter.deleteUser(user.id)]),
    unlinkAccount: ["getUserByAccount", "getAccount"].map((read) => [
      read,
      () => adapter.unlinkAccount(account),
    ]),
    linkAccount: [["getAccount", () => adapter.linkAccount({ ...account, scope: "user" })]],
    updateSession: [
      [
        "getSessionAndUser",
        () => adapter.updateSession({ sessionToken: session.sessionToken, expires: inDays(60) }),
      ],
    ],
    deleteSession: [["getSessionAndUser", () => adapter.deleteSession(session.sessionToken)]],
    createSession: [["getSessionAndUser", () => adapter.createSession({ ...session, expires: inDays(90) })]],
  }
  const cases = Object.entries(writes).flatMap(([write, each]) =>
    each.map(([read, perform]) => ({ read, write, perform })),
  )

  it.each(cases)("$read after $write never gets an answer from before", async ({ read, perform }) => {
    const before = await reads[read]!()
    // The table is read before the write, and answers after it.
    const { carriedOut, letGo } = holdingBack({ where: ({ operation }) => /Get|Query/.test(operation) })
    const early = reads[read]!()
    await carriedOut
    await perform()
    const late = reads[read]!()
    // Joined by mistake, it would still be waiting, for the early one is not answered yet.
    const answer = await late
    letGo()
    expect(answer).not.toEqual(before)
    expect(await early).toEqual(before)
    expect(await reads[read]!()).toEqual(answer)
  })

  it("a call for an email that is signing up does not join the one that found nobody", async () => {
    const email = `${user.id}@new.example.com`
    const { carriedOut, letGo } = holdingBack({ operation: "Query" })
    const early = adapter.getUserByEmail(email)
    await carriedOut
    const made = await adapter.createUser(newUser({ email }))
    expect(await adapter.getUserByEmail(email)).toEqual(made)
    letGo()
    // Its first look found nobody; the claim, which is asked next, knows better.
    expect(await early).toEqual(made)
  })

  it("a write that fails counts: it may have been carried out", async () => {
    const once = openAdapter(endpoint.connection({ maxAttempts: 1 }), scene.table)
    const before = await once.getUser(user.id)
    const { carriedOut, letGo } = holdingBack({ operation: "GetItem" })
    const early = once.getUser(user.id)
    await carriedOut
    void endpoint.inject("lost answer", { operation: "UpdateItem" })
    expect(await failure(once.updateUser({ id: user.id, name: "Grace Hopper" }))).toMatchObject({
      code: "UNREACHABLE",
    })
    expect(await once.getUser(user.id)).toMatchObject({ name: "Grace Hopper" })
    letGo()
    expect(await early).toEqual(before)
  })
})
