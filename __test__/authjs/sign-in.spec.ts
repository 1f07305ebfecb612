// Signing in through Auth.js itself, and through NextAuth 4: what their own code makes of the adapter.

import { randomUUID } from "node:crypto"
import { Auth, type AuthConfig } from "@auth/core"
import nextAuth4 from "next-auth-4"
import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"
import { Browser, type Host, origin } from "./browser"
import { client, identityProvider, type IdentityProvider } from "./identity-provider"
import { openAdapter, stage, type Stage, type TestAdapter } from "./stage"

// A CommonJS package of its time: what it exports is one level down for a module.
const NextAuth4 = ((nextAuth4 as any).default ?? nextAuth4) as typeof nextAuth4

interface Settings {
  adapter: TestAdapter
  providers: { acme: IdentityProvider; globex: IdentityProvider }
  mails: string[]
  session: { maxAge: number; updateAge: number }
  errors: string[]
}

const email = (mails: string[]) => ({
  id: "email",
  type: "email" as const,
  name: "Email",
  from: "app@app.example",
  maxAge: 600,
  sendVerificationRequest: ({ url }: { url: string }) => void mails.push(url),
})

const profile = ({ sub, name, email }: any) => ({ id: sub, name, email: email ?? null })

/** Auth.js 5: what every one of its framework packages calls. */
function version5({ adapter, providers, mails, session, errors }: Settings): Host {
  const oidc = ([id, { issuer }]: [string, IdentityProvider]) =>
    ({
      id,
      name: id,
      type: "oidc",
      issuer,
      clientId: client.id,
      clientSecret: client.secret,
      profile,
    }) as const
  const config: AuthConfig = {
    adapter,
    providers: [email(mails) as never, ...Object.entries(providers).map(oidc)],
    session: { strategy: "database", ...session },
    secret: "secret",
    trustHost: true,
    basePath: "/api/auth",
    logger: { error: (error) => void errors.push(error.name), warn() {}, debug() {} },
  }
  return (request) => Auth(request, config)
}

/** NextAuth 4, as an API route of Next.js. */
function version4({ adapter, providers, mails, session, errors }: Settings): Host {
  process.env.NEXTAUTH_URL = origin
  const oidc = ([id, { issuer }]: [string, IdentityProvider]) => ({
    id,
    name: id,
    type: "oauth" as const,
    wellKnown: `${issuer}/.well-known/openid-configuration`,
    idToken: true,
    checks: ["pkce", "state"],
    clientId: client.id,
    clientSecret: client.secret,
    profile,
  })
  const options = {
    adapter,
    providers: [{ ...email(mails), server: "" }, ...Object.entries(providers).map(oidc)],
    session: { strategy: "database", ...session },
    secret: "secret",
    logger: { error: (code: string) => void errors.push(code), warn() {}, debug() {} },
  }
  return async (request) => {
    const url = new URL(request.url)
    const cookies = (request.headers.get("cookie") ?? "")
      .split("; ")
      .filter(Boolean)
      .map((pair) => pair.split(/=(.*)/s, 2))
    const headers = new Headers()
    let status = 200
    let body: unknown = null
    const response = {
      status: (code: number) => ((status = code), response),
      getHeader: (name: string) => (name === "Set-Cookie" ? headers.getSetCookie() : headers.get(name)),
      setHeader(name: string, value: string | string[]) {
        headers.delete(name)
        for (const line of [value].flat()) headers.append(name, line)
        return response
      },
      send: (content: unknown) =>
        void (body = typeof content === "object" ? JSON.stringify(content) : content),
      end() {},
    }
    await NextAuth4(
      {
        method: request.method,
        headers: { host: url.host },
        cookies: Object.fromEntries(cookies.map(([name, value]) => [name, decodeURIComponent(value!)])),
        query: {
          ...Object.fromEntries(url.searchParams),
          nextauth: url.pathname.replace("/api/auth/", "").split("/"),
        },
        body:
          request.method === "POST"
            ? Object.fromEntries(new URLSearchParams(await request.text()))
            : undefined,
      } as never,
      response as never,
      options as never,
    )
    return new Response(body as string, { status, headers })
  }
}

