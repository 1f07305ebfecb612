import { describe, expect, it } from "vitest"
import { customNames, engines } from "../engines"
import {
  inDays,
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  newVerificationToken,
  stage,
} from "./stage"

/** What somebody may add to a user, an account or a session: names that the adapter or DynamoDB uses, and odd ones. */
const odd = {
  pk: "own pk",
  sk: 7,
  GSI1PK: { nested: true },
  GSI1SK: null,
  hash: "own hash",
  "lookup hash": "own lookup",
  "lookup#range": ["own"],
  "by-lookup": 1,
  size: "reserved word",
  name: "reserved word, too",
  status: "active",
  "with space": 1,
  "with-dash": 2,
  "with.dot": 3,
  "with[0]": 4,
  "#hash": 5,
  ":colon": 6,
  "ünïcode 🦀": 8,
  _id: "mongo",
  __proto: "near miss",
  constructor: "own",
  toString: "own",
  id_: "x",
  "": "an empty name",
  ["_".repeat(40)]: "long",
  empty: "",
  nothing: null,
  flag: false,
  zero: 0,
  negative: -0.5,
  big: 12345678901234567890n,
  when: new Date("2026-02-03T04:05:06.789Z"),
  looksLikeADate: "2026-02-03T04:05:06.789Z",
  nested: {
    date: new Date("2001-01-01T00:00:00.001Z"),
    list: [1, "2026-02-03T04:05:06.789Z", new Date(0), { deep: new Date(1) }],
    "": 0,
  },
  bytes: new Uint8Array([0, 1, 255]),
}

describe.each(engines)("properties of any name on $name", (engine) => {
  describe.each([
    ["default names", {}],
    ["custom names", customNames],
  ])("with %s", (_, names) => {
    it("come back from a user as they went in, at create, read and update", async () => {
      const { adapter } = await stage(engine, names)
      const user = newUser({ ...odd, type: "premium", userId: "own", expires: inDays(3) })
      expect(await adapter.createUser(user as never)).toEqual(user)
      expect(await adapter.getUser(user.id)).toEqual(user)
      expect(await adapter.getUserByEmail(user.email)).toEqual(user)
      const changed = Object.fromEntries(Object.keys(odd).map((name) => [name, `changed ${name}`]))
      const expected = { ...user, ...changed, type: "USER", expires: "never" }
      expect(
        await adapter.updateUser({ id: user.id, ...changed, type: "USER", expires: "never" } as never),
      ).toEqual(expected)
      expect(await adapter.getUser(user.id)).toEqual(expected)
      expect(await adapter.updateUser({ id: user.id, ...odd } as never)).toEqual({ ...expected, ...odd })
      expect(await adapter.deleteUser(user.id)).toEqual({ ...expected, ...odd })
    })

    it("come back from an account", async () => {
      const { adapter } = await stage(engine, names)
      const user = await adapter.createUser(newUser())
      const account = newAccount(user.id, { ...odd, expires: inDays(3), name: "own" })
      await adapter.linkAccount(account as never)
      const stored = await adapter.getAccount(account.providerAccountId, account.provider)
      expect(stored).toEqual({ ...account, id: (stored as { id?: string }).id })
      expect(await adapter.unlinkAccount(account)).toEqual(stored)
    })

    it("come back from a session", async () => {
      const { adapter } = await stage(engine, names)
      const user = await adapter.createUser(newUser())
      const session = newSession(user.id, { ...odd, type: "own type" })
      const created = await adapter.createSession(session)
      expect(created).toEqual({ ...session, id: (created as { id?: string }).id })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session: created, user })
      const updated = await adapter.updateSession({
        sessionToken: session.sessionToken,
        pk: "changed",
        type: "SESSION",
      } as never)
      expect(updated).toEqual({ ...created, pk: "changed", type: "SESSION" })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session: updated, user })
      expect(await adapter.deleteSession(session.sessionToken)).toEqual(updated)
    })

    it("come back from a verification token", async () => {
      const { adapter } = await stage(engine, names)
      const token = newVerificationToken("ada@example.com", { ...odd, type: "own type" })
      expect(await adapter.createVerificationToken(token)).toEqual(token)
      expect(await adapter.useVerificationToken(token)).toEqual(token)
    })

    it("come back from an authenticator", async () => {
      const { adapter } = await stage(engine, names)
      const user = await adapter.createUser(newUser())
      const authenticator = newAuthenticator(user.id, { ...odd, type: "own type", expires: inDays(1) })
      expect(await adapter.createAuthenticator(authenticator)).toEqual(authenticator)
      expect(await adapter.getAuthenticator(authenticator.credentialID)).toEqual(authenticator)
      expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([authenticator])
      const counted = { ...authenticator, counter: 9 }
      expect(await adapter.updateAuthenticatorCounter(authenticator.credentialID, 9)).toEqual(counted)
    })
  })

  it("of a session cannot move it onto another item", async () => {
    const { adapter, items } = await stage(engine)
    const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
    const keys = { pk: `USER#${ada.id}`, sk: `USER#${ada.id}` }
    await adapter.createSession(newSession(eve.id, keys))
    await adapter.linkAccount(newAccount(eve.id, keys))
    await adapter.createUser(newUser(keys))
    expect(await adapter.getUser(ada.id)).toEqual(ada)
    expect(await items()).toHaveLength(2 * 2 + 1 + 2 + 2)
  })

  it("have the same order in every answer, whatever the order they were given in", async () => {
    const { adapter } = await stage(engine)
    const user = newUser({ b: 1, a: 2, type: "x" })
    const created = await adapter.createUser(user as never)
    const order = Object.keys(created)
    const reversed = Object.fromEntries(Object.entries(newUser({ b: 1, a: 2, type: "x" })).reverse())
    expect(Object.keys(await adapter.createUser(reversed as never))).toEqual(order)
    for (let round = 0; round < 5; round++) {
      expect(Object.keys((await adapter.getUser(user.id))!)).toEqual(order)
      expect(Object.keys((await adapter.getUserByEmail(user.email))!)).toEqual(order)
      expect(Object.keys(await adapter.updateUser({ id: user.id, a: round } as never))).toEqual(order)
    }
  })
})
