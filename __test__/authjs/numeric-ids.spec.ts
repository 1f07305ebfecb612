// Some APIs have numbers as ids, and Auth.js's providers for them pass those on: Strava's account is `id: 111122233`. A number
// is the same key as its decimal text, whichever of the two was stored; what comes back is what was written.
import { Auth, type AuthConfig } from "@auth/core"
import { describe, expect, it } from "vitest"
import { engines } from "../engines"
import { failure, newAccount, newAuthenticator, newSession, newUser, other, stage } from "./stage"

const number = 111122233
const forms: [string, unknown][] = [
  ["a number", number],
  ["a bigint", BigInt(number)],
  ["text", String(number)],
]

describe.each(engines)("ids that are numbers on $name", (engine) => {
  describe.each(forms)("an account whose id is %s", (_, stored) => {
    it.each(forms)("is found, listed and unlinked by %s", async (_, asked) => {
      const { adapter, item, another } = await stage(engine)
      const user = await adapter.createUser(newUser())
      const account = newAccount(user.id, { provider: "strava", providerAccountId: stored })
      expect(await adapter.linkAccount(account)).toEqual(account)
      expect(await item(`USER#${user.id}`, `ACCOUNT#strava#${number}`)).toMatchObject({
        GSI1PK: "ACCOUNT#strava",
        GSI1SK: `ACCOUNT#${number}`,
      })
      for (const each of [adapter, await another(), await another({ uniqueness: false })]) {
        const identity = { provider: "strava", providerAccountId: asked as string }
        expect(await each.getUserByAccount(identity)).toEqual(user)
        expect(await each.getAccount(asked as string, "strava")).toEqual(account)
      }
      expect(await adapter.listAccountsByUserId(user.id)).toEqual([account])

      const eve = await adapter.createUser(newUser())
      const taken = adapter.linkAccount({ ...account, userId: eve.id, providerAccountId: asked as string })
      expect(await failure(taken)).toMatchObject({ code: "ACCOUNT_EXISTS" })

      const again = { ...account, providerAccountId: asked as string, scope: "again" }
      expect(await adapter.linkAccount(again)).toEqual(again)
      expect(await adapter.listAccountsByUserId(user.id)).toEqual([again])
      expect(
        await adapter.unlinkAccount({ provider: "strava", providerAccountId: stored as string }),
      ).toEqual(again)
      expect(
        await adapter.getUserByAccount({ provider: "strava", providerAccountId: asked as string }),
      ).toBeNull()
    })

    it("belongs to a table of the other adapter, signs in there, is linked and unlinked", async () => {
      // The AWS SDK gives a bigint that is small back as a number.
      const form = typeof stored === "bigint" ? Number(stored) : stored
      const { adapter, items, table } = await stage(engine)
      const theirs = other({ endpoint: engine.connection().endpoint }, table)
      const user = await theirs.createUser(newUser())
      const account = newAccount(user.id, { provider: "strava", providerAccountId: form })
      await theirs.linkAccount(account)
      const identity = { provider: "strava", providerAccountId: form as string }
      expect(await adapter.getUserByAccount(identity)).toEqual(user)
      expect(await adapter.getAccount(form as string, "strava")).toMatchObject(account)
      expect(await adapter.linkAccount(account)).toEqual(account)
      expect(await theirs.getUserByAccount(identity)).toEqual(user)
      expect(await adapter.unlinkAccount(identity)).toMatchObject(account)
      expect((await items()).filter(({ sk }) => sk.startsWith("ACCOUNT#"))).toEqual([])
    })
  })

  it.each(forms)(
    "a user whose id is %s has sessions, accounts and passkeys, and goes with all",
    async (_, id) => {
      const { adapter, items } = await stage(engine)
      let user = newUser({ id })
      expect(await adapter.createUser(user as never)).toEqual(user)
      const session = newSession(id as string)
      expect(await adapter.createSession(session)).toEqual(session)
      const account = newAccount(id as string)
      await adapter.linkAccount(account)
      const passkey = newAuthenticator(id as string)
      await adapter.createAuthenticator(passkey)
      for (const [, asked] of forms) {
        expect(await adapter.getUser(asked as string)).toEqual(user)
        expect(await adapter.listSessionsByUserId(asked as string)).toEqual([session])
        expect(await adapter.listAccountsByUserId(asked as string)).toEqual([account])
        expect(await adapter.listAuthenticatorsByUserId(asked as string)).toEqual([passkey])
        user = { ...user, name: `by ${typeof asked}` }
        expect(await adapter.updateUser({ id: asked as string, name: user.name })).toEqual(user)
        const moved = { sessionToken: session.sessionToken, userId: asked as string }
        expect(await adapter.updateSession(moved)).toEqual({ ...session, userId: asked })
        await adapter.updateSession({ sessionToken: session.sessionToken, userId: id as string })
      }
      expect(await adapter.getSessionAndUser(session.sessionToken)).toMatchObject({ session })
      expect(await adapter.getUserByAccount(account)).toMatchObject({ id })
      const taken = adapter.createUser(newUser({ id: String(id) }))
      expect(await failure(taken)).toMatchObject({ code: "CONDITIONAL_CHECK_FAILED" })
      expect(await adapter.deleteUser(Number(id) as never)).toMatchObject({ id })
      expect(await items()).toEqual([])
    },
  )

  it.each([
    ["a number that JavaScript does not hold exactly", 2 ** 53],
    ["a fraction", 1.5],
    ["a flag", true],
    ["an object", {}],
  ])("%s is no id: it finds nobody, and is refused before anything is written", async (_, id) => {
    const { adapter, items } = await stage(engine)
    expect(await adapter.getUser(id as never)).toBeNull()
    expect(await adapter.getAccount(id as never, "strava")).toBeNull()
    expect(await adapter.getUserByAccount({ provider: "strava", providerAccountId: id as never })).toBeNull()
    expect(await adapter.deleteUser(id as never)).toBeNull()
    for (const [write, path] of [
      [adapter.createUser(newUser({ id })), "`user.id`"],
      [adapter.linkAccount(newAccount("1", { providerAccountId: id })), "`account.providerAccountId`"],
      [adapter.linkAccount(newAccount(id as never)), "`account.userId`"],
      [adapter.createSession(newSession(id as never)), "`session.userId`"],
    ] as [Promise<unknown>, string][]) {
      const error = await failure(write)
      expect(error.code).toBe("INVALID_VALUE")
      expect(error.message).toContain(path)
      expect(error.message).toContain("a string, a safe integer or a bigint")
    }
    expect(await items()).toEqual([])
  })

  it("are signed in with by Auth.js, whose provider passes a number on", async () => {
    const { adapter, items } = await stage(engine)
    const config: AuthConfig = {
      adapter: adapter as AuthConfig["adapter"],
      secret: "a secret of thirty-two letters or more",
      trustHost: true,
      basePath: "/auth",
      logger: { error: (error) => void Object.assign(problems, { error }) },
      providers: [
        {
          ...{ id: "strava", name: "Strava", type: "oauth", clientId: "id", clientSecret: "secret" },
          ...{ authorization: "https://strava.example/authorize", issuer: "https://strava.example" },
          checks: ["none"],
          token: {
            url: "https://strava.example/token",
          },
          userinfo: { url: "https://strava.example/me" },
          // As Auth.js's own provider has it, types aside.
          profile: (profile: any) => ({ id: profile.id, name: profile.firstname, email: null, image: null }),
        } as never,
      ],
    }
    const problems: { error?: Error } = {}
    const { fetch } = globalThis
    const json = (body: object) =>
      new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } })
    globalThis.fetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
      const url = String(input instanceof Request ? input.url : input)
      if (url.startsWith("https://strava.example/token"))
        return json({ access_token: "t", token_type: "bearer" })
      if (url.startsWith("https://strava.example/me")) return json({ id: number, firstname: "Ada" })
      return fetch(input, init)
    }) as typeof fetch
    try {
      for (const visit of ["the first", "the second"]) {
        const callback = new Request("http://localhost/auth/callback/strava?code=code")
        const response = await Auth(callback, config)
        expect([visit, problems.error, response.status]).toEqual([visit, undefined, 302])
        expect(response.headers.get("location")).not.toContain("error")
        expect(response.headers.getSetCookie().join()).toContain("authjs.session-token=")
      }
    } finally {
      globalThis.fetch = fetch
    }
    const types = (await items()).map(({ sk }) => String(sk).split("#")[0]).toSorted()
    expect(types).toEqual(["ACCOUNT", "ACCOUNT", "SESSION", "SESSION", "USER"])
  })
})
