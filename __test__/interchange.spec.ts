// One table, two adapters: what `@auth/dynamodb-adapter` wrote is read by ours, and the other way round, and both can
// work on the table in turn, as they do during a roll-out.

import { deepStrictEqual } from "node:assert"
import { randomUUID } from "node:crypto"
import { isDate } from "@auth/core/adapters"
import fc from "fast-check"
import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import { date, objectOf, prefix, propertyName, type Properties, text } from "./arbitraries"
import {
  failure,
  inDays,
  newAccount,
  newSession,
  newUser,
  newVerificationToken,
  other,
  stage,
  type Stage,
} from "./authjs/stage"
import { customNames, engines } from "./engines"

const numRuns = 100

// What `@auth/dynamodb-adapter` can express, so that it comes back from it:

/** Names but those of keys and markers; `expires` is a Date for it, and DynamoDB's document client has no `__proto__`. */
const name = propertyName.filter(
  (name) =>
    !["pk", "sk", "GSI1PK", "GSI1SK", ...Object.values(customNames)].includes(name) &&
    !["", "__proto__", "type", "expires", "_expiresMs"].includes(name) &&
    !/^_(as|own):/.test(name),
)

const number = fc
  .oneof(
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  )
  .filter((number) => number === 0 || Math.abs(number) > 1e-100)
  // Its `-0` is 0.
  .map((number) => number + 0)

/** Beyond what a number can say; others are numbers when it reads them. */
const bigint = fc.bigInt(10n ** 20n, 10n ** 37n - 1n).map((bigint) => bigint * 10n + 1n)

const nonEmpty = { minLength: 1, maxLength: 4 }

const set = fc.oneof(
  fc.uniqueArray(fc.string(nonEmpty), nonEmpty).map((texts) => new Set<unknown>(texts)),
  fc.uniqueArray(number, nonEmpty).map((numbers) => new Set<unknown>(numbers)),
)

const named = (value: fc.Arbitrary<unknown>) =>
  fc.uniqueArray(fc.tuple(name, value), { selector: ([name]) => name, maxLength: 5 }).map(objectOf)

/** Properties with values that it gives back, and with these besides. */
function propertiesWith(more: fc.Arbitrary<unknown>): fc.Arbitrary<Properties> {
  const { nested } = fc.letrec<{ nested: unknown }>((tie) => ({
    nested: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      // As its documentation sets it up, it makes null of what is empty.
      { weight: 3, arbitrary: text.filter((text) => text !== "") },
      { weight: 3, arbitrary: number },
      { weight: 2, arbitrary: more },
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ minLength: 1 }),
      fc.array(tie("nested"), { maxLength: 4 }),
      named(tie("nested")),
    ),
  }))
  // Of text that looks like a date it makes one, unless it is nested; of a nested date, nothing.
  return named(
    fc.oneof(
      date,
      nested!.filter((value) => typeof value !== "string" || !isDate(value)),
    ),
  )
}

const theirProperties = propertiesWith(fc.oneof(bigint, set))
/** Of a set and a bigint of ours it sees the list and the number, and the note beside them. */
const ourProperties = propertiesWith(number)

const plainText = text.filter((text) => text !== "" && !isDate(text))

const user = (own: fc.Arbitrary<Properties>) =>
  fc.record({ own, name: fc.option(plainText), image: fc.option(plainText), emailVerified: fc.option(date) })

/** Far from now, its fractional seconds are no longer exact to the millisecond. */
const expiry = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z") })

const newEmail = () => `${randomUUID()}@example.com`

/** Equal in class and value; DynamoDB keeps no order in sets of its own. */
const same = (actual: unknown, expected: unknown) => deepStrictEqual(actual, expected)

