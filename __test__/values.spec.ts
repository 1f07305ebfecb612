// Writing and reading gives back an equal value: over generated records of all five kinds, with properties of any name
// and values of any kind, through the addon and the engines.

import { deepStrictEqual } from "node:assert"
import { randomUUID } from "node:crypto"
import fc from "fast-check"
import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import {
  date,
  merged,
  number,
  objectOf,
  ordered,
  prefix,
  properties,
  type Properties,
  text,
} from "./arbitraries"
import {
  failure,
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  newVerificationToken,
} from "./authjs/stage"
import { stage, type Stage } from "./authjs/stage"
import { customNames, engines } from "./engines"

/** How many records of a kind are written and read, for each engine and set of names. */
const numRuns = 100

/** Equal in class, value and order; 0 and -0, a missing and an undefined property are told apart. */
function same(actual: unknown, expected: unknown): void {
  deepStrictEqual(ordered(actual), ordered(expected))
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

/** A record of properties of any name, which those that the adapter knows then replace. */
function record(known: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Properties> {
  return fc.tuple(properties, fc.record(known)).map(([own, known]) => ({ ...own, ...known }))
}

const user = record({
  name: optional(nullable(text)),
  image: optional(nullable(text)),
  emailVerified: nullable(date),
})
const session = record({ expires: date })
const verificationToken = record({ expires: date })
const account = record({
  type: fc.constantFrom("oauth", "oidc", "email", "webauthn"),
  provider: fc.constantFrom("github", "a#b", "ö"),
  expires_at: optional(number),
  access_token: optional(text),
})
const authenticator = record({
  credentialPublicKey: text,
  counter: fc.nat(),
  credentialDeviceType: text,
  credentialBackedUp: fc.boolean(),
  transports: optional(nullable(text)),
})

/** Changes one after the other. The adapter's own business (`others`) is changed as `known` says, or not at all. */
function changes(known: Record<string, fc.Arbitrary<unknown>>, others: string[]): fc.Arbitrary<Properties[]> {
  const change = fc.tuple(properties, fc.record(known, { requiredKeys: [] })).map(([own, known]) => {
    const free = Object.entries(own).filter(([name]) => !others.includes(name))
    return { ...objectOf(free), ...known }
  })
  return fc.array(change, { minLength: 1, maxLength: 3 })
}

const userChanges = changes(
  {
    name: optional(nullable(text)),
    emailVerified: optional(nullable(date)),
    email: fc.constantFrom("new", null, undefined),
  },
  ["id", "email"],
)
const sessionChanges = changes({ expires: optional(date) }, ["sessionToken", "userId", "expires"])

describe.each(engines)("values on $name", (engine) => {
  describe.each([
    ["default names", {}],
    ["custom names", customNames],
  ])("with %s", (_, names) => {
    // Types say less than what may be given.
    let adapter: any
    let userId: string

    beforeAll(async () => {
      adapter = (await stage(engine, { ...names, indexLagTimeout: 0 })).adapter
      userId = (await adapter.createUser(newUser())).id
    })

    it("come back from a user", async () => {
      const check = fc.asyncProperty(user, prefix, async (own, prefix) => {
        const given = { ...own, id: prefix + randomUUID(), email: `${prefix}${randomUUID()}@example.com` }
        const stored = merged(given)
        same(await adapter.createUser(given), stored)
        same(await adapter.getUser(given.id), stored)
        same(await adapter.getUserByEmail(given.email), stored)
        same(await adapter.deleteUser(given.id), stored)
        expect(await adapter.getUser(given.id)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("come back from a changed user", async () => {
      const check = fc.asyncProperty(user, userChanges, async (own, changes) => {
        const given = { ...own, id: randomUUID(), email: `${randomUUID()}@example.com` }
        await adapter.createUser(given)
        let stored = merged(given)
        for (const change of changes) {
          const email = change.email === "new" ? { email: `${randomUUID()}@example.com` } : {}
          const update = { ...change, ...email, id: given.id }
          stored = merged(stored, update)
          same(await adapter.updateUser(update), stored)
          same(await adapter.getUser(given.id), stored)
          if (stored.email) same(await adapter.getUserByEmail(stored.email), stored)
        }
      })
      await fc.assert(check, { numRuns })
    })

    it("come back from an account", async () => {
      const check = fc.asyncProperty(account, prefix, async (own, prefix) => {
        const given = { ...own, userId, providerAccountId: prefix + randomUUID() }
        const stored = merged(given)
        same(await adapter.linkAccount(given), stored)
        same(await adapter.getAccount(given.providerAccountId, own.provider), stored)
        expect(await adapter.getUserByAccount(given)).toMatchObject({ id: userId })
        same(await adapter.unlinkAccount(given), stored)
        expect(await adapter.getAccount(given.providerAccountId, own.provider)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("come back from a session", async () => {
      const check = fc.asyncProperty(session, prefix, async (own, prefix) => {
        const given = { ...own, userId, sessionToken: prefix + randomUUID() }
        const stored = merged(given)
        same(await adapter.createSession(given), stored)
        same((await adapter.getSessionAndUser(given.sessionToken)).session, stored)
        same(await adapter.deleteSession(given.sessionToken), stored)
        expect(await adapter.getSessionAndUser(given.sessionToken)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("come back from a changed session", async () => {
      const check = fc.asyncProperty(session, sessionChanges, async (own, changes) => {
        const given = { ...own, userId, sessionToken: randomUUID() }
        await adapter.createSession(given)
        let stored = merged(given)
        for (const change of changes) {
          const update = { ...change, sessionToken: given.sessionToken }
          stored = merged(stored, update)
          same(await adapter.updateSession(update), stored)
          same((await adapter.getSessionAndUser(given.sessionToken)).session, stored)
        }
      })
      await fc.assert(check, { numRuns })
    })

    it("come back from a verification token", async () => {
      const check = fc.asyncProperty(verificationToken, prefix, async (own, prefix) => {
        const given = { ...own, identifier: `${prefix}@example.com`, token: prefix + randomUUID() }
        const stored = merged(given)
        same(await adapter.createVerificationToken(given), stored)
        same(await adapter.useVerificationToken(given), stored)
        expect(await adapter.useVerificationToken(given)).toBeNull()
      })
      await fc.assert(check, { numRuns })
    })

    it("come back from an authenticator", async () => {
      const check = fc.asyncProperty(authenticator, prefix, fc.nat(), async (own, prefix, counter) => {
        const credentialID = prefix + randomUUID()
        const given = { ...own, userId, credentialID, providerAccountId: credentialID }
        const stored = merged(given)
        same(await adapter.createAuthenticator(given), stored)
        same(await adapter.getAuthenticator(credentialID), stored)
        same(await adapter.updateAuthenticatorCounter(credentialID, counter), merged(stored, { counter }))
        const listed: Properties[] = await adapter.listAuthenticatorsByUserId(userId)
        const [found] = listed.filter((authenticator) => authenticator.credentialID === credentialID)
        same(found, merged(stored, { counter }))
      })
      await fc.assert(check, { numRuns: numRuns / 2 })
    })
  })

  describe("that cannot be stored", () => {
    let scene: Stage
    let adapter: any
    let userId: string

    beforeEach(async () => {
      scene = await stage(engine, { indexLagTimeout: 0 })
      adapter = scene.adapter
      userId = (await adapter.createUser(newUser())).id
    })

    const cycle: unknown[] = []
    cycle.push({ again: cycle })
    let deep: unknown = "too deep"
    for (let level = 0; level < 40; level++) deep = [deep]

    const refused: [string, unknown][] = [
      ["NaN", NaN],
      ["Infinity", Infinity],
      ["-Infinity", -Infinity],
      ["an invalid Date", new Date(NaN)],
      ["a function", () => 1],
      ["a symbol", Symbol("s")],
      ["a bigint of 39 digits", 10n ** 38n],
      ["an Error", new Error("secret")],
      ["a RegExp", /x/],
      ["a Promise", Promise.resolve()],
      ["a WeakMap", new WeakMap()],
      ["a Float64Array", new Float64Array(1)],
      ["half a surrogate pair", "\ud83e"],
      ["a cycle", cycle],
      ["more than 32 levels", deep],
    ]

    it.each(refused)("are refused with their path, and nothing is written: %s", async (_, value) => {
      const profile = { profile: { tags: [1, "2", value] } }
      const created = await adapter.createSession(newSession(userId))
      const before = await scene.items()
      const credentialID = randomUUID()
      for (const [method, argument, name] of [
        ["createUser", newUser(profile), "user"],
        ["updateUser", { id: userId, name: "Changed", ...profile }, "user"],
        ["linkAccount", newAccount(userId, profile), "account"],
        ["createSession", newSession(userId, profile), "session"],
        ["updateSession", { ...created, ...profile }, "session"],
        ["createVerificationToken", newVerificationToken("ada@example.com", profile), "verificationToken"],
        ["createAuthenticator", newAuthenticator(userId, { credentialID, ...profile }), "authenticator"],
      ] as const) {
        const error = await failure(adapter[method](argument))
        expect(error).toMatchObject({ name: "DynamoAdapterError", code: "INVALID_VALUE" })
        expect(error.message).toContain(`\`${name}.profile.tags[2]`)
        expect(error.message).not.toContain("secret")
      }
      expect(await scene.items()).toEqual(before)
    })

    it("are those that DynamoDB refuses, no more: the deepest nesting", async () => {
      const nested = (levels: number) => {
        let value: unknown = "leaf"
        for (let level = 0; level < levels; level++) value = level % 2 ? [value] : { in: value }
        return value
      }
      const fits = newUser({ deep: nested(31), empty: { in: nested(29) } })
      same(await adapter.createUser(fits), fits)
      same(await adapter.getUser(fits.id), fits)
      same(await adapter.updateUser({ id: fits.id, deep: nested(31) }), fits)
      const before = await scene.items()
      expect(await failure(adapter.createUser(newUser({ deep: nested(32) })))).toMatchObject({
        code: "INVALID_VALUE",
      })
      expect(await failure(adapter.updateUser({ id: fits.id, deep: nested(32) }))).toMatchObject({
        code: "INVALID_VALUE",
      })
      expect(await scene.items()).toEqual(before)
      // The engine agrees: one level more is too much for it, too.
      await expect(scene.put({ pk: "deep", sk: "deep", deep: nested(31) })).resolves.toBeUndefined()
      await expect(scene.put({ pk: "deep", sk: "deep", deep: nested(32) })).rejects.toThrow(/[Nn]esting/)
    })

    it("are told from odd ones that can: instances, objects without a prototype, sparse arrays, a long list", async () => {
      class Money {
        amount = 1
      }
      const bare = Object.assign(Object.create(null), { a: 1 })
      const list = Array.from({ length: 2000 }, (_, at) => (at % 2 ? at : new Date(at)))
      // eslint-disable-next-line no-sparse-arrays
      const user = newUser({ bare, money: new Money(), sparse: [1, , 3], list })
      const stored = { ...user, bare: { a: 1 }, money: { amount: 1 }, sparse: [1, undefined, 3] }
      same(await adapter.createUser(user), stored)
      same(await adapter.getUser(user.id), stored)
    })
  })
})
