import { bearer, jwt, oneTimeToken } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { origin, stage } from "../stage"
import { verifiedClaims } from "../tokens"

describe.each(engines)("jwt on $name", (engine) => {
  it("signs tokens with the keys it publishes, all of which it reads", async () => {
    const { signUp, browser, scanned } = await stage(engine, { plugins: [jwt(), bearer(), oneTimeToken()] })
    const ada = await signUp("Ada")
    expect(scanned()).toEqual([])
    const { token } = await ada.get("/token")
    const jwks = await browser().get("/jwks")
    expect(jwks.keys).toHaveLength(1)
    expect(verifiedClaims(token, jwks)).toMatchObject({ sub: ada.user.id, iss: origin })
    // The same key signs on.
    await ada.get("/token")
    expect((await browser().get("/jwks")).keys).toEqual(jwks.keys)

    const other = browser()
    const { token: once } = await ada.get("/one-time-token/generate")
    await other.post("/one-time-token/verify", { token: once })
    expect((await other.session())!.user.id).toBe(ada.user.id)
    const again = await browser().send("POST", "/one-time-token/verify", { body: { token: once } })
    expect(again.status).toBe(400)
    expect(scanned()).toEqual(["jwks"])
  })
})
