// The objects that js/addon.js makes by their shapes are those that the native part makes without.

import { describe, expect, it } from "vitest"
import { DynamoDBAdapter } from "../index.js"
import { engines } from "./engines"
import { newSession, newUser, newVerificationToken } from "./authjs/stage"

describe.each(engines)("answers of a known shape on $name", (engine) => {
  it.each([
    ["of all its properties", {}],
    ["with one more", { role: "admin" }],
    ["with one in the place of another", { image: undefined, role: "admin" }],
    ["with one less", { image: undefined }],
  ])("a user %s has them under their names, in the fixed order", async (_, more) => {
    const adapter = DynamoDBAdapter(engine.connection(), await engine.createTable())
    const user = await adapter.createUser(newUser(more))
    const found = (await adapter.getUser(user.id))!
    const given = Object.entries({ ...user, ...more }).filter(([, value]) => value !== undefined)
    expect(found).toEqual(Object.fromEntries(given))
    const order = ["id", "name", "email", "emailVerified", "image", "role"]
    expect(Object.keys(found)).toEqual(order.filter((name) => given.some(([own]) => own === name)))
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
    for (const name of Object.keys(found)) {
      expect(Object.getOwnPropertyDescriptor(found, name)).toMatchObject({
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
  })

  it("a session, its user and a verification token are each themselves", async () => {
    const adapter = DynamoDBAdapter(engine.connection(), await engine.createTable())
    const user = await adapter.createUser(newUser())
    const session = await adapter.createSession(newSession(user.id))
    const { sessionToken } = session
    expect(await adapter.getSessionAndUser(sessionToken)).toStrictEqual({ session, user })
    const token = newVerificationToken(user.email)
    await adapter.createVerificationToken(token)
    expect(await adapter.useVerificationToken(token)).toStrictEqual(token)
  })
})
