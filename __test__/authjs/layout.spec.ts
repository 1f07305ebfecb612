// The items as they lie in the table. Names and keys are a contract: they are in users' tables, `@auth/dynamodb-adapter`
// reads and writes the same ones, and code of theirs may, too.

import { beforeEach, describe, expect, it } from "vitest"
import { customNames, engines } from "../engines"
import {
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  newVerificationToken,
  stage,
  type Stage,
} from "./stage"

describe.each(engines)("the table's layout on $name", (engine) => {
  let scene: Stage
  let adapter: Stage["adapter"]

  beforeEach(async () => {
    scene = await stage(engine)
    adapter = scene.adapter
  })

  it("of a user and the claim of the email", async () => {
    const emailVerified = new Date("2026-02-03T04:05:06.789Z")
    await adapter.createUser({ id: "1", name: "Ada", email: "ada@example.com", image: null, emailVerified })
    expect(await scene.items()).toEqual([
      { pk: "EMAIL#ada@example.com", sk: "EMAIL#ada@example.com", type: "CLAIM", userId: "1" },
      {
        pk: "USER#1",
        sk: "USER#1",
        GSI1PK: "USER#ada@example.com",
        GSI1SK: "USER#ada@example.com",
        type: "USER",
        id: "1",
        name: "Ada",
        email: "ada@example.com",
        image: null,
        emailVerified: "2026-02-03T04:05:06.789Z",
      },
    ])
  })

  it("of a user without an email: no keys of the index", async () => {
    await adapter.createUser({ id: "1", name: "Ada", emailVerified: null } as never)
    expect(await scene.items()).toEqual([
      { pk: "USER#1", sk: "USER#1", type: "USER", id: "1", name: "Ada", emailVerified: null },
    ])
  })

  it("of an account, with its own type, and its claim", async () => {
    await adapter.createUser({ id: "1" } as never)
    await adapter.linkAccount({ userId: "1", type: "oidc", provider: "google", providerAccountId: "7" })
    const [claim, account] = await scene.items()
    expect(claim).toEqual({ pk: "ACCOUNT#google#7", sk: "ACCOUNT#google#7", type: "CLAIM", userId: "1" })
    expect(account).toEqual({
      pk: "USER#1",
      sk: "ACCOUNT#google#7",
      GSI1PK: "ACCOUNT#google",
      GSI1SK: "ACCOUNT#7",
      type: "oidc",
      userId: "1",
      provider: "google",
      providerAccountId: "7",
      ...(account!.id ? { id: expect.any(String) } : {}),
    })
  })

  it("of a session: its expiry in whole seconds for TTL, the milliseconds beside it", async () => {
    const expires = new Date("2030-01-02T03:04:05.678Z")
    await adapter.createSession({ sessionToken: "t", userId: "1", expires })
    const [session] = await scene.items()
    expect(session).toEqual({
      pk: "USER#1",
      sk: "SESSION#t",
      GSI1PK: "SESSION#t",
      GSI1SK: "SESSION#t",
      type: "SESSION",
      sessionToken: "t",
      userId: "1",
      expires: expect.any(Number),
      _expiresMs: expires.getTime(),
      ...(session!.id ? { id: expect.any(String) } : {}),
    })
    expect(Number.isInteger(session!.expires)).toBe(true)
    expect(Math.abs(session!.expires * 1000 - expires.getTime())).toBeLessThan(1000)

    await adapter.updateSession({ sessionToken: "t", expires: new Date("2031-01-01T00:00:00.000Z") })
    const [updated] = await scene.items()
    expect(updated).toMatchObject({ expires: Date.UTC(2031, 0, 1) / 1000, pk: "USER#1", sk: "SESSION#t" })
    expect(updated).not.toHaveProperty("_expiresMs")
  })

  it("of a verification token", async () => {
    await adapter.createVerificationToken({
      identifier: "ada@example.com",
      token: "h",
      expires: new Date(1_900_000_000_000),
    })
    expect(await scene.items()).toEqual([
      {
        pk: "VT#ada@example.com",
        sk: "VT#h",
        type: "VT",
        identifier: "ada@example.com",
        token: "h",
        expires: 1_900_000_000,
      },
    ])
  })

  it("of an authenticator", async () => {
    await adapter.createUser({ id: "1" } as never)
    const authenticator = newAuthenticator("1", { credentialID: "c" })
    await adapter.createAuthenticator(authenticator)
    expect(await scene.item("USER#1", "AUTHENTICATOR#c")).toEqual({
      pk: "USER#1",
      sk: "AUTHENTICATOR#c",
      GSI1PK: "AUTHENTICATOR#c",
      GSI1SK: "AUTHENTICATOR#c",
      type: "AUTHENTICATOR",
      ...authenticator,
    })
  })

  it("with custom names: the same values in other attributes", async () => {
    const custom = await stage(engine, customNames)
    const write = async ({ adapter }: Stage) => {
      const user = newUser({ id: "1", email: "ada@example.com" })
      await adapter.createUser(user)
      await adapter.linkAccount(newAccount("1", { providerAccountId: "7", id: "a" }))
      await adapter.createSession(
        newSession("1", { sessionToken: "t", id: "s", expires: new Date(1_900_000_000_000) }),
      )
      const expires = new Date(1_900_000_000_000)
      await adapter.createVerificationToken(newVerificationToken("ada@example.com", { token: "h", expires }))
      await adapter.createAuthenticator(
        newAuthenticator("1", { credentialID: "c", credentialPublicKey: "k", providerAccountId: "c" }),
      )
    }
    await write(scene)
    await write(custom)
    const renamed: Record<string, string> = {
      pk: "hash",
      sk: "range",
      GSI1PK: "lookup hash",
      GSI1SK: "lookup#range",
    }
    const expected = (await scene.items()).map((item) =>
      Object.fromEntries(Object.entries(item).map(([name, value]) => [renamed[name] ?? name, value])),
    )
    expect(await custom.items()).toEqual(expected)
  })

  it("of a user's own `type`, which @auth/dynamodb-adapter would take for its own, under another name", async () => {
    await adapter.createUser({ id: "1", type: "premium", pk: "own" } as never)
    const [user] = await scene.items()
    expect(user).toMatchObject({ pk: "USER#1", type: "USER", "_own:type": "premium", "_own:pk": "own" })
  })

  it("has no attribute of the adapter's own that does not begin with an underscore", async () => {
    const user = newUser({ date: new Date(), list: [new Date()], looksLike: "2026-02-03T04:05:06.789Z" })
    await adapter.createUser(user as never)
    const [stored] = (await scene.items()).filter(({ type }) => type === "USER")
    const names = Object.keys(stored!).filter((name) => !(name in user))
    expect(names.filter((name) => !name.startsWith("_")).sort()).toEqual([
      "GSI1PK",
      "GSI1SK",
      "pk",
      "sk",
      "type",
    ])
  })
})
