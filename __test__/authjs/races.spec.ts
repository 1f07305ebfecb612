// Many at once for one thing: one of them gets it, whichever, and what is stored is as if they had come one by one.
// Half of them are another process to the other half. The delays of the endpoints between let them overlap.

import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { faultyEndpoint } from "../faults"
import {
  inDays,
  newAccount,
  newSession,
  newUser,
  newVerificationToken,
  openAdapter,
  other,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

const ROUNDS = 5
const RACERS = 12

/** The outcomes of calls made at once: what was answered, and the errors. */
async function race<T>(calls: (() => Promise<T>)[]): Promise<{ won: T[]; lost: { code?: string }[] }> {
  const settled = await Promise.allSettled(calls.map((call) => call()))
  return {
    won: settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])),
    lost: settled.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason as { code?: string }] : [],
    ),
  }
}

const rounds = Array.from({ length: ROUNDS }, (_, at) => at + 1)

describe.each(engines)("races on $name", (engine) => {
  let scene: Stage
  let adapters: TestAdapter[]

  beforeEach(async () => {
    scene = await stage(engine)
    // Two processes, the second farther away.
    const [near, far] = [await faultyEndpoint(engine), await faultyEndpoint(engine)]
    void far.inject({ delay: 5 }, { times: Infinity })
    adapters = [near, far].map((endpoint) => openAdapter(endpoint.connection(), scene.table))
  })

  const racers = <T>(call: (adapter: TestAdapter, at: number) => Promise<T>) =>
    Array.from({ length: RACERS }, (_, at) => () => call(adapters[at % adapters.length]!, at))
  const ofType = async (type: string) => (await scene.items()).filter((item) => item.type === type)

  it.each(rounds)("createUser with one email: one user (round %i)", async () => {
    const email = `${randomUUID()}@example.com`
    const { won, lost } = await race(racers((adapter) => adapter.createUser(newUser({ email }))))
    expect(lost.map(({ code }) => code)).toEqual(Array(RACERS - 1).fill("EMAIL_EXISTS"))
    expect(await ofType("USER")).toMatchObject([{ id: won[0]!.id }])
    expect(await ofType("CLAIM")).toMatchObject([{ userId: won[0]!.id }])
    expect(await scene.adapter.getUserByEmail(email)).toEqual(won[0])
  })

  it.each(rounds)(
    "createUser with the email of a user whom others deleted: one takes over the stale claim (round %i)",
    async () => {
      const gone = await scene.adapter.createUser(newUser())
      await other(engine.connection(), scene.table).deleteUser(gone.id)
      const { won, lost } = await race(
        racers((adapter) => adapter.createUser(newUser({ email: gone.email }))),
      )
      expect(lost.map(({ code }) => code)).toEqual(Array(RACERS - 1).fill("EMAIL_EXISTS"))
      expect(await ofType("USER")).toMatchObject([{ id: won[0]!.id }])
      expect(await ofType("CLAIM")).toMatchObject([{ userId: won[0]!.id }])
    },
  )

  it.each(rounds)("linkAccount of one account to many users: one of them (round %i)", async () => {
    const users = await Promise.all(racers((adapter) => adapter.createUser(newUser())).map((call) => call()))
    const account = newAccount("")
    const link = (adapter: TestAdapter, at: number) =>
      adapter.linkAccount({ ...account, userId: users[at]!.id }) as Promise<typeof account>
    const { won, lost } = await race(racers(link))
    expect(lost.map(({ code }) => code)).toEqual(Array(RACERS - 1).fill("ACCOUNT_EXISTS"))
    expect(await ofType("oauth")).toMatchObject([{ userId: won[0]!.userId }])
    expect((await scene.adapter.getUserByAccount(account))?.id).toBe(won[0]!.userId)
  })

  it.each(rounds)(
    "linkAccount of an account whose claim is stale: one takes it over (round %i)",
    async () => {
      const users = await Promise.all(
        racers((adapter) => adapter.createUser(newUser())).map((call) => call()),
      )
      const gone = await scene.adapter.createUser(newUser())
      const account = newAccount(gone.id)
      await scene.adapter.linkAccount(account)
      await other(engine.connection(), scene.table).unlinkAccount(account)
      const link = (adapter: TestAdapter, at: number) =>
        adapter.linkAccount({ ...account, userId: users[at]!.id }) as Promise<typeof account>
      const { won, lost } = await race(racers(link))
      expect(lost.map(({ code }) => code)).toEqual(Array(RACERS - 1).fill("ACCOUNT_EXISTS"))
      expect(await ofType("oauth")).toMatchObject([{ userId: won[0]!.userId }])
    },
  )

  it.each(rounds)("useVerificationToken: one user of the link (round %i)", async () => {
    const token = newVerificationToken("ada@example.com")
    await scene.adapter.createVerificationToken(token)
    const { won, lost } = await race(racers((adapter) => adapter.useVerificationToken(token)))
    expect(lost).toEqual([])
    expect(won.filter(Boolean)).toEqual([token])
    expect(await scene.items()).toEqual([])
  })

  it.each(rounds)(
    "updateUser of many to one email: one gets it, the others keep theirs (round %i)",
    async () => {
      const users = await Promise.all(
        racers((adapter) => adapter.createUser(newUser())).map((call) => call()),
      )
      const email = `${randomUUID()}@example.com`
      const { won, lost } = await race(
        racers((adapter, at) => adapter.updateUser({ id: users[at]!.id, email })),
      )
      expect(lost.map(({ code }) => code)).toEqual(Array(RACERS - 1).fill("EMAIL_EXISTS"))
      expect(await scene.adapter.getUserByEmail(email)).toEqual(won[0])
      for (const user of users) {
        const expected = user.id === won[0]!.id ? null : user
        expect(await scene.adapter.getUserByEmail(user.email)).toEqual(expected)
      }
      expect(await ofType("CLAIM")).toHaveLength(RACERS)
    },
  )

  it.each(rounds)(
    "updateUser of one user to many emails: one remains, with the one claim (round %i)",
    async () => {
      const user = await scene.adapter.createUser(newUser())
      const emails = Array.from({ length: RACERS }, () => `${randomUUID()}@example.com`)
      await race(racers((adapter, at) => adapter.updateUser({ id: user.id, email: emails[at]! })))
      const { email } = (await scene.adapter.getUser(user.id))!
      expect(emails).toContain(email)
      expect(await ofType("CLAIM")).toMatchObject([{ pk: `EMAIL#${email}`, userId: user.id }])
      expect(await ofType("USER")).toMatchObject([
        { email, GSI1PK: `USER#${email}`, GSI1SK: `USER#${email}` },
      ])
    },
  )

  it.each(rounds)(
    "deleteSession against updateSession and getSessionAndUser: the session stays deleted (round %i)",
    async () => {
      const user = await scene.adapter.createUser(newUser())
      const { sessionToken } = await scene.adapter.createSession(newSession(user.id))
      const { lost } = await race<unknown>(
        racers((adapter, at) => {
          if (at === RACERS >> 1) return adapter.deleteSession(sessionToken)
          return at % 3
            ? (adapter.updateSession({ sessionToken, expires: inDays(at + 1) }) as Promise<unknown>)
            : adapter.getSessionAndUser(sessionToken)
        }),
      )
      expect(lost).toEqual([])
      expect(await ofType("SESSION")).toEqual([])
      expect(await scene.adapter.getSessionAndUser(sessionToken)).toBeNull()
    },
  )

  it.each(rounds)("deleteSession: one gets the session (round %i)", async () => {
    const user = await scene.adapter.createUser(newUser())
    const session = await scene.adapter.createSession(newSession(user.id))
    const { won, lost } = await race(racers((adapter) => adapter.deleteSession(session.sessionToken)))
    expect(lost).toEqual([])
    expect(won.filter(Boolean)).toEqual([session])
  })

  it.each(rounds)(
    "unlinkAccount and linkAccount to another: never two, never a claim without account (round %i)",
    async () => {
      const users = await Promise.all(
        racers((adapter) => adapter.createUser(newUser())).map((call) => call()),
      )
      const account = newAccount(users[0]!.id)
      await scene.adapter.linkAccount(account)
      await race<unknown>(
        racers((adapter, at) =>
          at % 3 === 0
            ? adapter.unlinkAccount(account)
            : adapter.linkAccount({ ...account, userId: users[at]!.id }),
        ),
      )
      const accounts = await ofType("oauth")
      const claims = (await ofType("CLAIM")).filter(({ pk }) => pk.startsWith("ACCOUNT#"))
      expect(accounts.length).toBeLessThanOrEqual(1)
      expect(claims.map(({ userId }) => userId)).toEqual(accounts.map(({ userId }) => userId))
    },
  )

  it.each(rounds)("deleteUser by many: nothing is left (round %i)", async () => {
    const user = await scene.adapter.createUser(newUser())
    for (let at = 0; at < 30; at++) await scene.adapter.createSession(newSession(user.id))
    const { won, lost } = await race(
      racers((adapter) => adapter.deleteUser(user.id) as Promise<typeof user | null>),
    )
    expect(lost).toEqual([])
    expect(won.filter(Boolean).length).toBeGreaterThanOrEqual(1)
    expect(await scene.items()).toEqual([])
  })

  it.each(rounds)(
    "createUser after a deletion, and deleteUser again: the new user's claim stays (round %i)",
    async () => {
      const user = await scene.adapter.createUser(newUser())
      const { won } = await race<unknown>(
        racers(async (adapter, at) => {
          if (at % 2) return adapter.deleteUser(user.id)
          return adapter.createUser(newUser({ email: user.email }))
        }),
      )
      const users = await ofType("USER")
      expect(users.length).toBeLessThanOrEqual(1)
      expect((await ofType("CLAIM")).map(({ userId }) => userId)).toEqual(users.map(({ id }) => id))
      expect(won.length).toBeGreaterThan(0)
    },
  )

  it("createUser with one id, given twice: one user", async () => {
    const id = randomUUID()
    const { won } = await race(
      racers((adapter, at) => adapter.createUser(newUser({ id, email: `${at}@example.com` }))),
    )
    expect(won).toHaveLength(1)
    expect(await ofType("USER")).toMatchObject([{ email: won[0]!.email }])
    expect(await ofType("CLAIM")).toMatchObject([{ pk: `EMAIL#${won[0]!.email}` }])
  })

  it("a shared partition does not mix up users that are made at once", async () => {
    const { won, lost } = await race(racers((adapter) => adapter.createUser(newUser())))
    expect(lost).toEqual([])
    for (const user of won) expect(await scene.adapter.getUserByEmail(user.email)).toEqual(user)
  })
})