const versions = [
  { version: "Auth.js 5", host: version5 },
  { version: "NextAuth 4", host: version4 },
]

describe.each(engines)("signing in on $name", (engine) => {
  let providers: Settings["providers"]

  beforeAll(async () => {
    providers = { acme: await identityProvider(), globex: await identityProvider() }
  })

  describe.each(versions)("with $version", ({ host }) => {
    let scene: Stage
    let endpoint: FaultyEndpoint
    let settings: Settings
    let app: Host
    const session = { maxAge: 1000, updateAge: 100 }

    beforeEach(async () => {
      scene = await stage(engine)
      endpoint = await faultyEndpoint(engine)
      settings = {
        adapter: openAdapter(endpoint.connection(), scene.table),
        providers,
        mails: [],
        session: { ...session },
        errors: [],
      }
      app = host(settings)
    })

    const newBrowser = () => new Browser(app)
    const ofType = async (type: string) => (await scene.items()).filter((item) => item.type === type)
    const accounts = async () =>
      (await scene.items()).filter(({ sk, pk }) => sk.startsWith("ACCOUNT#") && pk !== sk)
    const newEmail = () => `${randomUUID()}@example.com`

    async function link(address: string): Promise<string> {
      await newBrowser().askForLink(address)
      return settings.mails.pop()!
    }

    describe("by a link in an email", () => {
      it("makes a user and a session, once", async () => {
        const address = newEmail()
        const browser = newBrowser()
        expect(await browser.open(await link(address))).toBe(origin)
        expect((await browser.session())?.user).toMatchObject({ email: address })
        expect(await ofType("USER")).toMatchObject([{ email: address, emailVerified: expect.any(String) }])
        expect(await ofType("SESSION")).toMatchObject([{ sessionToken: browser.sessionToken }])
        expect(await ofType("VT")).toEqual([])
        expect(settings.errors).toEqual([])
      })

      it("finds the user again the second time", async () => {
        const address = newEmail()
        await newBrowser().open(await link(address))
        const browser = newBrowser()
        await browser.open(await link(address))
        expect((await browser.session())?.user).toMatchObject({ email: address })
        expect(await ofType("USER")).toHaveLength(1)
        expect(await ofType("SESSION")).toHaveLength(2)
      })

      it("a link that is opened twice makes one session", async () => {
        const url = await link(newEmail())
        const [first, second] = [newBrowser(), newBrowser()]
        await first.open(url)
        expect(await second.open(url)).toContain("error")
        expect(await first.session()).not.toBeNull()
        expect(await second.session()).toBeNull()
        expect(await ofType("SESSION")).toHaveLength(1)
      })

      it("a link that is opened by many at once makes one session and one user", async () => {
        const url = await link(newEmail())
        const browsers = Array.from({ length: 8 }, newBrowser)
        await Promise.all(browsers.map((browser) => browser.open(url)))
        const signedIn = (await Promise.all(browsers.map((browser) => browser.session()))).filter(Boolean)
        expect(signedIn).toHaveLength(1)
        expect(await ofType("SESSION")).toHaveLength(1)
        expect(await ofType("USER")).toHaveLength(1)
      })

      it("two links of a new address opened at once make one user", async () => {
        const address = newEmail()
        const urls = [await link(address), await link(address)]
        // Both look for the user before either makes one.
        void endpoint.inject({ delay: 50 }, { operation: ["TransactWriteItems"], times: Infinity })
        const browsers = urls.map(newBrowser)
        await Promise.all(urls.map((url, at) => browsers[at]!.open(url)))
        expect(await ofType("USER")).toMatchObject([{ email: address }])
        const sessions = (await Promise.all(browsers.map((browser) => browser.session()))).filter(Boolean)
        expect(sessions.length).toBeGreaterThanOrEqual(1)
        for (const { user } of sessions as any[]) expect(user.email).toBe(address)
        expect(await ofType("SESSION")).toHaveLength(sessions.length)
      })

      it("a link whose use lost its answer on the way still signs in", async () => {
        const url = await link(newEmail())
        void endpoint.inject("lost answer", { operation: ["DeleteItem", "TransactWriteItems"] })
        const browser = newBrowser()
        expect(await browser.open(url)).toBe(origin)
        expect(await browser.session()).not.toBeNull()
      })

      it("a link for somebody else's address signs in nobody", async () => {
        const url = new URL(await link(newEmail()))
        url.searchParams.set("email", newEmail())
        const browser = newBrowser()
        await browser.open(String(url))
        url.searchParams.delete("email")
        await browser.open(String(url))
        expect(await browser.session()).toBeNull()
        expect(await ofType("USER")).toEqual([])
      })

      it("one who is signed in as another is signed in anew, and the old session ends", async () => {
        const [first, second] = [newEmail(), newEmail()]
        await newBrowser().open(await link(second))
        const browser = newBrowser()
        await browser.open(await link(first))
        const { sessionToken } = browser
        await browser.open(await link(second))
        expect((await browser.session())?.user).toMatchObject({ email: second })
        expect((await ofType("SESSION")).map((item) => item.sessionToken)).not.toContain(sessionToken)
      })
    })

    describe("at an identity provider", () => {
      it("makes a user with an account and a session; the second time, a session", async () => {
        const { acme } = settings.providers
        acme.identity = { sub: "7", email: newEmail(), name: "Ada" }
        const browser = newBrowser()
        expect(await browser.signIn("acme")).toBe(origin)
        expect((await browser.session())?.user).toMatchObject({ name: "Ada", email: acme.identity.email })
        expect(await accounts()).toMatchObject([
          { provider: "acme", providerAccountId: "7", pk: expect.stringMatching(/^USER#/) },
        ])
        const again = newBrowser()
        expect(await again.signIn("acme")).toBe(origin)
        expect(await ofType("USER")).toHaveLength(1)
        expect(await ofType("SESSION")).toHaveLength(2)
        expect(await accounts()).toHaveLength(1)
        expect(settings.errors).toEqual([])
      })

      it("takes users without an email, each for themselves", async () => {
        const { acme } = settings.providers
        for (const sub of ["1", "2", "3"]) {
          acme.identity = { sub, name: `User ${sub}` }
          const browser = newBrowser()
          expect(await browser.signIn("acme")).toBe(origin)
          expect((await browser.session())?.user).toMatchObject({ name: `User ${sub}` })
        }
        expect(await ofType("USER")).toHaveLength(3)
      })

      it("links a second account to whom is signed in", async () => {
        const { acme, globex } = settings.providers
        acme.identity = { sub: "7", email: newEmail(), name: "Ada" }
        globex.identity = { sub: "ada", email: newEmail(), name: "Ada at Globex" }
        const browser = newBrowser()
        await browser.signIn("acme")
        await browser.signIn("globex")
        expect((await accounts()).map(({ provider }) => provider).sort()).toEqual(["acme", "globex"])
        expect(await ofType("USER")).toHaveLength(1)
        const elsewhere = newBrowser()
        await elsewhere.signIn("globex")
        expect((await elsewhere.session())?.user).toMatchObject({ name: "Ada" })
      })

      it("does not link an account of one user to another who is signed in", async () => {
        const { acme, globex } = settings.providers
        acme.identity = { sub: "7", email: newEmail() }
        globex.identity = { sub: "eve", email: newEmail() }
        await newBrowser().signIn("acme")
        const eve = newBrowser()
        await eve.signIn("globex")
        expect(await eve.signIn("acme")).toContain("error")
        expect((await accounts()).map(({ provider }) => provider).sort()).toEqual(["acme", "globex"])
        expect(await ofType("USER")).toHaveLength(2)
      })

      it("does not give a user to another provider's account with the same email", async () => {
        const { acme, globex } = settings.providers
        acme.identity = { sub: "7", email: newEmail() }
        globex.identity = { sub: "eve", email: acme.identity.email! }
        await newBrowser().signIn("acme")
        const eve = newBrowser()
        expect(await eve.signIn("globex")).toContain("OAuthAccountNotLinked")
        expect(await eve.session()).toBeNull()
        expect(await accounts()).toHaveLength(1)
      })

      it("of a new person in many tabs at once makes one user and one account", async () => {
        const { acme } = settings.providers
        acme.identity = { sub: "7", email: newEmail(), name: "Ada" }
        void endpoint.inject({ delay: 50 }, { operation: "TransactWriteItems", times: Infinity })
        const browsers = Array.from({ length: 5 }, newBrowser)
        await Promise.all(browsers.map((browser) => browser.signIn("acme")))
        expect(await ofType("USER")).toHaveLength(1)
        expect(await accounts()).toHaveLength(1)
        const again = newBrowser()
        expect(await again.signIn("acme")).toBe(origin)
        expect(await ofType("USER")).toHaveLength(1)
      })
    })

    describe("a session", () => {
      it("is prolonged when it is old enough, and only then", async () => {
        const browser = newBrowser()
        await browser.open(await link(newEmail()))
        const [fresh] = await ofType("SESSION")
        await browser.session()
        expect(await ofType("SESSION")).toEqual([fresh])
        const aged = Math.floor(Date.now() / 1000) + session.maxAge - session.updateAge - 10
        const { _expiresMs, ...rest } = fresh!
        await scene.put({ ...rest, expires: aged })
        expect(await browser.session()).not.toBeNull()
        const [prolonged] = await ofType("SESSION")
        expect(prolonged!.expires).toBeGreaterThan(aged + session.updateAge)
      })

      it("that has expired is nobody's, and is deleted", async () => {
        const browser = newBrowser()
        await browser.open(await link(newEmail()))
        const [{ _expiresMs, ...rest }] = (await ofType("SESSION")) as [any]
        await scene.put({ ...rest, expires: Math.floor(Date.now() / 1000) - 1 })
        expect(await browser.session()).toBeNull()
        expect(browser.sessionToken).toBeUndefined()
        expect(await ofType("SESSION")).toEqual([])
      })

      it("ends by signing out, on this device only", async () => {
        const address = newEmail()
        const [phone, laptop] = [newBrowser(), newBrowser()]
        await phone.open(await link(address))
        await laptop.open(await link(address))
        await phone.signOut()
        expect(await phone.session()).toBeNull()
        expect(await laptop.session()).not.toBeNull()
        expect(await ofType("SESSION")).toMatchObject([{ sessionToken: laptop.sessionToken }])
      })

      it("of a stolen cookie is worth nothing after signing out", async () => {
        const browser = newBrowser()
        await browser.open(await link(newEmail()))
        const thief = newBrowser()
        thief.cookies = new Map(browser.cookies)
        expect(await thief.session()).not.toBeNull()
        await browser.signOut()
        expect(await thief.session()).toBeNull()
      })

      it("ends everywhere when the account is deleted", async () => {
        const address = newEmail()
        const [phone, laptop] = [newBrowser(), newBrowser()]
        await phone.open(await link(address))
        await laptop.open(await link(address))
        const [user] = await ofType("USER")
        await settings.adapter.deleteUser(user!.id)
        expect(await phone.session()).toBeNull()
        expect(await laptop.session()).toBeNull()
        expect(await scene.items()).toEqual([])
      })
    })
  })
})
