import { username } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { emailOf, password, stage } from "../stage"

describe.each(engines)("username on $name", (engine) => {
  it("signs in by a name that one user has", async () => {
    const { signUp, browser, scanned } = await stage(engine, { plugins: [username()] })
    const ada = await signUp("Ada", { username: "Countess" })
    const available = async (name: string) =>
      (await browser().post("/is-username-available", { username: name })).available
    expect(await available("countess")).toBe(false)
    expect(await available("duchess")).toBe(true)

    const other = browser()
    await other.post("/sign-in/username", { username: "COUNTESS", password })
    expect((await other.session())!.user).toMatchObject({ id: ada.user.id, username: "countess" })
    const body = { name: "Eve", email: emailOf("Eve"), password, username: "countess" }
    const taken = await browser().send("POST", "/sign-up/email", { body })
    expect(taken.status).toBeGreaterThanOrEqual(400)
    expect(taken.status).toBeLessThan(500)

    await ada.post("/update-user", { username: "lovelace" })
    expect(await available("countess")).toBe(true)
    const old = await browser().send("POST", "/sign-in/username", {
      body: { username: "countess", password },
    })
    expect(old.status).toBe(401)
    await browser().post("/sign-in/username", { username: "lovelace", password })
    await signUp("Grace", { username: "countess" })
    expect(scanned()).toEqual([])
  })

  it("leaves users without a name alone", async () => {
    const { signUp, scanned } = await stage(engine, { plugins: [username()] })
    const users = [await signUp("Ada"), await signUp("Grace")]
    expect(new Set(users.map(({ user }) => user.id)).size).toBe(2)
    expect(scanned()).toEqual([])
  })
})
