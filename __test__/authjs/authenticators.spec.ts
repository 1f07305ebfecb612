import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { failure, newAuthenticator, newUser, nobody, stage, type Stage } from "./stage"

describe.each(engines)("authenticators on $name", (engine) => {
  let scene: Stage
  let adapter: Stage["adapter"]
  let user: Awaited<ReturnType<Stage["adapter"]["createUser"]>>

  beforeEach(async () => {
    scene = await stage(engine, { indexLagTimeout: 0 })
    adapter = scene.adapter
    user = await adapter.createUser(newUser())
  })

  it("are created and returned as they are stored", async () => {
    const given = newAuthenticator(user.id, { transports: null, label: undefined })
    const authenticator = await adapter.createAuthenticator(given)
    expect(authenticator).not.toHaveProperty("label")
    expect(authenticator).toEqual(given)
    expect(await adapter.getAuthenticator(given.credentialID)).toStrictEqual(authenticator)
    expect(await (await scene.another()).getAuthenticator(given.credentialID)).toStrictEqual(authenticator)
  })

  it("are refused when the user has one with this credential id, and its counter stays", async () => {
    const authenticator = await adapter.createAuthenticator(newAuthenticator(user.id, { counter: 7 }))
    const before = await scene.items()
    const error = await failure(adapter.createAuthenticator({ ...authenticator, counter: 0 }))
    expect(error.code).toBe("CONDITIONAL_CHECK_FAILED")
    expect(await scene.items()).toEqual(before)
  })

  it("are found by credential id only", async () => {
    await adapter.createAuthenticator(newAuthenticator(user.id))
    expect(await adapter.getAuthenticator(randomUUID())).toBeNull()
    for (const id of [...nobody, "x".repeat(3000)])
      expect(await adapter.getAuthenticator(id as never)).toBeNull()
  })

  it("are listed by user: none, one, and many, each user's own", async () => {
    expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([])
    const eve = await adapter.createUser(newUser())
    const own = [await adapter.createAuthenticator(newAuthenticator(user.id))]
    const others = [await adapter.createAuthenticator(newAuthenticator(eve.id))]
    expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual(own)
    for (let at = 0; at < 30; at++) own.push(await adapter.createAuthenticator(newAuthenticator(user.id)))
    const byId = (a: { credentialID: string }, b: { credentialID: string }) =>
      a.credentialID < b.credentialID ? -1 : 1
    expect((await adapter.listAuthenticatorsByUserId(user.id)).sort(byId)).toEqual(own.sort(byId))
    expect(await adapter.listAuthenticatorsByUserId(eve.id)).toEqual(others)
    for (const id of [randomUUID(), ...nobody])
      expect(await adapter.listAuthenticatorsByUserId(id as never)).toEqual([])
  })

  it("count up", async () => {
    const authenticator = await adapter.createAuthenticator(newAuthenticator(user.id))
    for (const counter of [1, 2, 4294967295]) {
      const updated = { ...authenticator, counter }
      expect(await adapter.updateAuthenticatorCounter(authenticator.credentialID, counter)).toEqual(updated)
      expect(await adapter.getAuthenticator(authenticator.credentialID)).toEqual(updated)
      expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([updated])
    }
    const another = await scene.another()
    expect((await another.updateAuthenticatorCounter(authenticator.credentialID, 5)).counter).toBe(5)
  })

  it("cannot be counted when they are not there, and nothing is written", async () => {
    const before = await scene.items()
    for (const id of [randomUUID(), ...nobody]) {
      const error = await failure(adapter.updateAuthenticatorCounter(id as never, 1))
      expect(["AUTHENTICATOR_NOT_FOUND", "INVALID_VALUE"]).toContain(error.code)
    }
    expect((await failure(adapter.updateAuthenticatorCounter(randomUUID(), 1))).code).toBe(
      "AUTHENTICATOR_NOT_FOUND",
    )
    expect(await scene.items()).toEqual(before)
  })

  it.each([undefined, null, "7", NaN, Infinity, {}])("take no counter such as %o", async (counter) => {
    const authenticator = await adapter.createAuthenticator(newAuthenticator(user.id))
    const error = await failure(
      adapter.updateAuthenticatorCounter(authenticator.credentialID, counter as never),
    )
    expect(error.code).toBe("INVALID_VALUE")
    expect(await adapter.getAuthenticator(authenticator.credentialID)).toEqual(authenticator)
  })

  it("are not revived by a count after the user was deleted", async () => {
    const authenticator = await adapter.createAuthenticator(newAuthenticator(user.id))
    await (await scene.another()).deleteUser(user.id)
    const error = await failure(adapter.updateAuthenticatorCounter(authenticator.credentialID, 1))
    expect(error.code).toBe("AUTHENTICATOR_NOT_FOUND")
    expect(await scene.items()).toEqual([])
  })
})
