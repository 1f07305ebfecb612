import { emailOTP } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { emailOf, password, stage } from "../stage"

async function withCodes(engine: Engine) {
  const codes: string[] = []
  const opened = await stage(engine, {
    plugins: [
      emailOTP({
        changeEmail: { enabled: true },
        sendVerificationOTP: async ({ otp }) => void codes.push(otp),
      }),
    ],
  })
  return { ...opened, codes }
}

describe.each(engines)("emailOTP on $name", (engine) => {
  it("signs up and in by a code that works once", async () => {
    const { codes, browser, scanned } = await withCodes(engine)
    const ada = browser()
    const email = emailOf("Ada")
    await ada.post("/email-otp/send-verification-otp", { email, type: "sign-in" })
    const wrong = await ada.send("POST", "/sign-in/email-otp", { body: { email, otp: "not it" } })
    expect(wrong.status).toBe(400)
    const [otp] = codes
    await ada.post("/sign-in/email-otp", { email, otp })
    const { user } = (await ada.session())!
    expect(user.emailVerified).toBe(true)
    const again = await browser().send("POST", "/sign-in/email-otp", { body: { email, otp } })
    expect(again.status).toBe(400)

    const other = browser()
    await other.post("/email-otp/send-verification-otp", { email, type: "sign-in" })
    await other.post("/sign-in/email-otp", { email, otp: codes.at(-1) })
    expect((await other.session())!.user.id).toBe(user.id)
    expect(scanned()).toEqual([])
  })

  it("gives up after wrong codes", async () => {
    const { codes, browser, scanned } = await withCodes(engine)
    const email = emailOf("Ada")
    await browser().post("/email-otp/send-verification-otp", { email, type: "sign-in" })
    const attempt = (otp: string) => browser().send("POST", "/sign-in/email-otp", { body: { email, otp } })
    for (let wrong = 0; wrong < 4; wrong++)
      expect((await attempt("not it")).status).toBeGreaterThanOrEqual(400)
    expect((await attempt(codes[0]!)).status).toBeGreaterThanOrEqual(400)
    expect(scanned()).toEqual([])
  })

  it("verifies and changes an email, and resets a password", async () => {
    const { codes, signUp, browser, scanned } = await withCodes(engine)
    const ada = await signUp("Ada")
    const email = emailOf("Ada")
    await ada.post("/email-otp/send-verification-otp", { email, type: "email-verification" })
    const otp = codes.at(-1)!
    await ada.post("/email-otp/check-verification-otp", { email, type: "email-verification", otp })
    await ada.post("/email-otp/verify-email", { email, otp })
    expect((await ada.session())!.user.emailVerified).toBe(true)

    await ada.post("/email-otp/request-password-reset", { email })
    const reset = { email, otp: codes.at(-1), password: "another password" }
    await ada.post("/email-otp/reset-password", reset)
    expect((await ada.send("POST", "/email-otp/reset-password", { body: reset })).status).toBe(400)
    await browser().post("/sign-in/email", { email, password: "another password" })
    const old = await browser().send("POST", "/sign-in/email", { body: { email, password } })
    expect(old.status).toBe(401)

    const newEmail = emailOf("Countess")
    await ada.post("/email-otp/request-email-change", { newEmail })
    await ada.post("/email-otp/change-email", { newEmail, otp: codes.at(-1) })
    expect((await ada.session())!.user.email).toBe(newEmail)
    await signUp("Ada")
    expect(scanned()).toEqual([])
  })
})
