import { sso } from "@better-auth/sso"
import type { BetterAuthPlugin } from "better-auth"
import { organization } from "better-auth/plugins"
import { beforeAll, describe, expect, it } from "vitest"
import { client, type IdentityProvider, identityProvider } from "../../authjs/identity-provider"
import { type Engine, engines } from "../../engines"
import { forge, visitForge } from "../forge"
import { type Browser, origin, stage } from "../stage"

let idp: IdentityProvider
beforeAll(async () => {
  idp = await identityProvider()
})

async function withProviders(engine: Engine, options: object = {}, more: BetterAuthPlugin[] = []) {
  const opened = await stage(engine, {
    trustedOrigins: [idp.issuer],
    plugins: [organization(), sso({ trustEmailVerified: true, ...options }), ...more],
  })
  const ada = await opened.signUp("Ada")
  const register = (user: Browser, providerId: string, domain: string, more: object = {}) =>
    user.send("POST", "/sso/register", {
      body: {
        providerId,
        domain,
        issuer: idp.issuer,
        oidcConfig: { clientId: client.id, clientSecret: client.secret, pkce: true },
        ...more,
      },
    })
  /** Signs in at the identity provider as somebody with this email. */
  const signIn = async (email: string, by: object) => {
    const user = opened.browser()
    const { url } = await user.post("/sign-in/sso", { callbackURL: "/done", ...by })
    Object.assign(idp.identity, { sub: `subject of ${email}`, email, name: email, email_verified: true })
    const back = await fetch(url, { redirect: "manual" })
    const landed = await user.open(back.headers.get("location")!)
    expect(landed.href).toBe(`${origin}/done`)
    return (await user.session())!.user
  }
  return { ...opened, ada, register, signIn }
}

describe.each(engines)("sso on $name", (engine) => {
  it("signs in by provider, organization, domain and email", async () => {
    const { ada, register, signIn, scanned } = await withProviders(engine)
    const { id: organizationId } = await ada.post("/organization/create", { name: "Acme", slug: "acme" })
    expect((await register(ada, "acme", "acme.example", { organizationId })).status).toBe(200)
    expect((await register(ada, "acme", "other.example")).status).toBe(422)

    const first = await signIn("grace@acme.example", { providerId: "acme" })
    for (const by of [
      { organizationSlug: "acme" },
      { domain: "acme.example" },
      { email: "grace@acme.example" },
    ])
      expect((await signIn("grace@acme.example", by)).id).toBe(first.id)
    // Who comes by the organization's provider is its member.
    const { members } = await ada.get("/organization/get-full-organization")
    expect(members.map(({ userId }: any) => userId).sort()).toEqual([ada.user.id, first.id].sort())

    expect(await ada.get("/sso/get-provider", { providerId: "acme" })).toMatchObject({ providerId: "acme" })
    await ada.post("/sso/update-provider", { providerId: "acme", domain: "acme.example" })
    await ada.post("/sso/delete-provider", { providerId: "acme" })
    expect((await register(ada, "acme", "acme.example")).status).toBe(200)
    expect(scanned()).toEqual([])
  })

  it("makes members of those whose verified domain is an organization's, by a list of the verified ones", async () => {
    const { ada, auth, browser, register, scanned } = await withProviders(
      engine,
      { domainVerification: { enabled: true } },
      [forge({ id: "1906", email: "grace@acme.example", name: "Grace" })],
    )
    const { id: organizationId } = await ada.post("/organization/create", { name: "Acme", slug: "acme" })
    await register(ada, "acme", "acme.example", { organizationId })
    // As if its record had been found in the DNS.
    const { adapter } = await auth.$context
    const where = [{ field: "providerId", value: "acme" }]
    await adapter.update({ model: "ssoProvider", where, update: { domainVerified: true } })

    const grace = browser()
    await grace.open(await visitForge(grace))
    expect(await grace.get("/organization/list")).toMatchObject([{ id: organizationId }])
    expect(scanned()).toEqual(["ssoProvider"])
  })

  it("lists providers, and looks through them for the parent of a domain, neither of which has a key", async () => {
    const { ada, register, signIn, signUp, scanned } = await withProviders(engine)
    await register(ada, "acme", "acme.example")
    await register(await signUp("Eve"), "eve", "eve.example")
    const { providers } = await ada.get("/sso/providers")
    expect(providers.map(({ providerId }: any) => providerId)).toEqual(["acme"])
    const { email } = await signIn("hedy@labs.acme.example", { email: "hedy@labs.acme.example" })
    expect(email).toBe("hedy@labs.acme.example")
    expect(scanned()).toEqual(["ssoProvider"])
  })
})
