import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { failure, newVerificationToken, nobody, other, stage, type Stage } from "./stage"

describe.each(engines)("verification tokens on $name", (engine) => {
  let scene: Stage
  let adapter: Stage["adapter"]

  beforeEach(async () => {
    scene = await stage(engine)
    adapter = scene.adapter
  })

  it("are returned as they are stored, and used once", async () => {
    const token = newVerificationToken("ada@example.com")
    expect(await adapter.createVerificationToken(token)).toEqual(token)
    expect(await adapter.useVerificationToken(token)).toStrictEqual(token)
    expect(await adapter.useVerificationToken(token)).toBeNull()
    expect(await scene.items()).toEqual([])
  })

  it("are good for their identifier only, and a wrong one does not use them up", async () => {
    const token = newVerificationToken("ada@example.com")
    await adapter.createVerificationToken(token)
    expect(await adapter.useVerificationToken({ ...token, identifier: "eve@example.com" })).toBeNull()
    expect(await adapter.useVerificationToken({ ...token, token: "another" })).toBeNull()
    expect(await adapter.useVerificationToken(token)).toEqual(token)
  })

  it("may be several for one identifier, each used for itself", async () => {
    const [first, second] = [newVerificationToken("ada@example.com"), newVerificationToken("ada@example.com")]
    await adapter.createVerificationToken(first)
    await adapter.createVerificationToken(second)
    expect(await adapter.useVerificationToken(second)).toEqual(second)
    expect(await adapter.useVerificationToken(first)).toEqual(first)
  })

  it("are used only with both identifier and token", async () => {
    const token = newVerificationToken("ada@example.com")
    await adapter.createVerificationToken(token)
    const theirs = other(engine.connection(), scene.table)
    await theirs.createVerificationToken({ ...token, identifier: undefined } as never)
    await theirs.createVerificationToken({ ...token, token: undefined } as never)
    const before = await scene.items()
    for (const identifier of nobody) {
      expect(await adapter.useVerificationToken({ ...token, identifier } as never)).toBeNull()
      expect(await adapter.useVerificationToken({ ...token, token: identifier } as never)).toBeNull()
      expect(await adapter.useVerificationToken(identifier as never)).toBeNull()
    }
    expect(await adapter.useVerificationToken({ ...token, token: "x".repeat(3000) })).toBeNull()
    expect(await scene.items()).toEqual(before)
  })

  it.each(["identifier", "token", "expires"])(
    "are refused without %s, which the message names",
    async (property) => {
      for (const value of [undefined, null, "", 7]) {
        const given = { ...newVerificationToken("ada@example.com"), [property]: value }
        const error = await failure(adapter.createVerificationToken(given as never))
        expect(error.code).toBe("INVALID_VALUE")
        expect(error.message).toContain(property)
      }
      expect(await scene.items()).toEqual([])
    },
  )

  it("of @auth/dynamodb-adapter are good, and ours for it", async () => {
    const theirs = other(engine.connection(), scene.table)
    const token = newVerificationToken("ada@example.com")
    await theirs.createVerificationToken(token)
    expect(await adapter.useVerificationToken(token)).toEqual(token)
    await adapter.createVerificationToken(token)
    expect(await theirs.useVerificationToken(token)).toMatchObject({
      identifier: token.identifier,
      token: token.token,
    })
  })

  it("may contain what separates the parts of keys", async () => {
    const tokens = [
      newVerificationToken("a#b", { token: "c" }),
      newVerificationToken("a", { token: "b#c" }),
      newVerificationToken("VT#a", { token: "VT#" }),
    ]
    for (const token of tokens) await adapter.createVerificationToken(token)
    for (const token of tokens) expect(await adapter.useVerificationToken(token)).toEqual(token)
  })
})
