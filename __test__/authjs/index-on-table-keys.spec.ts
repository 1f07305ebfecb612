// An index on the table's own keys: `indexPartitionKey: "pk", indexSortKey: "sk"`. @auth/dynamodb-adapter writes the index's
// keys over the table's there, so that a user lies at its email. Apps with JWT sessions have such tables, and read them so.
import { describe, expect, it } from "vitest"
import { engines, type Engine } from "../engines"
import {
  failure,
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  newVerificationToken,
  openAdapter,
  other,
  stage,
} from "./stage"

const sameKeys = { indexPartitionKey: "pk", indexSortKey: "sk" }

async function stageOf(engine: Engine) {
  const set = await stage(engine, sameKeys)
  return { ...set, theirs: other({ endpoint: await engine.endpoint() }, set.table) }
}

describe.each(engines)("an index on the table's own keys on $name", (engine) => {
  it("has a user at its email, as the other adapter writes it and the app reads it", async () => {
    const { adapter, theirs, items, item } = await stageOf(engine)
    const [ours, old] = [await adapter.createUser(newUser()), await theirs.createUser(newUser())]
    expect(await items()).toHaveLength(2)
    for (const user of [ours, old]) {
      expect(await item(`USER#${user.email}`)).toMatchObject({ id: user.id, email: user.email, type: "USER" })
      expect(await adapter.getUserByEmail(user.email)).toEqual(user)
      expect(await theirs.getUserByEmail(user.email)).toEqual(user)
    }
    const before = await item(`USER#${old.email}`)
    const after = await item(`USER#${ours.email}`)
    expect(Object.keys(after!).toSorted()).toEqual(Object.keys(before!).toSorted())
    expect(await adapter.getUserByEmail("nobody@example.com")).toBeNull()
    const taken = adapter.createUser(newUser({ email: old.email }))
    expect(await failure(taken)).toMatchObject({ code: "EMAIL_EXISTS" })
  })

  it("has an account at its provider's id, which either adapter links, finds and unlinks", async () => {
    const { adapter, theirs, items, item } = await stageOf(engine)
    const user = await theirs.createUser(newUser())
    const [first, second] = [newAccount(user.id), newAccount(user.id, { providerAccountId: 7 })]
    await theirs.linkAccount(first)
    expect(await adapter.linkAccount(second)).toEqual(second)
    for (const account of [first, second]) {
      const { provider, providerAccountId } = account
      expect(await item(`ACCOUNT#${provider}`, `ACCOUNT#${providerAccountId}`)).toMatchObject({
        userId: user.id,
      })
      expect(await adapter.getAccount(providerAccountId, provider)).toMatchObject(account)
    }
    // Linking again replaces it; another user's is another's.
    expect(await adapter.linkAccount({ ...second, scope: "more" })).toMatchObject({ scope: "more" })
    const stolen = adapter.linkAccount(newAccount("somebody else", { providerAccountId: 7 }))
    expect(await failure(stolen)).toMatchObject({ code: "ACCOUNT_EXISTS" })
    expect(await adapter.unlinkAccount(first)).toMatchObject(first)
    expect(await adapter.getAccount(first.providerAccountId, first.provider)).toBeNull()
    expect(await adapter.unlinkAccount(first)).toBeUndefined()
    expect(await items()).toHaveLength(2)
  })

  it("signs people in by a magic link, with a JWT", async () => {
    const { adapter, theirs, items } = await stageOf(engine)
    const { email } = await theirs.createUser(newUser())
    const token = newVerificationToken(email)
    await adapter.createVerificationToken(token)
    expect(await adapter.useVerificationToken(token)).toEqual(token)
    const user = await adapter.getUserByEmail(email)
    const emailVerified = new Date()
    expect(await adapter.updateUser({ id: user!.id, emailVerified })).toEqual({ ...user, emailVerified })
    expect(await adapter.getUser(user!.id)).toEqual({ ...user, emailVerified })
    expect(await theirs.getUserByEmail(email)).toEqual({ ...user, emailVerified })
    expect(await items()).toHaveLength(1)
  })

  it("signs people in by a provider, with a JWT", async () => {
    const { adapter, another } = await stageOf(engine)
    const account = newAccount("")
    expect(await adapter.getUserByAccount(account)).toBeNull()
    const user = await adapter.createUser(newUser())
    await adapter.linkAccount({ ...account, userId: user.id })
    expect(await adapter.getUserByAccount(account)).toEqual(user)
    // As with the other adapter, a process that has not seen the user does not find it by the account: Auth.js then asks
    // for the email.
    const elsewhere = await another()
    expect(await elsewhere.getUserByAccount(account)).toBeNull()
    expect(await elsewhere.getUser(user.id)).toBeNull()
    expect(await elsewhere.getUserByEmail(user.email)).toEqual(user)
    expect(await elsewhere.getUserByAccount(account)).toEqual(user)
  })

  it("finds what has no email at its id", async () => {
    const { adapter, item } = await stageOf(engine)
    const user = await adapter.createUser(newUser({ email: null as never }))
    expect(await item(`USER#${user.id}`)).toMatchObject({ id: user.id })
    expect(await adapter.getUser(user.id)).toEqual(user)
    expect(await adapter.updateUser({ id: user.id, name: "B" })).toEqual({ ...user, name: "B" })
  })

  it("is not found by an id that another user's email leads to", async () => {
    const { adapter, put } = await stageOf(engine)
    const user = await adapter.createUser(newUser())
    await put({
      pk: `USER#${user.email}`,
      sk: `USER#${user.email}`,
      id: "another",
      email: user.email,
      type: "USER",
    })
    expect(await adapter.getUser(user.id)).toBeNull()
    expect(await failure(adapter.updateUser({ id: user.id, name: "x" }))).toMatchObject({
      code: "INVALID_CONFIG",
    })
  })

  it("says of each call that cannot work why, and what to rebuild, and writes nothing", async () => {
    const { adapter, items, another } = await stageOf(engine)
    const user = await adapter.createUser(newUser())
    const before = await items()
    const unseen = await another()
    const calls: [string, () => Promise<unknown>][] = [
      ["createSession", () => adapter.createSession(newSession(user.id))],
      ["getSessionAndUser", () => adapter.getSessionAndUser("token")],
      ["updateSession", () => adapter.updateSession({ sessionToken: "token" })],
      ["deleteSession", () => adapter.deleteSession("token")],
      ["listSessionsByUserId", () => adapter.listSessionsByUserId(user.id)],
      ["listAccountsByUserId", () => adapter.listAccountsByUserId(user.id)],
      ["deleteUser", () => adapter.deleteUser(user.id)],
      ["updateUser", () => adapter.updateUser({ id: user.id, email: "changed@example.com" })],
      ["updateUser", () => unseen.updateUser({ id: user.id, name: "B" })],
      ["createAuthenticator", () => adapter.createAuthenticator(newAuthenticator(user.id))],
      ["getAuthenticator", () => adapter.getAuthenticator("credential")],
      ["listAuthenticatorsByUserId", () => adapter.listAuthenticatorsByUserId(user.id)],
      ["updateAuthenticatorCounter", () => adapter.updateAuthenticatorCounter("credential", 1)],
      ["deleteAuthenticator", () => adapter.deleteAuthenticator("credential")],
    ]
    for (const [operation, call] of calls) {
      const error = await failure(call())
      expect(error).toMatchObject({ code: "INVALID_CONFIG", operation })
      for (const words of [
        "the table's own keys",
        "this call cannot work",
        "GSI1PK and GSI1SK",
        "docs/migrating.md",
      ]) {
        expect([operation, error.message]).toEqual([operation, expect.stringContaining(words)])
      }
    }
    expect(await items()).toEqual(before)
  })

  it("is refused if it has but one of the table's keys, or the two the other way round", () => {
    for (const names of [
      { indexPartitionKey: "pk" },
      { indexSortKey: "sk" },
      { indexPartitionKey: "sk", indexSortKey: "pk" },
    ]) {
      expect(() => openAdapter(engine.connection(), names)).toThrow(/each key needs its own attribute/)
    }
  })
})