describe.each(engines)("@auth/dynamodb-adapter and dynauth on one table on $name", (engine) => {
  describe.each([
    ["default names", {}],
    ["custom names", customNames],
  ])("with %s", (_, names) => {
    let ours: any
    let theirs: any
    let userId: string
    /** What theirs hands out although it is no property: keys with custom names, and our markers. */
    let visible: string[]

    beforeAll(async () => {
      const { adapter, table } = await stage(engine, { ...names, indexLagTimeout: 0 })
      ours = adapter
      theirs = other(engine.connection(), table)
      userId = (await theirs.createUser(newUser())).id
      visible = [table.partitionKey, table.sortKey, table.indexPartitionKey, table.indexSortKey, "_expiresMs"]
    })

    const clean = (record: Properties) =>
      objectOf(Object.entries(record).filter(([name]) => !visible.includes(name)))
    const wholeSeconds = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000)

    it("users of theirs are read by ours", async () => {
      const check = fc.asyncProperty(user(theirProperties), async ({ own, ...known }) => {
        const stored = await theirs.createUser({ ...own, ...known, email: newEmail() })
        same(await ours.getUser(stored.id), stored)
        same(await ours.getUserByEmail(stored.email), stored)
        const changed = { ...stored, name: "Changed", "a new one": [new Date(0)] }
        same(await ours.updateUser({ id: stored.id, name: "Changed", "a new one": [new Date(0)] }), changed)
        same(await ours.deleteUser(stored.id), changed)
        expect(await theirs.getUser(stored.id)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("users of ours are read by theirs", async () => {
      const check = fc.asyncProperty(user(ourProperties), async ({ own, ...known }) => {
        const given = { ...own, ...known, id: randomUUID(), email: newEmail() }
        await ours.createUser(given)
        same(clean(await theirs.getUser(given.id)), given)
        same(clean(await theirs.getUserByEmail(given.email)), given)
        same(clean(await theirs.updateUser({ id: given.id, name: "Changed" })), { ...given, name: "Changed" })
        same(await ours.getUser(given.id), { ...given, name: "Changed" })
      })
      await fc.assert(check, { numRuns })
    })

    it("accounts of theirs are read by ours", async () => {
      const check = fc.asyncProperty(theirProperties, async (own) => {
        const given = { ...own, ...newAccount(userId) }
        await theirs.linkAccount(given)
        const { id, ...account } = await ours.getAccount(given.providerAccountId, given.provider)
        expect(id).toBeTypeOf("string")
        const { id: _, ...expected } = given as Properties
        same(account, expected)
        same((await ours.getUserByAccount(given)).id, userId)
        same(await ours.unlinkAccount(given), { id, ...account })
        expect(await theirs.getUserByAccount(given)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("accounts of ours are read by theirs", async () => {
      const check = fc.asyncProperty(ourProperties, async (own) => {
        const given = { ...own, ...newAccount(userId) }
        await ours.linkAccount(given)
        same((await theirs.getUserByAccount(given)).id, userId)
        same(clean(await theirs.unlinkAccount(given)), given)
        expect(await ours.getUserByAccount(given)).toBeNull()
        expect(await ours.getAccount(given.providerAccountId, given.provider)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("sessions of theirs are read by ours", async () => {
      const check = fc.asyncProperty(theirProperties, expiry, expiry, async (own, expires, later) => {
        const given = { ...own, ...newSession(userId, { expires }) }
        await theirs.createSession(given)
        const found = await ours.getSessionAndUser(given.sessionToken)
        same(found.session, given)
        same(found.user.id, userId)
        same(await ours.updateSession({ sessionToken: given.sessionToken, expires: later }), {
          ...given,
          expires: later,
        })
        same(await ours.deleteSession(given.sessionToken), { ...given, expires: later })
        expect(await theirs.getSessionAndUser(given.sessionToken)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("sessions of ours are read by theirs", async () => {
      const check = fc.asyncProperty(ourProperties, expiry, expiry, async (own, expires, later) => {
        const given = { ...own, ...newSession(userId, { expires }) }
        await ours.createSession(given)
        const { session } = await theirs.getSessionAndUser(given.sessionToken)
        same(clean(session), { ...given, expires: wholeSeconds(expires) })
        // In the same second, what theirs writes could be ours of before.
        fc.pre(wholeSeconds(expires).getTime() !== wholeSeconds(later).getTime())
        await theirs.updateSession({ sessionToken: given.sessionToken, expires: later })
        same((await ours.getSessionAndUser(given.sessionToken)).session, { ...given, expires: later })
        await theirs.deleteSession(given.sessionToken)
        expect(await ours.getSessionAndUser(given.sessionToken)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("verification tokens of either are used by the other", async () => {
      const check = fc.asyncProperty(ourProperties, prefix, expiry, async (own, prefix, expires) => {
        const first = { ...own, ...newVerificationToken(`${prefix}@example.com`, { expires }) }
        await theirs.createVerificationToken(first)
        same(await ours.useVerificationToken(first), first)
        expect(await theirs.useVerificationToken(first)).toBeNull()
        const second = { ...own, ...newVerificationToken(`${prefix}@example.com`, { expires }) }
        await ours.createVerificationToken(second)
        same(clean(await theirs.useVerificationToken(second)), { ...second, expires: wholeSeconds(expires) })
        expect(await ours.useVerificationToken(second)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })
  })

  describe("in turn", () => {
    let scene: Stage
    let ours: any
    let theirs: any

    beforeEach(async () => {
      scene = await stage(engine, { indexLagTimeout: 0 })
      ours = scene.adapter
      theirs = other(engine.connection(), scene.table)
    })

    it("a user of theirs whose email ours changed is found by the new one only, by both", async () => {
      const user = await theirs.createUser(newUser())
      const email = newEmail()
      await ours.updateUser({ id: user.id, email })
      for (const adapter of [ours, theirs]) {
        expect(await adapter.getUserByEmail(email)).toEqual({ ...user, email })
        expect(await adapter.getUserByEmail(user.email)).toBeNull()
      }
      // And the old one is free again.
      const next = await ours.createUser(newUser({ email: user.email }))
      expect(await theirs.getUserByEmail(user.email)).toEqual(next)
    })

    it("a user of theirs keeps email and accounts from others, although there is no claim", async () => {
      const [ada, eve] = [await theirs.createUser(newUser()), await ours.createUser(newUser())]
      const account = newAccount(ada.id)
      await theirs.linkAccount(account)
      const before = await scene.items()
      expect(await failure(ours.createUser(newUser({ email: ada.email })))).toMatchObject({
        code: "EMAIL_EXISTS",
      })
      expect(await failure(ours.updateUser({ id: eve.id, email: ada.email }))).toMatchObject({
        code: "EMAIL_EXISTS",
      })
      expect(await failure(ours.linkAccount({ ...account, userId: eve.id }))).toMatchObject({
        code: "ACCOUNT_EXISTS",
      })
      expect(await scene.items()).toEqual(before)
      // The user's own may be said once more.
      expect(await ours.updateUser({ id: ada.id, email: ada.email })).toEqual(ada)
      await ours.linkAccount(account)
      expect(await theirs.getUserByAccount(account)).toEqual(ada)
    })

    it("a user of ours whom theirs deleted can sign up again, with email and account", async () => {
      const user = await ours.createUser(newUser())
      const account = newAccount(user.id)
      await ours.linkAccount(account)
      const session = await ours.createSession(newSession(user.id))
      await theirs.deleteUser(user.id)
      expect(await ours.getUser(user.id)).toBeNull()
      expect(await ours.getUserByEmail(user.email)).toBeNull()
      expect(await ours.getUserByAccount(account)).toBeNull()
      expect(await ours.getSessionAndUser(session.sessionToken)).toBeNull()
      const again = await ours.createUser(newUser({ email: user.email }))
      await ours.linkAccount({ ...account, userId: again.id })
      for (const adapter of [ours, theirs]) {
        expect(await adapter.getUserByEmail(user.email)).toEqual(again)
        expect(await adapter.getUserByAccount(account)).toEqual(again)
      }
      // The claims are the new user's now.
      expect(await failure(ours.createUser(newUser({ email: user.email })))).toMatchObject({
        code: "EMAIL_EXISTS",
      })
      await ours.deleteUser(again.id)
      expect(await scene.items()).toEqual([])
    })

    it("an account of ours that theirs unlinked can be another user's", async () => {
      const [ada, eve] = [await ours.createUser(newUser()), await ours.createUser(newUser())]
      const account = newAccount(ada.id)
      await ours.linkAccount(account)
      await theirs.unlinkAccount(account)
      expect(await ours.getUserByAccount(account)).toBeNull()
      await ours.linkAccount({ ...account, userId: eve.id })
      expect(await ours.getUserByAccount(account)).toEqual(eve)
      expect(await theirs.getUserByAccount(account)).toEqual(eve)
    })

    it("a user whose email theirs changed is not found by the old one, and by the new one once ours says it again", async () => {
      const user = await ours.createUser(newUser())
      const email = newEmail()
      await theirs.updateUser({ id: user.id, email })
      // It leaves its index entry where it was.
      expect(await ours.getUserByEmail(user.email)).toBeNull()
      expect(await ours.updateUser({ id: user.id, email })).toEqual({ ...user, email })
      for (const adapter of [ours, theirs]) {
        expect(await adapter.getUserByEmail(email)).toEqual({ ...user, email })
        expect(await adapter.getUserByEmail(user.email)).toBeNull()
      }
      const next = await ours.createUser(newUser({ email: user.email }))
      expect(await ours.getUserByEmail(user.email)).toEqual(next)
    })

    it("users of theirs without an email are nobody's, until they get one", async () => {
      const { email: _, ...nameless } = newUser()
      const user = await theirs.createUser(nameless)
      for (const email of [undefined, null, "", "undefined", "null"])
        expect(await ours.getUserByEmail(email)).toBeNull()
      const email = newEmail()
      await ours.updateUser({ id: user.id, email })
      expect(await theirs.getUserByEmail(email)).toEqual({ ...user, email })
      expect(await theirs.getUserByEmail(undefined)).toBeNull()
    })

    it("theirs changes what ours has marked, and ours reads what it says now", async () => {
      const marked = {
        a: "2024-11-21T10:40:00.123Z",
        b: new Map([[1, 2]]),
        c: -0,
        d: 5n,
        e: { at: new Date(1) },
      }
      const user = await ours.createUser(newUser(marked))
      expect(await ours.getUser(user.id)).toStrictEqual(user)
      const plain = { a: "soon", b: ["x"], c: 1.5, d: "five", e: { at: "later" } }
      await theirs.updateUser({ id: user.id, ...plain })
      expect(await ours.getUser(user.id)).toStrictEqual({ ...user, ...plain })
    })

    it("`expires` is what was written last, by whomever", async () => {
      const user = await ours.createUser(newUser())
      const session = await ours.createSession(newSession(user.id))
      for (const [adapter, days] of [
        [theirs, 1],
        [ours, 2],
        [theirs, 3],
        [theirs, 4],
        [ours, 5],
      ] as const) {
        const expires = inDays(days)
        await adapter.updateSession({ sessionToken: session.sessionToken, expires })
        expect((await ours.getSessionAndUser(session.sessionToken)).session).toEqual({ ...session, expires })
        const seen = (await theirs.getSessionAndUser(session.sessionToken)).session.expires.getTime()
        expect(Math.abs(seen - expires.getTime())).toBeLessThan(1000)
      }
    })

    it("any sequence of calls comes to the same as with one adapter", async () => {
      const who = fc.constantFrom("ours", "theirs")
      const step = fc.record({ who, what: fc.constantFrom(...Object.keys(Sequence.steps)), which: fc.nat() })
      const check = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const sequence = new Sequence(ours, theirs)
        for (const { who, what, which } of steps) {
          await Sequence.steps[what]!(sequence, who === "ours" ? ours : theirs, which)
          await sequence.verify()
        }
      })
      await fc.assert(check, { numRuns: 30 })
    })
  })
})

/** What a table should hold after some calls; and whether both adapters say that it does. */
class Sequence {
  private users: Properties[] = []
  private accounts: ReturnType<typeof newAccount>[] = []
  private sessions: { sessionToken: string; userId: string; expires: Date }[] = []
  private tokens: ReturnType<typeof newVerificationToken>[] = []
  private freeEmails: string[] = []
  private freeAccounts: ReturnType<typeof newAccount>[] = []
  private deletedUsers: string[] = []

  constructor(
    private ours: any,
    private theirs: any,
  ) {}

  /** The steps; those that theirs is known to get wrong are left to ours. `which` picks among what is there. */
  static steps: Record<string, (it: Sequence, adapter: any, which: number) => Promise<void>> = {
    async createUser(it, adapter) {
      it.users.push({ ...(await adapter.createUser(newUser())) })
    },
    async signUpAgain(it, adapter, which) {
      const email = it.take(it.freeEmails, which)
      if (email) it.users.push({ ...(await adapter.createUser(newUser({ email }))) })
    },
    async rename(it, adapter, which) {
      const user = it.pick(it.users, which)
      if (user) await adapter.updateUser({ id: user.id, name: (user.name = `name ${which}`) })
    },
    async verifyEmail(it, adapter, which) {
      const user = it.pick(it.users, which)
      if (user) await adapter.updateUser({ id: user.id, emailVerified: (user.emailVerified = inDays(0)) })
    },
    async changeEmail(it, _, which) {
      const user = it.pick(it.users, which)
      if (!user) return
      it.freeEmails.push(user.email as string)
      await it.ours.updateUser({ id: user.id, email: (user.email = newEmail()) })
    },
    async link(it, adapter, which) {
      const user = it.pick(it.users, which)
      if (!user) return
      const account = { ...(it.take(it.freeAccounts, which) ?? newAccount("")), userId: user.id as string }
      await adapter.linkAccount(account)
      it.accounts.push(account)
    },
    async unlink(it, adapter, which) {
      const account = it.take(it.accounts, which)
      if (!account) return
      await adapter.unlinkAccount(account)
      it.freeAccounts.push(account)
    },
    async signIn(it, adapter, which) {
      const user = it.pick(it.users, which)
      if (!user) return
      const session = newSession(user.id as string)
      await adapter.createSession(session)
      it.sessions.push(session)
    },
    async prolong(it, adapter, which) {
      const session = it.pick(it.sessions, which)
      if (session) {
        session.expires = inDays(31 + (which % 1000))
        await adapter.updateSession({ sessionToken: session.sessionToken, expires: session.expires })
      }
    },
    async signOut(it, adapter, which) {
      const session = it.take(it.sessions, which)
      if (!session) return
      await adapter.deleteSession(session.sessionToken)
      expect(await it.ours.getSessionAndUser(session.sessionToken)).toBeNull()
      expect(await it.theirs.getSessionAndUser(session.sessionToken)).toBeNull()
    },
    async deleteUser(it, adapter, which) {
      const user = it.take(it.users, which)
      if (!user) return
      await adapter.deleteUser(user.id)
      it.deletedUsers.push(user.id as string)
      it.freeEmails.push(user.email as string)
      it.freeAccounts.push(...it.accounts.filter(({ userId }) => userId === user.id))
      it.accounts = it.accounts.filter(({ userId }) => userId !== user.id)
      it.sessions = it.sessions.filter(({ userId }) => userId !== user.id)
    },
    async sendLink(it, adapter, which) {
      const token = newVerificationToken(`${which}@example.com`)
      await adapter.createVerificationToken(token)
      it.tokens.push(token)
    },
    async useLink(it, adapter, which) {
      const token = it.take(it.tokens, which)
      if (!token) return
      expect(await adapter.useVerificationToken(token)).toMatchObject({ identifier: token.identifier })
      expect(await it.ours.useVerificationToken(token)).toBeNull()
      expect(await it.theirs.useVerificationToken(token)).toBeNull()
    },
  }

  private pick<T>(all: T[], which: number): T | undefined {
    return all[which % all.length]
  }

  private take<T>(all: T[], which: number): T | undefined {
    return all.length ? all.splice(which % all.length, 1)[0] : undefined
  }

  async verify(): Promise<void> {
    for (const adapter of [this.ours, this.theirs]) {
      for (const user of this.users) {
        expect(await adapter.getUser(user.id)).toEqual(user)
        expect(await adapter.getUserByEmail(user.email)).toEqual(user)
      }
      for (const account of this.accounts) {
        expect(await adapter.getUserByAccount(account)).toMatchObject({ id: account.userId })
      }
      for (const { sessionToken, userId, expires } of this.sessions) {
        const { session, user } = await adapter.getSessionAndUser(sessionToken)
        expect([session.userId, user.id]).toEqual([userId, userId])
        // Of what ours wrote, theirs sees whole seconds.
        expect(Math.abs(session.expires - expires.getTime())).toBeLessThan(adapter === this.ours ? 1 : 1000)
      }
      for (const id of this.deletedUsers) expect(await adapter.getUser(id)).toBeNull()
      for (const email of this.freeEmails) expect(await adapter.getUserByEmail(email)).toBeNull()
      for (const account of this.freeAccounts) expect(await adapter.getUserByAccount(account)).toBeNull()
    }
  }
}
