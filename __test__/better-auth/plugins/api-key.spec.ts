import { apiKey } from "@better-auth/api-key"
import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { stage } from "../stage"

describe.each(engines)("apiKey on $name", (engine) => {
  it("makes keys, lists, changes and deletes them", async () => {
    const { signUp, auth, scanned } = await stage(engine, {
      plugins: [apiKey({ enableMetadata: true })],
    })
    const ada = await signUp("Ada")
    const made = await ada.post("/api-key/create", { name: "first", metadata: { for: "robots" } })
    for (const name of ["second", "third"]) await ada.post("/api-key/create", { name })
    expect(await auth.api.verifyApiKey({ body: { key: made.key } })).toMatchObject({
      valid: true,
      key: { id: made.id, metadata: { for: "robots" } },
    })
    expect(await auth.api.verifyApiKey({ body: { key: "not one" } })).toMatchObject({ valid: false })

    const { apiKeys, total } = await ada.get("/api-key/list", { sortBy: "name", limit: "2" })
    expect([apiKeys.map(({ name }: any) => name), total]).toEqual([["first", "second"], 3])
    await ada.post("/api-key/update", { keyId: made.id, name: "renamed", enabled: false })
    expect(await ada.get("/api-key/get", { id: made.id })).toMatchObject({ name: "renamed", enabled: false })
    expect(await auth.api.verifyApiKey({ body: { key: made.key } })).toMatchObject({ valid: false })
    await ada.post("/api-key/delete", { keyId: made.id })
    expect((await ada.get("/api-key/list")).total).toBe(2)
    // Nobody else's key is one's own.
    const eve = await signUp("Eve")
    expect((await eve.get("/api-key/list")).apiKeys).toEqual([])
    expect(scanned()).toEqual([])
  })

  it("counts a key's uses down, refills them, and forgets expired keys", async () => {
    const { signUp, auth, scanned } = await stage(engine, {
      plugins: [apiKey({ keyExpiration: { minExpiresIn: 0 }, rateLimit: { enabled: false } })],
    })
    const { user } = await signUp("Ada")
    const make = (body: object) => auth.api.createApiKey({ body: { userId: user.id, ...body } })
    const use = async (key: string) => (await auth.api.verifyApiKey({ body: { key } })).error?.code ?? "valid"

    const limited = await make({ remaining: 2 })
    expect([await use(limited.key), await use(limited.key)]).toEqual(["valid", "valid"])
    expect(await use(limited.key)).toBe("USAGE_EXCEEDED")

    const refilled = await make({ remaining: 1, refillAmount: 2, refillInterval: 1 })
    for (let time = 0; time < 4; time++) {
      expect(await use(refilled.key)).toBe("valid")
      await new Promise((resolve) => setTimeout(resolve, 5))
    }

    const short = await make({ expiresIn: 1 })
    await expect.poll(() => use(short.key), { timeout: 10_000, interval: 300 }).not.toBe("valid")
    expect(await auth.api.deleteAllExpiredApiKeys()).toMatchObject({ success: true })
    expect(scanned()).toEqual([])
  })

  it("limits the rate of a key", async () => {
    const { signUp, auth, scanned } = await stage(engine, {
      plugins: [apiKey({ rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: 2 } })],
    })
    const ada = await signUp("Ada")
    const { key } = await ada.post("/api-key/create")
    const use = async () => (await auth.api.verifyApiKey({ body: { key } })).error?.code ?? "valid"
    expect([await use(), await use(), await use()]).toEqual(["valid", "valid", "RATE_LIMITED"])
    expect(scanned()).toEqual([])
  })

  it("takes a key in place of a session", async () => {
    const { signUp, browser, scanned } = await stage(engine, {
      plugins: [apiKey({ enableSessionForAPIKeys: true })],
    })
    const ada = await signUp("Ada")
    const { key } = await ada.post("/api-key/create")
    const { body } = await browser().send("GET", "/get-session", { headers: { "x-api-key": key } })
    expect(body.user.id).toBe(ada.user.id)
    expect(scanned()).toEqual([])
  })
})
