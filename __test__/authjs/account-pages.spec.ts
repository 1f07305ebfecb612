// What the adapter offers beyond Auth.js's interface, for a page where people see their own account.

import { beforeEach, describe, expect, it } from "vitest"
import { customNames, engines } from "../engines"
import {
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  nobody,
  other,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

describe.each(engines)("account pages on $name", (engine) => {
  let scene: Stage
  let adapter: TestAdapter

  beforeEach(async () => {
    scene = await stage(engine)
    adapter = scene.adapter
  })

  it("list all sessions of a user, and nobody else's", async () => {
    const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
    await adapter.createSession(newSession(eve.id))
    await adapter.linkAccount(newAccount(ada.id))
    expect(await adapter.listSessionsByUserId(ada.id)).toEqual([])
    const sessions = [
      await adapter.createSession(newSession(ada.id, { device: "phone", expires: new Date(0) })),
    ]
    for (let at = 0; at < 40; at++) sessions.push(await adapter.createSession(newSession(ada.id)))
    const byToken = (a: { sessionToken: string }, b: { sessionToken: string }) =>
      a.sessionToken < b.sessionToken ? -1 : 1
    expect((await adapter.listSessionsByUserId(ada.id)).sort(byToken)).toEqual(sessions.sort(byToken))
  })

  it("list more sessions than fit into a page of a query", async () => {
    const user = await adapter.createUser(newUser())
    const data = "x".repeat(200 * 1024)
    for (let at = 0; at < 8; at++) await adapter.createSession(newSession(user.id, { data }))
    expect(await adapter.listSessionsByUserId(user.id)).toHaveLength(8)
  })

  it("list all accounts of a user, those that @auth/dynamodb-adapter linked included", async () => {
    const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
    await adapter.linkAccount(newAccount(eve.id))
    expect(await adapter.listAccountsByUserId(ada.id)).toEqual([])
    const ours = newAccount(ada.id, { provider: "a" })
    const theirs = newAccount(ada.id, { provider: "b" })
    await adapter.linkAccount(ours)
    await other(engine.connection(), scene.table).linkAccount(theirs)
    expect(await adapter.listAccountsByUserId(ada.id)).toMatchObject([ours, theirs])
  })

  it("list nothing for whom there is not, and for what is no id", async () => {
    await scene.put({ pk: "USER#undefined", sk: "SESSION#1", type: "SESSION", userId: "undefined" })
    for (const id of ["nobody", ...nobody]) {
      expect(await adapter.listSessionsByUserId(id as never)).toEqual([])
      expect(await adapter.listAccountsByUserId(id as never)).toEqual([])
    }
  })

  it("show no key with custom names", async () => {
    const { adapter } = await stage(engine, customNames)
    const user = await adapter.createUser(newUser())
    const session = await adapter.createSession(newSession(user.id))
    await adapter.linkAccount(newAccount(user.id))
    const [account] = await adapter.listAccountsByUserId(user.id)
    expect(await adapter.listSessionsByUserId(user.id)).toEqual([session])
    for (const name of Object.values(customNames)) expect(account).not.toHaveProperty([name])
  })

  it("delete a passkey, once", async () => {
    const user = await adapter.createUser(newUser())
    const [first, second] = [
      await adapter.createAuthenticator(newAuthenticator(user.id)),
      await adapter.createAuthenticator(newAuthenticator(user.id)),
    ]
    expect(await adapter.deleteAuthenticator(first.credentialID)).toEqual(first)
    expect(await adapter.deleteAuthenticator(first.credentialID)).toBeNull()
    expect(await adapter.getAuthenticator(first.credentialID)).toBeNull()
    expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([second])
    for (const id of nobody) expect(await adapter.deleteAuthenticator(id as never)).toBeNull()
    expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([second])
  })
})
