import { oauthProvider } from "@better-auth/oauth-provider"
import { jwt } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { OAuthClient } from "../oauth-client"
import { stage } from "../stage"
import { claimsOf } from "../tokens"

const resource = "https://api.example/"

async function withClient(engine: Engine) {
  const opened = await stage(engine, {
    disabledPaths: ["/token"],
    plugins: [
      jwt(),
      oauthProvider({
        loginPage: "/sign-in",
        consentPage: "/consent",
        scopes: ["openid", "profile", "email", "offline_access"],
        allowDynamicClientRegistration: true,
      }),
    ],
  })
  const ada = await opened.signUp("Ada")
  return { ...opened, ada, client: await OAuthClient.of(ada, opened.browser) }
}

describe.each(engines)("oauthProvider on $name", (engine) => {
  it("asks for consent once, and gives out tokens for a code that works once", async () => {
    const { ada, client, browser, scanned } = await withClient(engine)
    const grant = await client.authorize(ada)
    expect(grant.asked).toBe(true)
    const { status, body: tokens } = await client.exchange(grant)
    expect(status).toBe(200)
    expect((await client.authorize(ada)).asked).toBe(false)

    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const info = await browser().send("GET", "/oauth2/userinfo", { headers })
    expect(info.body).toMatchObject({ sub: ada.user.id, name: "Ada" })
    expect(await client.introspect(tokens.access_token)).toBe(true)

    const { body: rotated } = await client.refresh(tokens.refresh_token)
    expect(await client.introspect(rotated.access_token)).toBe(true)
    await client.revoke(rotated.access_token)
    expect(await client.introspect(rotated.access_token)).toBe(false)
    await client.revoke(rotated.refresh_token)
    expect((await client.refresh(rotated.refresh_token)).status).toBe(400)

    // A code that comes twice takes back what it gave.
    const second = await client.authorize(ada)
    const { body: given } = await client.exchange(second)
    expect(await client.introspect(given.access_token)).toBe(true)
    expect((await client.exchange(second)).status).toBeGreaterThanOrEqual(400)
    expect(await client.introspect(given.access_token)).toBe(false)
    expect(scanned()).toEqual(["jwks"])
  })

  it("lists consents and clients, changes and deletes them", async () => {
    const { ada, client, scanned } = await withClient(engine)
    await client.authorize(ada)
    const { client_id, client_secret } = client.registration
    const [consent] = await ada.get("/oauth2/get-consents")
    expect(consent).toMatchObject({ clientId: client_id, userId: ada.user.id })
    expect(await ada.get("/oauth2/get-consent", { id: consent.id })).toMatchObject({ clientId: client_id })
    await ada.post("/oauth2/update-consent", { id: consent.id, update: { scopes: ["openid"] } })
    expect((await client.authorize(ada)).asked).toBe(true)
    await ada.post("/oauth2/delete-consent", { id: consent.id })
    expect(await ada.get("/oauth2/get-consents")).toEqual([])

    expect(await ada.get("/oauth2/get-clients")).toMatchObject([{ client_id }])
    expect(await ada.get("/oauth2/public-client", { client_id })).toMatchObject({ client_name: "Client" })
    await ada.post("/oauth2/update-client", { client_id, update: { client_name: "Renamed" } })
    expect(await ada.get("/oauth2/get-client", { client_id })).toMatchObject({ client_name: "Renamed" })
    const rotated = await ada.post("/oauth2/client/rotate-secret", { client_id })
    expect(rotated.client_secret).not.toBe(client_secret)
    const registered = await ada.post("/oauth2/register", {
      client_name: "Another",
      redirect_uris: ["https://another.example/callback"],
      token_endpoint_auth_method: "none",
    })
    expect(registered.client_id).toBeTruthy()
    await ada.post("/oauth2/delete-client", { client_id })
    expect((await ada.send("GET", `/oauth2/get-client?client_id=${client_id}`)).status).toBe(404)
    expect(scanned()).toEqual([])
  })

  it("takes back its clients' tokens with the session", async () => {
    const { ada, client, scanned } = await withClient(engine)
    const { body: tokens } = await client.exchange(await client.authorize(ada))
    expect(await client.introspect(tokens.access_token)).toBe(true)
    await ada.post("/sign-out")
    expect(await client.introspect(tokens.access_token)).toBe(false)
    expect(scanned()).toEqual(["jwks"])
  })

  it("keeps resources and who may ask for them", async () => {
    const { auth, ada, client, scanned } = await withClient(engine)
    const headers = { cookie: [...ada.cookies].map(([name, value]) => `${name}=${value}`).join("; ") }
    const identifier = encodeURIComponent(resource)
    const create = () =>
      auth.api.adminCreateOAuthResource({ headers, body: { identifier: resource, name: "API" } })
    await create()
    await expect(create()).rejects.toMatchObject({ statusCode: 400 })
    const link = { headers, params: { identifier, client_id: client.registration.client_id } }
    await auth.api.adminLinkClientResource(link)
    await auth.api.adminLinkClientResource(link)
    const renamed = { headers, params: { identifier }, body: { name: "The API" } }
    expect(await auth.api.adminUpdateOAuthResource(renamed)).toMatchObject({ name: "The API" })
    expect(await auth.api.adminGetOAuthResource(renamed)).toMatchObject({ name: "The API" })

    const { body: tokens } = await client.exchange(await client.authorize(ada, { resource }), { resource })
    expect(claimsOf(tokens.access_token).aud).toContain(resource)
    await auth.api.adminUnlinkClientResource(link)
    await auth.api.adminDeleteOAuthResource({ headers, params: { identifier } })
    expect(scanned()).toEqual(["jwks"])
    // A list of all.
    expect(await auth.api.adminListOAuthResources({ headers })).toEqual([])
    expect(scanned()).toEqual(["jwks", "oauthResource"])
  })
})
