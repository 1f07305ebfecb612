import { twoFactor } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { type Browser, emailOf, password, stage } from "../stage"
import { totp } from "../totp"

async function withTwoFactor(engine: Engine) {
  const codes: string[] = []
  const opened = await stage(engine, {
    plugins: [twoFactor({ otpOptions: { sendOTP: ({ otp }) => void codes.push(otp) } })],
  })
  const ada = await opened.signUp("Ada")
  const { totpURI, backupCodes } = await ada.post("/two-factor/enable", { password })
  await ada.post("/two-factor/verify-totp", { code: totp(totpURI) })
  /** Signs in as far as the second factor. */
  const halfway = async (other: Browser = opened.browser()) => {
    const answer = await other.post("/sign-in/email", { email: emailOf("Ada"), password })
    expect(answer).toMatchObject({ twoFactorRedirect: true, twoFactorMethods: ["totp", "otp"] })
    expect(await other.session()).toBeNull()
    return other
  }
  return { ...opened, ada, codes, backupCodes: backupCodes as string[], totpURI, halfway }
}

describe.each(engines)("twoFactor on $name", (engine) => {
  it("asks for a code of the app, and trusts a device", async () => {
    const { ada, totpURI, halfway, scanned } = await withTwoFactor(engine)
    expect((await ada.session())!.user.twoFactorEnabled).toBe(true)
    const other = await halfway()
    const wrong = await other.send("POST", "/two-factor/verify-totp", { body: { code: "no" } })
    expect(wrong.status).toBe(401)
    await other.post("/two-factor/verify-totp", { code: totp(totpURI), trustDevice: true })
    expect((await other.session())!.user.name).toBe("Ada")
    for (let time = 0; time < 2; time++) {
      await other.post("/sign-out")
      await other.post("/sign-in/email", { email: emailOf("Ada"), password })
      expect((await other.session())!.user.name).toBe("Ada")
    }
    expect((await ada.post("/two-factor/get-totp-uri", { password })).totpURI).toBe(totpURI)
    expect(scanned()).toEqual([])
  })

  it("takes a sent code once", async () => {
    const { codes, halfway, scanned } = await withTwoFactor(engine)
    const other = await halfway()
    await other.post("/two-factor/send-otp")
    const body = { code: codes.at(-1) }
    expect((await other.send("POST", "/two-factor/verify-otp", { body: { code: "000000x" } })).status).toBe(
      401,
    )
    await other.post("/two-factor/verify-otp", body)
    expect((await other.session())!.user.name).toBe("Ada")
    const again = await (await halfway()).send("POST", "/two-factor/verify-otp", { body })
    expect(again.status).toBeGreaterThanOrEqual(400)
    expect(scanned()).toEqual([])
  })

  it("takes each backup code once, and makes new ones", async () => {
    const { ada, backupCodes, halfway, scanned } = await withTwoFactor(engine)
    const attempt = async (code: string) =>
      (await (await halfway()).send("POST", "/two-factor/verify-backup-code", { body: { code } })).status
    expect(await attempt(backupCodes[0]!)).toBe(200)
    expect(await attempt(backupCodes[0]!)).toBe(401)
    expect(await attempt(backupCodes[1]!)).toBe(200)
    const { backupCodes: fresh } = await ada.post("/two-factor/generate-backup-codes", { password })
    expect(await attempt(backupCodes[2]!)).toBe(401)
    expect(await attempt(fresh[0])).toBe(200)
    expect(scanned()).toEqual([])
  })

  it("locks the account after wrong codes", async () => {
    const { halfway, totpURI, scanned } = await withTwoFactor(engine)
    const attempt = async (code: string) =>
      (await (await halfway()).send("POST", "/two-factor/verify-totp", { body: { code } })).status
    const wrong = []
    for (let time = 0; time < 12; time++) wrong.push(await attempt("no"))
    expect(wrong.every((status) => status >= 400 && status < 500)).toBe(true)
    expect(await attempt(totp(totpURI))).toBe(429)
    expect(scanned()).toEqual([])
  })

  it("is switched off", async () => {
    const { ada, browser, scanned } = await withTwoFactor(engine)
    await ada.post("/two-factor/disable", { password })
    const other = browser()
    await other.post("/sign-in/email", { email: emailOf("Ada"), password })
    expect((await other.session())!.user.twoFactorEnabled).toBe(false)
    // And on again, with a new secret.
    const { totpURI } = await ada.post("/two-factor/enable", { password })
    await ada.post("/two-factor/verify-totp", { code: totp(totpURI) })
    expect((await ada.session())!.user.twoFactorEnabled).toBe(true)
    expect(scanned()).toEqual([])
  })
})
