import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { failure, newAccount, newUser, nobody, other, stage, type Stage } from "./stage"

describe.each(engines)("accounts on $name", (engine) => {
  let scene: Stage
  let adapter: Stage["adapter"]

  beforeEach(async () => {
    scene = await stage(engine)
    adapter = scene.adapter
  })

  describe("linkAccount", () => {
    it("links an account, by which its user is found", async () => {
      const user = await adapter.createUser(newUser())
      const account = newAccount(user.id)
      expect(await adapter.linkAccount(account)).toMatchObject(account)
      expect(await adapter.getUserByAccount(account)).toEqual(user)
      expect(await adapter.getAccount(account.providerAccountId, account.provider)).toMatchObject(account)
    })

    it("returns what is stored", async () => {
      const user = await adapter.createUser(newUser())
      const account = newAccount(user.id, { refresh_token: undefined, id_token: null })
      const linked = await adapter.linkAccount(account as never)
      expect(linked).not.toHaveProperty("refresh_token")
      expect(await adapter.getAccount(account.providerAccountId, account.provider)).toStrictEqual(linked)
    })

    it("links several accounts to one user", async () => {
      const user = await adapter.createUser(newUser())
      const accounts = [newAccount(user.id), newAccount(user.id), newAccount(user.id, { provider: "google" })]
      for (const account of accounts) await adapter.linkAccount(account)
      for (const account of accounts) {
        expect(await adapter.getUserByAccount(account)).toEqual(user)
        expect(await adapter.getAccount(account.providerAccountId, account.provider)).toMatchObject(account)
      }
    })

    it("refuses an account that is linked to another user, and writes nothing", async () => {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      const account = newAccount(ada.id)
      await adapter.linkAccount(account)
      const before = await scene.items()
      expect((await failure(adapter.linkAccount({ ...account, userId: eve.id }))).code).toBe("ACCOUNT_EXISTS")
      expect(await scene.items()).toEqual(before)
      expect(await adapter.getUserByAccount(account)).toEqual(ada)
    })

    it("refuses an account without a claim that is linked to another user by @auth/dynamodb-adapter", async () => {
      const theirs = other(engine.connection(), scene.table)
      const [ada, eve] = [await theirs.createUser(newUser()), await adapter.createUser(newUser())]
      const account = newAccount(ada.id)
      await theirs.linkAccount(account)
      const before = await scene.items()
      expect((await failure(adapter.linkAccount({ ...account, userId: eve.id }))).code).toBe("ACCOUNT_EXISTS")
      expect(await scene.items()).toEqual(before)
      expect(await adapter.getUserByAccount(account)).toEqual(ada)
    })

    it("takes over the claim of an account that @auth/dynamodb-adapter unlinked", async () => {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      const account = newAccount(ada.id)
      await adapter.linkAccount(account)
      await other(engine.connection(), scene.table).unlinkAccount(account)
      expect(await scene.item(`ACCOUNT#${account.provider}#${account.providerAccountId}`)).toBeDefined()
      expect(await adapter.getUserByAccount(account)).toBeNull()
      await adapter.linkAccount({ ...account, userId: eve.id })
      expect(await adapter.getUserByAccount(account)).toEqual(eve)
      expect((await failure(adapter.linkAccount({ ...account, userId: ada.id }))).code).toBe("ACCOUNT_EXISTS")
    })

    it("takes over the claim of a user whom @auth/dynamodb-adapter deleted", async () => {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      const account = newAccount(ada.id)
      await adapter.linkAccount(account)
      await other(engine.connection(), scene.table).deleteUser(ada.id)
      await adapter.linkAccount({ ...account, userId: eve.id })
      expect(await adapter.getUserByAccount(account)).toEqual(eve)
    })

    it("keeps apart accounts whose provider and id only look alike when they are joined", async () => {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      const accounts = [
        newAccount(ada.id, { provider: "a#b", providerAccountId: "c" }),
        newAccount(ada.id, { provider: "a", providerAccountId: "b#c" }),
        newAccount(eve.id, { provider: "a%23b", providerAccountId: "c" }),
        newAccount(eve.id, { provider: "a#b#", providerAccountId: "c" }),
        newAccount(eve.id, { provider: "a", providerAccountId: "#b#c" }),
        newAccount(eve.id, { provider: "ACCOUNT#a", providerAccountId: "ACCOUNT#b" }),
      ]
      for (const account of accounts) await adapter.linkAccount(account)
      for (const account of accounts) {
        expect(await adapter.getAccount(account.providerAccountId, account.provider)).toMatchObject(account)
        expect((await adapter.getUserByAccount(account))?.id).toBe(account.userId)
      }
      for (const account of accounts) expect(await adapter.unlinkAccount(account)).toMatchObject(account)
      expect((await scene.items()).filter(({ sk }) => sk.startsWith("ACCOUNT#"))).toEqual([])
    })

    it.each(["provider", "providerAccountId", "userId"])(
      "refuses an account without %s, naming it",
      async (property) => {
        const user = await adapter.createUser(newUser())
        const before = await scene.items()
        for (const value of [undefined, null, "", 7.5]) {
          const error = await failure(
            adapter.linkAccount({ ...newAccount(user.id), [property]: value } as never),
          )
          expect(error.code).toBe("INVALID_VALUE")
          expect(error.message).toContain(property)
        }
        expect(await scene.items()).toEqual(before)
      },
    )

    it("refuses an account whose id is longer than a key can be", async () => {
      const user = await adapter.createUser(newUser())
      const error = await failure(
        adapter.linkAccount(newAccount(user.id, { providerAccountId: "x".repeat(3000) })),
      )
      expect(error.code).toBe("INVALID_VALUE")
    })
  })

  describe("getUserByAccount and getAccount", () => {
    it("find nobody by an unknown provider or id", async () => {
      const user = await adapter.createUser(newUser())
      const { provider, providerAccountId } = await linked(user.id)
      expect(await adapter.getUserByAccount({ provider, providerAccountId: "unknown" })).toBeNull()
      expect(await adapter.getUserByAccount({ provider: "unknown", providerAccountId })).toBeNull()
      expect(await adapter.getAccount("unknown", provider)).toBeNull()
      expect(await adapter.getAccount(providerAccountId, "unknown")).toBeNull()
    })

    it("find nobody by what is no identifier", async () => {
      const user = await adapter.createUser(newUser())
      const { provider, providerAccountId } = await linked(user.id)
      await other(engine.connection(), scene.table).linkAccount(
        newAccount(user.id, { provider, providerAccountId: undefined }) as never,
      )
      for (const identifier of nobody) {
        expect(
          await adapter.getUserByAccount({ provider, providerAccountId: identifier } as never),
        ).toBeNull()
        expect(
          await adapter.getUserByAccount({ provider: identifier, providerAccountId } as never),
        ).toBeNull()
        expect(await adapter.getUserByAccount(identifier as never)).toBeNull()
        expect(await adapter.getAccount(identifier as never, provider)).toBeNull()
        expect(await adapter.getAccount(providerAccountId, identifier as never)).toBeNull()
      }
      const long = "x".repeat(3000)
      expect(await adapter.getUserByAccount({ provider, providerAccountId: long })).toBeNull()
      expect(await adapter.getAccount(long, provider)).toBeNull()
    })

    it("find what @auth/dynamodb-adapter linked", async () => {
      const theirs = other(engine.connection(), scene.table)
      const user = await theirs.createUser(newUser())
      const account = newAccount(user.id)
      await theirs.linkAccount(account)
      expect(await adapter.getUserByAccount(account)).toEqual(user)
      expect(await adapter.getAccount(account.providerAccountId, account.provider)).toMatchObject(account)
    })

    it("never answer from memory: what another process unlinked or linked anew is so at once", async () => {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      const account = await linked(ada.id)
      expect(await adapter.getUserByAccount(account)).toEqual(ada)
      const another = await scene.another()
      await another.unlinkAccount(account)
      expect(await adapter.getUserByAccount(account)).toBeNull()
      await another.linkAccount({ ...account, userId: eve.id })
      expect(await adapter.getUserByAccount(account)).toEqual(eve)
      await another.updateUser({ id: eve.id, name: "Changed" })
      expect(await adapter.getUserByAccount(account)).toEqual({ ...eve, name: "Changed" })
    })

    it("answer null for an account whose user is gone", async () => {
      const user = await adapter.createUser(newUser())
      const account = await linked(user.id)
      const { tableName: TableName } = scene.table
      await engine
        .documentClient()
        .delete({ TableName, Key: { pk: `USER#${user.id}`, sk: `USER#${user.id}` } })
      expect(await adapter.getUserByAccount(account)).toBeNull()
    })
  })

  describe("unlinkAccount", () => {
    it("unlinks the account and its claim, and returns it; the user stays", async () => {
      const user = await adapter.createUser(newUser())
      const before = await scene.items()
      const account = await linked(user.id)
      const { provider, providerAccountId } = account
      expect(await adapter.unlinkAccount({ provider, providerAccountId })).toMatchObject(account)
      expect(await scene.items()).toEqual(before)
      expect(await adapter.getUserByAccount(account)).toBeNull()
      expect(await adapter.getUser(user.id)).toEqual(user)
    })

    it("frees the account for another user, and for the same", async () => {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      const account = await linked(ada.id)
      for (const owner of [eve, ada, eve]) {
        await adapter.unlinkAccount(account)
        await adapter.linkAccount({ ...account, userId: owner.id })
        expect(await adapter.getUserByAccount(account)).toEqual(owner)
      }
    })

    it("does nothing for an account that is not there, nor for what is no identifier", async () => {
      const user = await adapter.createUser(newUser())
      const { provider, providerAccountId } = await linked(user.id)
      const before = await scene.items()
      expect(await adapter.unlinkAccount({ provider, providerAccountId: randomUUID() })).toBeUndefined()
      for (const identifier of nobody) {
        expect(
          await adapter.unlinkAccount({ provider, providerAccountId: identifier } as never),
        ).toBeUndefined()
        expect(
          await adapter.unlinkAccount({ provider: identifier, providerAccountId } as never),
        ).toBeUndefined()
      }
      expect(await scene.items()).toEqual(before)
    })

    it("unlinks what @auth/dynamodb-adapter linked", async () => {
      const theirs = other(engine.connection(), scene.table)
      const user = await theirs.createUser(newUser())
      const account = newAccount(user.id)
      await theirs.linkAccount(account)
      expect(await adapter.unlinkAccount(account)).toMatchObject(account)
      expect(await adapter.getUserByAccount(account)).toBeNull()
    })
  })

  describe("without uniqueness", () => {
    it("writes no claims, and finds and unlinks by the index", async () => {
      const { adapter, items } = await stage(engine, { uniqueness: false })
      const user = await adapter.createUser(newUser())
      const account = newAccount(user.id)
      await adapter.linkAccount(account)
      expect((await items()).map(({ type }) => type)).toEqual(["oauth", "USER"])
      expect(await adapter.getUserByAccount(account)).toEqual(user)
      expect(await adapter.unlinkAccount(account)).toMatchObject(account)
      expect(await items()).toHaveLength(1)
    })
  })

  async function linked(userId: string) {
    const account = newAccount(userId)
    await adapter.linkAccount(account)
    return account
  }
})
