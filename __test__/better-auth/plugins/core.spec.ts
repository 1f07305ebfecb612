// Better Auth without a plugin.

import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { forge, visitForge } from "../forge"
import { type Browser, emailOf, origin, password, stage } from "../stage"

describe.each(engines)("the core on $name", (engine) => {
  it("signs up, in and out", async () => {
    const { signUp, browser, scanned } = await stage(engine)
    const ada = await signUp("Ada")
    expect((await ada.session())!.user).toMatchObject({ name: "Ada", email: emailOf("Ada") })

    const other = browser()
    expect((await other.post("/sign-in/email", { email: emailOf("ADA"), password })).user.id).toBe(
      ada.user.id,
    )
    await other.post("/sign-out")
    expect(await other.session()).toBeNull()
    const refused = await other.send("POST", "/sign-in/email", {
      body: { email: emailOf("Ada"), password: "a wrong one" },
    })
    expect(refused.status).toBe(401)
    expect((await ada.session())!.user.id).toBe(ada.user.id)
    expect(scanned()).toEqual([])
  })

  it("refuses a second user with an email", async () => {
    const { signUp, browser, scanned } = await stage(engine)
    await signUp("Ada")
    const body = { name: "Eve", email: emailOf("ada").toUpperCase(), password }
    expect((await browser().send("POST", "/sign-up/email", { body })).status).toBe(422)
    expect(scanned()).toEqual([])
  })

  it("lists and revokes sessions", async () => {
    const { signUp, browser, scanned } = await stage(engine)
    const ada = await signUp("Ada")
    const others = [browser(), browser(), browser()] as const
    for (const other of others) await other.post("/sign-in/email", { email: emailOf("Ada"), password })
    const sessions = await ada.get("/list-sessions")
    expect(sessions).toHaveLength(4)

    const token = (await others[0].session())!.session.token
    expect(sessions.map((session: any) => session.token)).toContain(token)
    await ada.post("/revoke-session", { token })
    expect(await others[0].session()).toBeNull()
    await ada.post("/revoke-other-sessions")
    expect(await others[1].session()).toBeNull()
    expect(await ada.get("/list-sessions")).toHaveLength(1)
    await ada.post("/revoke-sessions")
    expect(await ada.session()).toBeNull()
    expect(scanned()).toEqual([])
  })

  it("resets a password by a link that works once", async () => {
    const { signUp, browser, mailTo, scanned } = await stage(engine, {
      emailAndPassword: { enabled: true, revokeSessionsOnPasswordReset: true },
    })
    const ada = await signUp("Ada")
    const forgetful = browser()
    const redirectTo = `${origin}/reset`
    await forgetful.post("/request-password-reset", { email: emailOf("Ada"), redirectTo })
    const { url, token } = mailTo(emailOf("Ada"))
    expect((await forgetful.open(url)).searchParams.get("token")).toBe(token)
    await forgetful.post("/reset-password", { token, newPassword: "another password" })
    const again = await forgetful.send("POST", "/reset-password", {
      body: { token, newPassword: "yet another password" },
    })
    expect(again.status).toBe(400)
    expect(await ada.session()).toBeNull()
    const body = { email: emailOf("Ada"), password: "another password" }
    expect((await forgetful.post("/sign-in/email", body)).user.id).toBe(ada.user.id)
    expect(scanned()).toEqual([])
  })

  it("verifies an email, changes it and the password, and updates the user", async () => {
    const { signUp, browser, mailTo, scanned } = await stage(engine, {
      user: { changeEmail: { enabled: true } },
    })
    const ada = await signUp("Ada")
    await ada.post("/send-verification-email", { email: emailOf("Ada") })
    await ada.get(`/verify-email`, { token: mailTo(emailOf("Ada")).token })
    expect((await ada.session())!.user.emailVerified).toBe(true)

    await ada.post("/change-email", { newEmail: emailOf("Countess") })
    await ada.get(`/verify-email`, { token: mailTo(emailOf("Countess")).token })
    await ada.post("/change-password", {
      currentPassword: password,
      newPassword: "another password",
      revokeOtherSessions: true,
    })
    await ada.post("/update-user", { name: "Ada Lovelace", image: "https://example.com/ada.png" })
    expect((await ada.session())!.user).toMatchObject({
      name: "Ada Lovelace",
      image: "https://example.com/ada.png",
      email: emailOf("Countess"),
    })

    const other = browser()
    const gone = { email: emailOf("Ada"), password: "another password" }
    expect((await other.send("POST", "/sign-in/email", { body: gone })).status).toBe(401)
    const body = { email: emailOf("Countess"), password: "another password" }
    expect((await other.post("/sign-in/email", body)).user.id).toBe(ada.user.id)
    await other.post("/verify-password", { password: "another password" })
    // The old email is free again.
    expect((await signUp("Ada")).user.id).not.toBe(ada.user.id)
    expect(scanned()).toEqual([])
  })

  it("deletes a user with everything", async () => {
    const { signUp, browser, scanned } = await stage(engine, { user: { deleteUser: { enabled: true } } })
    const ada = await signUp("Ada")
    const other = browser()
    await other.post("/sign-in/email", { email: emailOf("Ada"), password })
    await ada.post("/delete-user", { password })
    expect(await ada.session()).toBeNull()
    expect(await other.session()).toBeNull()
    const body = { email: emailOf("Ada"), password }
    expect((await other.send("POST", "/sign-in/email", { body })).status).toBe(401)
    expect((await signUp("Ada")).user.id).not.toBe(ada.user.id)
    expect(scanned()).toEqual([])
  })

  it("deletes a user by a link", async () => {
    const links: { to: string; token: string }[] = []
    const { signUp, scanned } = await stage(engine, {
      user: {
        deleteUser: {
          enabled: true,
          sendDeleteAccountVerification: async ({ user, token }) =>
            void links.push({ to: user.email, token }),
        },
      },
    })
    const ada = await signUp("Ada")
    await ada.post("/delete-user")
    await ada.get("/delete-user/callback", { token: links[0]!.token })
    expect(await ada.session()).toBeNull()
    expect(scanned()).toEqual([])
  })

  it("signs in at a provider, lists accounts, links and unlinks them", async () => {
    const identity = { id: "1815", email: emailOf("Ada"), name: "Ada" }
    const { signUp, browser, scanned } = await stage(engine, {
      plugins: [forge(identity)],
      account: { accountLinking: { trustedProviders: ["forge"] } },
    })
    const atForge = async (user: Browser, path?: string) => {
      const address = await visitForge(user, path)
      expect((await user.open(address)).searchParams.get("error")).toBeNull()
      return address
    }

    const first = browser()
    const address = await atForge(first)
    const { user } = (await first.session())!
    expect(user).toMatchObject({ email: emailOf("Ada"), emailVerified: true })
    // The state is used up.
    const again = await first.open(address)
    expect(again.searchParams.get("error")).not.toBeNull()

    const second = browser()
    await atForge(second)
    expect((await second.session())!.user.id).toBe(user.id)
    const [account] = await second.get("/list-accounts")
    expect(account).toMatchObject({ providerId: "forge", accountId: "1815" })
    const { accessToken } = await second.post("/get-access-token", { accountId: account.id })
    expect(accessToken).toBe("access")

    const eve = await signUp("Eve")
    Object.assign(identity, { id: "1816", email: emailOf("Eve") })
    await atForge(eve, "/link-social")
    const accounts = await eve.get("/list-accounts")
    expect(accounts.map(({ providerId }: any) => providerId).sort()).toEqual(["credential", "forge"])
    const { id } = accounts.find(({ providerId }: any) => providerId === "forge")
    await eve.post("/unlink-account", { accountId: id })
    expect(await eve.get("/list-accounts")).toMatchObject([{ providerId: "credential" }])
    expect(scanned()).toEqual([])
  })
})
