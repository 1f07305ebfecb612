import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { failure, inDays, newSession, newUser, nobody, other, stage, type Stage } from "./stage"

describe.each(engines)("sessions on $name", (engine) => {
  let scene: Stage
  let adapter: Stage["adapter"]
  let user: Awaited<ReturnType<Stage["adapter"]["createUser"]>>

  beforeEach(async () => {
    // What nobody has is looked for on the index for a while; here nothing lags.
    scene = await stage(engine, { indexLagTimeout: 0 })
    adapter = scene.adapter
    user = await adapter.createUser(newUser())
  })

  describe("createSession", () => {
    it("returns what is stored: the answer equals what is read later, milliseconds included", async () => {
      const given = newSession(user.id, { device: undefined, ip: null })
      const session = await adapter.createSession(given)
      expect(session).not.toHaveProperty("device")
      expect(session).toEqual({ ...given, id: (session as { id?: string }).id })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toStrictEqual({ session, user })
      expect(await (await scene.another()).getSessionAndUser(session.sessionToken)).toStrictEqual({
        session,
        user,
      })
    })

    it("gives a user any number of sessions", async () => {
      const sessions = []
      for (let at = 0; at < 3; at++) sessions.push(await adapter.createSession(newSession(user.id)))
      for (const session of sessions) {
        expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session, user })
      }
    })

    it.each(["sessionToken", "userId", "expires"])(
      "refuses a session without %s, naming it",
      async (property) => {
        const before = await scene.items()
        for (const value of [undefined, null, "", 7.5, new Date(NaN)]) {
          const error = await failure(
            adapter.createSession({ ...newSession(user.id), [property]: value } as never),
          )
          expect(error.code).toBe("INVALID_VALUE")
          expect(error.message).toContain(property)
        }
        expect(await scene.items()).toEqual(before)
      },
    )

    it.each(["a#b", "#", "SESSION#x", "ä 🦀", "x".repeat(1000)])(
      "takes %j as a token",
      async (sessionToken) => {
        const session = await adapter.createSession(newSession(user.id, { sessionToken }))
        expect(await adapter.getSessionAndUser(sessionToken)).toEqual({ session, user })
        expect(await adapter.deleteSession(sessionToken)).toEqual(session)
      },
    )
  })

  describe("getSessionAndUser", () => {
    it("answers null for an unknown token", async () => {
      expect(await adapter.getSessionAndUser(randomUUID())).toBeNull()
    })

    it("finds nobody by what is no token", async () => {
      const theirs = other(engine.connection(), scene.table)
      await theirs.createSession(newSession(user.id, { sessionToken: undefined }))
      await theirs.createSession(newSession(user.id, { sessionToken: null }))
      for (const token of [...nobody, "x".repeat(3000)]) {
        expect(await adapter.getSessionAndUser(token as never)).toBeNull()
      }
    })

    it("never answers from memory: what another process changed is so at once", async () => {
      const session = await adapter.createSession(newSession(user.id))
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session, user })
      const another = await scene.another()
      const expires = inDays(60)
      await another.updateSession({ sessionToken: session.sessionToken, expires })
      await another.updateUser({ id: user.id, name: "Changed" })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({
        session: { ...session, expires },
        user: { ...user, name: "Changed" },
      })
      await another.deleteSession(session.sessionToken)
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
    })

    it("answers null for a session whose user is gone", async () => {
      const session = await adapter.createSession(newSession(user.id))
      const { tableName: TableName } = scene.table
      await engine
        .documentClient()
        .delete({ TableName, Key: { pk: `USER#${user.id}`, sk: `USER#${user.id}` } })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
    })

    it("finds the session of @auth/dynamodb-adapter, its fractional seconds included", async () => {
      const theirs = other(engine.connection(), scene.table)
      const session = newSession(user.id)
      await theirs.createSession(session)
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session, user })
    })

    it("lets @auth/dynamodb-adapter find ours, to the second", async () => {
      const session = await adapter.createSession(newSession(user.id))
      const found = await other(engine.connection(), scene.table).getSessionAndUser(session.sessionToken)
      expect(Math.abs(found!.session.expires.getTime() - session.expires.getTime())).toBeLessThan(1000)
      expect(found!.user).toMatchObject(user)
    })

    it("believes what @auth/dynamodb-adapter made of the expiry", async () => {
      const session = await adapter.createSession(newSession(user.id))
      const expires = new Date("2027-01-02T03:04:05.250Z")
      await other(engine.connection(), scene.table).updateSession({
        sessionToken: session.sessionToken,
        expires,
      })
      expect((await adapter.getSessionAndUser(session.sessionToken))!.session.expires).toEqual(expires)
    })

    it("reads an expiry that somebody wrote as an ISO string", async () => {
      const { sessionToken } = await adapter.createSession(newSession(user.id))
      const item = (await scene.item(`USER#${user.id}`, `SESSION#${sessionToken}`))!
      await scene.put({ ...item, expires: "2027-01-02T03:04:05.250Z" })
      const { session } = (await adapter.getSessionAndUser(sessionToken))!
      expect(session.expires).toEqual(new Date("2027-01-02T03:04:05.250Z"))
    })
  })

  describe("updateSession", () => {
    it("changes what it is given and returns the whole session", async () => {
      const session = await adapter.createSession(newSession(user.id, { device: "phone" }))
      const expires = inDays(60)
      const updated = await adapter.updateSession({ sessionToken: session.sessionToken, expires })
      expect(updated).toEqual({ ...session, expires })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toStrictEqual({ session: updated, user })
    })

    it("does the same for a session that another process made", async () => {
      const session = await (await scene.another()).createSession(newSession(user.id))
      const expires = new Date(Math.ceil(Date.now() / 1000) * 1000)
      expect(await adapter.updateSession({ sessionToken: session.sessionToken, expires })).toEqual({
        ...session,
        expires,
      })
    })

    it("answers null for a session that is not there, and writes nothing", async () => {
      const before = await scene.items()
      expect(await adapter.updateSession({ sessionToken: randomUUID(), expires: inDays(60) })).toBeNull()
      expect(await scene.items()).toEqual(before)
    })

    it("never revives a deleted session", async () => {
      const session = await adapter.createSession(newSession(user.id))
      const before = await scene.items()
      await (await scene.another()).deleteSession(session.sessionToken)
      expect(
        await adapter.updateSession({ sessionToken: session.sessionToken, expires: inDays(60) }),
      ).toBeNull()
      expect(await scene.items()).toEqual(before.filter(({ type }) => type !== "SESSION"))
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
    })

    it("changes no session by what is no token", async () => {
      await other(engine.connection(), scene.table).createSession(
        newSession(user.id, { sessionToken: undefined }),
      )
      const before = await scene.items()
      for (const sessionToken of nobody) {
        const outcome = adapter.updateSession({ sessionToken, expires: inDays(60) } as never)
        expect(await outcome.catch(({ code }) => code)).toBeOneOf([null, "INVALID_VALUE"])
      }
      expect(await scene.items()).toEqual(before)
    })
  })

  describe("deleteSession", () => {
    it("deletes the session and returns it; the user stays", async () => {
      const before = await scene.items()
      const session = await adapter.createSession(newSession(user.id))
      expect(await adapter.deleteSession(session.sessionToken)).toEqual(session)
      expect(await scene.items()).toEqual(before)
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
    })

    it("deletes one of several", async () => {
      const [first, second] = [
        await adapter.createSession(newSession(user.id)),
        await adapter.createSession(newSession(user.id)),
      ]
      await adapter.deleteSession(first.sessionToken)
      expect(await adapter.getSessionAndUser(second.sessionToken)).toEqual({ session: second, user })
    })

    it("answers null for a session that is not there, and the second time", async () => {
      const session = await adapter.createSession(newSession(user.id))
      expect(await adapter.deleteSession(session.sessionToken)).toEqual(session)
      expect((await adapter.deleteSession(session.sessionToken)) ?? null).toBeNull()
      expect((await (await scene.another()).deleteSession(session.sessionToken)) ?? null).toBeNull()
      expect((await adapter.deleteSession(randomUUID())) ?? null).toBeNull()
    })

    it("deletes nothing by what is no token", async () => {
      await other(engine.connection(), scene.table).createSession(
        newSession(user.id, { sessionToken: undefined }),
      )
      const before = await scene.items()
      for (const token of nobody) expect((await adapter.deleteSession(token as never)) ?? null).toBeNull()
      expect(await scene.items()).toEqual(before)
    })

    it("deletes the session of @auth/dynamodb-adapter", async () => {
      const session = newSession(user.id)
      await other(engine.connection(), scene.table).createSession(session)
      expect(await adapter.deleteSession(session.sessionToken)).toEqual(session)
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
    })
  })
})
