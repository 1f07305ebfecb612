import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { customNames, engines } from "../engines"
import { failure, newUser, nobody, other, stage, type Stage } from "./stage"

describe.each(engines)("users on $name", (engine) => {
  let scene: Stage
  let adapter: Stage["adapter"]

  beforeEach(async () => {
    scene = await stage(engine)
    adapter = scene.adapter
  })

  describe("createUser", () => {
    it("keeps the id that it is given, as Auth.js 5 does", async () => {
      const user = newUser()
      expect(await adapter.createUser(user)).toEqual(user)
      expect(await adapter.getUser(user.id)).toEqual(user)
    })

    it.each([{}, { id: undefined }])(
      "makes an id where there is none, as with NextAuth 4: %o",
      async (given) => {
        const { id: _, ...user } = newUser()
        const created = await adapter.createUser({ ...user, ...given } as never)
        expect(created).toEqual({
          ...user,
          id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        })
        expect(await adapter.getUser(created.id)).toEqual(created)
      },
    )

    it("returns what is stored: the answer equals what is read later", async () => {
      const user = {
        ...newUser(),
        emailVerified: new Date("2026-02-03T04:05:06.789Z"),
        image: undefined,
        role: null,
        tags: ["a"],
      }
      const created = await adapter.createUser(user as never)
      expect(created).not.toHaveProperty("image")
      expect(await adapter.getUser(user.id)).toStrictEqual(created)
    })

    it("refuses an email that another user has, and writes nothing", async () => {
      const first = await adapter.createUser(newUser())
      const before = await scene.items()
      const error = await failure(adapter.createUser(newUser({ email: first.email })))
      expect(error.code).toBe("EMAIL_EXISTS")
      expect(await scene.items()).toEqual(before)
    })

    it("refuses an email that a user without a claim has, whom @auth/dynamodb-adapter created", async () => {
      const theirs = await other(engine.connection(), scene.table).createUser(newUser())
      const before = await scene.items()
      const error = await failure(adapter.createUser(newUser({ email: theirs.email })))
      expect(error.code).toBe("EMAIL_EXISTS")
      expect(await scene.items()).toEqual(before)
    })

    it("refuses an id that another user has, and leaves that user as it is", async () => {
      const first = await adapter.createUser(newUser())
      const before = await scene.items()
      await failure(adapter.createUser(newUser({ id: first.id, name: "Somebody Else" })))
      expect(await scene.items()).toEqual(before)
    })

    it("takes any number of users without an email, and finds none of them by it", async () => {
      for (const email of [undefined, null, ""]) {
        await adapter.createUser(newUser({ email }) as never)
        await adapter.createUser(newUser({ email }) as never)
      }
      expect(await adapter.getUserByEmail("undefined")).toBeNull()
      expect(await adapter.getUserByEmail("null")).toBeNull()
      expect(await adapter.getUserByEmail("")).toBeNull()
      expect(await scene.items()).toHaveLength(6)
    })

    it("takes over the claim of a user who is gone, whom @auth/dynamodb-adapter deleted", async () => {
      const first = await adapter.createUser(newUser())
      await other(engine.connection(), scene.table).deleteUser(first.id)
      expect(await scene.item(`EMAIL#${first.email}`)).toBeDefined()
      const second = await adapter.createUser(newUser({ email: first.email }))
      expect(await adapter.getUserByEmail(first.email)).toEqual(second)
      expect((await failure(adapter.createUser(newUser({ email: first.email })))).code).toBe("EMAIL_EXISTS")
    })

    it("takes over the claim of a user whose email @auth/dynamodb-adapter changed", async () => {
      const first = await adapter.createUser(newUser())
      await other(engine.connection(), scene.table).updateUser({ id: first.id, email: "new@example.com" })
      // That adapter leaves the index as it was: the item says which email is true.
      const second = await adapter.createUser(newUser({ email: first.email }))
      expect(await adapter.getUser(second.id)).toEqual(second)
    })

    it("treats emails as they are given: upper and lower case are different", async () => {
      const lower = await adapter.createUser(newUser({ email: "ada@example.com" }))
      const upper = await adapter.createUser(newUser({ email: "Ada@example.com" }))
      expect(await adapter.getUserByEmail("ada@example.com")).toEqual(lower)
      expect(await adapter.getUserByEmail("Ada@example.com")).toEqual(upper)
    })

    it.each(["#", "a#b@example.com", "ä@ö.example", "x y", "'\"\\", "🦀@example.com", "EMAIL#x", "USER#x"])(
      "takes %j as an email",
      async (email) => {
        const user = await adapter.createUser(newUser({ email }))
        expect(await adapter.getUserByEmail(email)).toEqual(user)
        expect((await failure(adapter.createUser(newUser({ email })))).code).toBe("EMAIL_EXISTS")
      },
    )

    it.each(["a#b", "#", "USER#1", "ü", "with space"])("takes %j as an id", async (id) => {
      const user = await adapter.createUser(newUser({ id, email: `${randomUUID()}@example.com` }))
      expect(await adapter.getUser(id)).toEqual(user)
      expect(await adapter.deleteUser(id)).toEqual(user)
      expect(await scene.items()).toEqual([])
    })

    it("refuses an email or an id that is longer than a key can be, naming the property and not the value", async () => {
      const long = "x".repeat(3000)
      for (const property of ["email", "id"]) {
        const error = await failure(adapter.createUser(newUser({ [property]: long })))
        expect(error.code).toBe("INVALID_VALUE")
        expect(error.message).toContain(property)
        expect(error.message).not.toContain("xxx")
      }
      expect(await scene.items()).toEqual([])
    })

    it.each([undefined, null, "user", 1, []])("refuses %o in place of a user", async (user) => {
      expect((await failure(adapter.createUser(user as never))).code).toBe("INVALID_VALUE")
      expect(await scene.items()).toEqual([])
    })
  })

  describe("getUser and getUserByEmail", () => {
    it("answer null for nobody", async () => {
      expect(await adapter.getUser(randomUUID())).toBeNull()
      expect(await adapter.getUserByEmail("nobody@example.com")).toBeNull()
    })

    it("find nobody by what is no identifier, even where users without an email were written by others", async () => {
      const theirs = other(engine.connection(), scene.table)
      await theirs.createUser({ name: "No Email" } as never)
      await theirs.createUser({ name: "Null Email", email: null } as never)
      await scene.put({
        pk: "USER#undefined",
        sk: "USER#undefined",
        type: "USER",
        id: "undefined",
        GSI1PK: "USER#",
        GSI1SK: "USER#",
      })
      await scene.put({ pk: "USER#", sk: "USER#x", type: "USER", id: "" })
      for (const identifier of nobody) {
        expect(await adapter.getUserByEmail(identifier as never)).toBeNull()
        expect(await adapter.getUser(identifier as never)).toBeNull()
      }
    })

    it("find nobody by an identifier that is longer than a key can be", async () => {
      const long = "x".repeat(3000)
      expect(await adapter.getUser(long)).toBeNull()
      expect(await adapter.getUserByEmail(long)).toBeNull()
    })

    it("do not take another item for a user", async () => {
      const user = await adapter.createUser(newUser())
      expect(await adapter.getUser(`${user.id}#`)).toBeNull()
      expect(await adapter.getUserByEmail(user.id)).toBeNull()
      expect(await adapter.getUser(user.email)).toBeNull()
    })

    it("find the user of @auth/dynamodb-adapter", async () => {
      const theirs = other(engine.connection(), scene.table)
      const user = await theirs.createUser(newUser({ emailVerified: new Date("2026-02-03T04:05:06.789Z") }))
      expect(await adapter.getUser(user.id)).toEqual(user)
      expect(await adapter.getUserByEmail(user.email)).toEqual(user)
    })
  })

  describe("updateUser", () => {
    it("changes what it is given, keeps the rest, and returns the whole user", async () => {
      const user = await adapter.createUser(newUser({ role: "admin" }) as never)
      const emailVerified = new Date("2026-02-03T04:05:06.789Z")
      const updated = await adapter.updateUser({ id: user.id, name: "Countess", emailVerified })
      expect(updated).toEqual({ ...user, name: "Countess", emailVerified })
      expect(await adapter.getUser(user.id)).toStrictEqual(updated)
      expect(await adapter.getUserByEmail(user.email)).toStrictEqual(updated)
    })

    it("leaves alone what is undefined, and stores null", async () => {
      const user = await adapter.createUser(newUser())
      expect(await adapter.updateUser({ id: user.id, name: undefined, image: null })).toEqual({
        ...user,
        image: null,
      })
      expect(await adapter.updateUser({ id: user.id })).toEqual({ ...user, image: null })
      expect(await adapter.updateUser({ id: user.id, email: undefined })).toEqual({ ...user, image: null })
      expect(await adapter.getUserByEmail(user.email)).toEqual({ ...user, image: null })
    })

    it("says USER_NOT_FOUND for a user who is not there, and writes nothing", async () => {
      for (const change of [{ name: "Nobody" }, { email: "nobody@example.com" }, {}]) {
        const error = await failure(adapter.updateUser({ id: randomUUID(), ...change }))
        expect(error.code).toBe("USER_NOT_FOUND")
      }
      expect(await scene.items()).toEqual([])
    })

    it("changes nobody for an id that is none", async () => {
      await adapter.createUser(newUser())
      await scene.put({ pk: "USER#undefined", sk: "USER#undefined", type: "USER", id: "undefined" })
      const before = await scene.items()
      for (const id of nobody) {
        const { code } = await failure(adapter.updateUser({ id, name: "Changed" } as never))
        expect(["USER_NOT_FOUND", "INVALID_VALUE"]).toContain(code)
      }
      expect(await scene.items()).toEqual(before)
    })

    it("moves the user to a changed email: found by the new, not by the old, which is free again", async () => {
      const user = await adapter.createUser(newUser())
      const email = `countess-${user.id}@example.com`
      const updated = await adapter.updateUser({ id: user.id, email })
      expect(updated).toEqual({ ...user, email })
      expect(await adapter.getUserByEmail(email)).toEqual(updated)
      expect(await adapter.getUserByEmail(user.email)).toBeNull()
      expect(await scene.item(`EMAIL#${user.email}`)).toBeUndefined()
      const next = await adapter.createUser(newUser({ email: user.email }))
      expect(await adapter.getUserByEmail(user.email)).toEqual(next)
    })

    it("refuses an email that another user has, and changes nothing", async () => {
      const first = await adapter.createUser(newUser())
      const second = await adapter.createUser(newUser())
      const before = await scene.items()
      const error = await failure(adapter.updateUser({ id: second.id, name: "Changed", email: first.email }))
      expect(error.code).toBe("EMAIL_EXISTS")
      expect(await scene.items()).toEqual(before)
    })

    it("refuses an email that a user without a claim has", async () => {
      const theirs = await other(engine.connection(), scene.table).createUser(newUser())
      const user = await adapter.createUser(newUser())
      const before = await scene.items()
      const error = await failure(adapter.updateUser({ id: user.id, email: theirs.email }))
      expect(error.code).toBe("EMAIL_EXISTS")
      expect(await scene.items()).toEqual(before)
    })

    it("takes the email that the user has already", async () => {
      const user = await adapter.createUser(newUser())
      expect(await adapter.updateUser({ id: user.id, email: user.email, name: "Same" })).toEqual({
        ...user,
        name: "Same",
      })
      expect(await adapter.getUserByEmail(user.email)).toEqual({ ...user, name: "Same" })
    })

    it("gives an email to a user without one, and takes it away again", async () => {
      const user = await adapter.createUser(newUser({ email: null }) as never)
      const email = `late-${user.id}@example.com`
      await adapter.updateUser({ id: user.id, email })
      expect(await adapter.getUserByEmail(email)).toEqual({ ...user, email })
      expect((await failure(adapter.createUser(newUser({ email })))).code).toBe("EMAIL_EXISTS")
      expect(await adapter.updateUser({ id: user.id, email: null as never })).toEqual(user)
      expect(await adapter.getUserByEmail(email)).toBeNull()
      expect(await scene.item(`EMAIL#${email}`)).toBeUndefined()
      const stored = await scene.item(`USER#${user.id}`)
      expect(stored).not.toHaveProperty("GSI1PK")
      expect(stored).not.toHaveProperty("GSI1SK")
    })

    it("moves the email of a user without a claim, whom @auth/dynamodb-adapter created", async () => {
      const theirs = await other(engine.connection(), scene.table).createUser(newUser())
      const email = `moved-${theirs.id}@example.com`
      expect(await adapter.updateUser({ id: theirs.id, email })).toEqual({ ...theirs, email })
      expect(await adapter.getUserByEmail(email)).toEqual({ ...theirs, email })
      expect(await adapter.getUserByEmail(theirs.email)).toBeNull()
      expect((await failure(adapter.createUser(newUser({ email })))).code).toBe("EMAIL_EXISTS")
      await adapter.createUser(newUser({ email: theirs.email }))
    })

    it("swaps a chain of emails without losing a claim", async () => {
      const [a, b] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      await adapter.updateUser({ id: a.id, email: "between@example.com" })
      await adapter.updateUser({ id: b.id, email: a.email })
      await adapter.updateUser({ id: a.id, email: b.email })
      expect((await adapter.getUserByEmail(a.email))?.id).toBe(b.id)
      expect((await adapter.getUserByEmail(b.email))?.id).toBe(a.id)
      expect(await adapter.getUserByEmail("between@example.com")).toBeNull()
      expect((await scene.items()).filter(({ type }) => type === "CLAIM")).toHaveLength(2)
    })
  })

  describe("with custom names", () => {
    it("never shows a key, and stores under those names only", async () => {
      const custom = await stage(engine, customNames)
      const user = newUser({
        hash: "own",
        range: 1,
        pk: "own pk",
        GSI1PK: "own GSI1PK",
        "lookup hash": [true],
      })
      expect(await custom.adapter.createUser(user as never)).toEqual(user)
      expect(await custom.adapter.getUser(user.id)).toEqual(user)
      expect(await custom.adapter.getUserByEmail(user.email)).toEqual(user)
      const email = `changed-${user.id}@example.com`
      expect(await custom.adapter.updateUser({ id: user.id, email, hash: "changed" } as never)).toEqual({
        ...user,
        email,
        hash: "changed",
      })
      expect(await custom.adapter.getUserByEmail(email)).toEqual({ ...user, email, hash: "changed" })
      expect(await custom.adapter.deleteUser(user.id)).toEqual({ ...user, email, hash: "changed" })
      expect(await custom.items()).toEqual([])
    })
  })

  describe("without uniqueness", () => {
    it("writes no claims and takes an email twice", async () => {
      const { adapter, items } = await stage(engine, { uniqueness: false })
      const first = await adapter.createUser(newUser())
      await adapter.createUser(newUser({ email: first.email }))
      const third = await adapter.createUser(newUser())
      await adapter.updateUser({ id: third.id, email: first.email })
      expect((await items()).map(({ type }) => type)).toEqual(["USER", "USER", "USER"])
    })

    it("still moves the index with a changed email", async () => {
      const { adapter } = await stage(engine, { uniqueness: false })
      const user = await adapter.createUser(newUser())
      await adapter.updateUser({ id: user.id, email: "moved@example.com" })
      expect(await adapter.getUserByEmail("moved@example.com")).toEqual({
        ...user,
        email: "moved@example.com",
      })
      expect(await adapter.getUserByEmail(user.email)).toBeNull()
    })
  })
})
