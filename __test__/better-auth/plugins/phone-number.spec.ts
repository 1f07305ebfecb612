import { phoneNumber } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { stage } from "../stage"

const number = "+441815121020"

async function withPhones(engine: Engine) {
  const codes: string[] = []
  const opened = await stage(engine, {
    plugins: [
      phoneNumber({
        sendOTP: ({ code }) => void codes.push(code),
        sendPasswordResetOTP: ({ code }) => void codes.push(code),
        signUpOnVerification: { getTempEmail: (phone) => `${phone.slice(1)}@phone.example` },
      }),
    ],
  })
  return { ...opened, codes }
}

describe.each(engines)("phoneNumber on $name", (engine) => {
  it("signs up and in by a code, and sets a password", async () => {
    const { codes, browser, scanned } = await withPhones(engine)
    const ada = browser()
    await ada.post("/phone-number/send-otp", { phoneNumber: number })
    const wrong = await ada.send("POST", "/phone-number/verify", {
      body: { phoneNumber: number, code: "not it" },
    })
    expect(wrong.status).toBe(400)
    await ada.post("/phone-number/verify", { phoneNumber: number, code: codes.pop() })
    const { user } = (await ada.session())!
    expect(user).toMatchObject({ phoneNumber: number, phoneNumberVerified: true })

    await ada.post("/phone-number/request-password-reset", { phoneNumber: number })
    await ada.post("/phone-number/reset-password", {
      phoneNumber: number,
      otp: codes.pop(),
      newPassword: "another password",
    })
    const other = browser()
    await other.post("/sign-in/phone-number", { phoneNumber: number, password: "another password" })
    expect((await other.session())!.user.id).toBe(user.id)

    await other.post("/phone-number/send-otp", { phoneNumber: number })
    await other.post("/phone-number/verify", { phoneNumber: number, code: codes.pop() })
    expect((await other.session())!.user.id).toBe(user.id)
    expect(scanned()).toEqual([])
  })

  it("gives a number to one user", async () => {
    const { codes, signUp, scanned } = await withPhones(engine)
    const [ada, eve] = [await signUp("Ada"), await signUp("Eve")]
    const claim = async (user: typeof ada) => {
      await user.post("/phone-number/send-otp", { phoneNumber: number })
      const body = { phoneNumber: number, code: codes.pop(), updatePhoneNumber: true }
      return (await user.send("POST", "/phone-number/verify", { body })).status
    }
    expect(await claim(ada)).toBe(200)
    expect(await claim(eve)).toBe(400)
    expect((await ada.session())!.user.phoneNumber).toBe(number)
    expect((await eve.session())!.user.phoneNumber ?? null).toBeNull()
    expect(scanned()).toEqual([])
  })
})
