import { passkey } from "@better-auth/passkey"
import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { Authenticator } from "../authenticator"
import { type Browser, stage } from "../stage"

async function register(user: Browser, authenticator: Authenticator, name: string) {
  const options = await user.get("/passkey/generate-register-options")
  return user.post("/passkey/verify-registration", { response: authenticator.register(options), name })
}

async function signIn(user: Browser, authenticator: Authenticator) {
  const options = await user.get("/passkey/generate-authenticate-options")
  const body = { response: authenticator.signIn(options) }
  return { body, answer: await user.send("POST", "/passkey/verify-authentication", { body }) }
}

describe.each(engines)("passkey on $name", (engine) => {
  it("registers passkeys, signs in by one, lists, renames and deletes them", async () => {
    const { signUp, browser, scanned } = await stage(engine, { plugins: [passkey()] })
    const ada = await signUp("Ada")
    const [phone, laptop] = [new Authenticator(), new Authenticator()]
    const { id } = await register(ada, phone, "phone")
    await register(ada, laptop, "laptop")
    const names = async () =>
      (await ada.get("/passkey/list-user-passkeys")).map(({ name }: any) => name).sort()
    expect(await names()).toEqual(["laptop", "phone"])

    const other = browser()
    const { body, answer } = await signIn(other, phone)
    expect(answer.status).toBe(200)
    expect((await other.session())!.user.id).toBe(ada.user.id)
    // The challenge is used up.
    const again = await other.send("POST", "/passkey/verify-authentication", { body })
    expect(again.status).toBe(400)
    expect((await signIn(browser(), phone)).answer.status).toBe(200)
    expect((await signIn(browser(), new Authenticator())).answer.status).toBe(401)

    await ada.post("/passkey/update-passkey", { id, name: "old phone" })
    expect(await names()).toEqual(["laptop", "old phone"])
    await ada.post("/passkey/delete-passkey", { id })
    expect(await names()).toEqual(["laptop"])
    expect((await signIn(browser(), phone)).answer.status).toBe(401)
    expect(scanned()).toEqual([])
  })
})
