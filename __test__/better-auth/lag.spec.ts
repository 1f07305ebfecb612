// DynamoDB's indexes lag behind writes, and so do reads that do not ask for what is there now. Better Auth often reads what
// it has just written, and takes what it does not find for what is not there: a user who has just signed up "does not
// exist", who has founded an organization "is no member". Here every index and every such read lags, for longer than a
// test takes.

import { apiKey } from "@better-auth/api-key"
import { oauthProvider } from "@better-auth/oauth-provider"
import { passkey } from "@better-auth/passkey"
import type { BetterAuthOptions } from "better-auth"
import { deviceAuthorization, emailOTP, jwt, organization, twoFactor, username } from "better-auth/plugins"
import { createAccessControl } from "better-auth/plugins/access"
import { defaultRoles, defaultStatements } from "better-auth/plugins/organization/access"
import { describe, expect, it } from "vitest"
import { engines } from "../engines"
import { Authenticator } from "./authenticator"
import { forge, visitForge } from "./forge"
import { OAuthClient } from "./oauth-client"
import { emailOf, password, stage } from "./stage"
import { verifiedClaims } from "./tokens"
import { totp } from "./totp"
import { address, signedMessage, wallets } from "./wallet"

const LAG = 600_000

describe.each(engines)("what has just been written is there while everything lags on $name", (engine) => {
  async function lagging(options: Partial<BetterAuthOptions> = {}) {
    const app = await stage(engine, options)
    app.endpoint.lagIndexes(LAG)
    app.endpoint.lagReads(LAG)
    return app
  }

  it("signing up, in, and with another password", async () => {
    const { signUp, browser, mailTo } = await lagging()
    const ada = await signUp("Ada")
    const email = emailOf("Ada")
    const other = browser()
    await other.post("/sign-in/email", { email, password })
    const taken = { name: "Eve", email, password }
    expect((await browser().send("POST", "/sign-up/email", { body: taken })).status).toBe(422)
    await ada.post("/change-password", { currentPassword: password, newPassword: "another password" })
    await browser().post("/sign-in/email", { email, password: "another password" })
    await browser().post("/request-password-reset", { email })
    await browser().post("/reset-password", { token: mailTo(email).token, newPassword: "a third password" })
    await browser().post("/sign-in/email", { email, password: "a third password" })
    expect((await ada.session())!.user.id).toBe(ada.user.id)
    await ada.post("/sign-out")
    expect(await ada.session()).toBeNull()
  })

  it("deleting a user", async () => {
    const { signUp, browser } = await lagging({ user: { deleteUser: { enabled: true } } })
    const ada = await signUp("Ada")
    const other = browser()
    await other.post("/sign-in/email", { email: emailOf("Ada"), password })
    await ada.post("/delete-user", { password })
    expect(await other.session()).toBeNull()
    expect((await signUp("Ada")).user.id).not.toBe(ada.user.id)
  })

  it("signing in at a provider again", async () => {
    const ada = { id: "1815", email: emailOf("Ada"), name: "Ada" }
    const { browser } = await lagging({ plugins: [forge(ada)] })
    const signIn = async () => {
      const user = browser()
      await user.open(await visitForge(user))
      return (await user.session())!.user.id
    }
    expect(await signIn()).toBe(await signIn())
  })

  it("a username, and a code sent by email", async () => {
    const codes: string[] = []
    const sendVerificationOTP = async ({ otp }: { otp: string }) => void codes.push(otp)
    const { signUp, browser } = await lagging({ plugins: [username(), emailOTP({ sendVerificationOTP })] })
    const ada = await signUp("Ada", { username: "countess" })
    await browser().post("/sign-in/username", { username: "countess", password })
    await ada.post("/update-user", { username: "lovelace" })
    await browser().post("/sign-in/username", { username: "lovelace", password })
    const email = emailOf("Ada")
    for (let time = 0; time < 2; time++) {
      await browser().post("/email-otp/send-verification-otp", { email, type: "sign-in" })
      await browser().post("/sign-in/email-otp", { email, otp: codes.at(-1) })
    }
  })

  it("an organization with members, teams and roles", async () => {
    const invitations: string[] = []
    const { signUp } = await lagging({
      plugins: [
        organization({
          ac: createAccessControl(defaultStatements),
          roles: defaultRoles,
          teams: { enabled: true, maximumMembersPerTeam: 2 },
          dynamicAccessControl: { enabled: true },
          sendInvitationEmail: async ({ id }: { id: string }) => void invitations.push(id),
        } as never),
      ],
    })
    const [ada, grace, hedy] = [await signUp("Ada"), await signUp("Grace"), await signUp("Hedy")]
    await ada.post("/organization/create", { name: "Acme", slug: "acme" })
    await ada.post("/organization/create-role", { role: "pilot", permission: { invitation: ["create"] } })
    const team = await ada.post("/organization/create-team", { name: "Rocketry" })
    const join = async (user: typeof ada, more: object) => {
      await ada.post("/organization/invite-member", { email: user.user.email, ...more })
      await user.post("/organization/accept-invitation", { invitationId: invitations.at(-1) })
    }
    await join(grace, { role: "pilot", teamId: team.id })
    await join(hedy, { role: "member" })
    const may = await grace.post("/organization/has-permission", { permissions: { invitation: ["create"] } })
    expect(may.success).toBe(true)
    const members = async () =>
      (await ada.get("/organization/list-members")).members.map(({ user }: any) => user.name).sort()
    expect(await members()).toEqual(["Ada", "Grace", "Hedy"])
    const add = (user: typeof ada) =>
      ada.send("POST", "/organization/add-team-member", { body: { teamId: team.id, userId: user.user.id } })
    expect((await add(hedy)).status).toBe(200)
    expect((await add(ada)).status).toBe(403)
    const inUse = await ada.send("POST", "/organization/delete-role", { body: { roleName: "pilot" } })
    expect(inUse.status).toBe(400)
    await ada.post("/organization/remove-member", { memberIdOrEmail: emailOf("Hedy") })
    expect(await members()).toEqual(["Ada", "Grace"])
    const gone = await hedy.send("POST", "/organization/invite-member", {
      body: { email: emailOf("Eve"), role: "member" },
    })
    expect(gone.status).toBeGreaterThanOrEqual(400)
  })

  it("a second factor, and one backup code after the other", async () => {
    const { signUp, browser } = await lagging({ plugins: [twoFactor()] })
    const ada = await signUp("Ada")
    const { totpURI, backupCodes } = await ada.post("/two-factor/enable", { password })
    await ada.post("/two-factor/verify-totp", { code: totp(totpURI) })
    for (const code of backupCodes.slice(0, 3)) {
      for (const expected of [200, 401]) {
        const other = browser()
        await other.post("/sign-in/email", { email: emailOf("Ada"), password })
        const answer = await other.send("POST", "/two-factor/verify-backup-code", { body: { code } })
        expect(answer.status).toBe(expected)
      }
    }
  })

  it("an API key, a passkey and a device", async () => {
    const { signUp, browser, auth } = await lagging({
      plugins: [apiKey(), passkey(), deviceAuthorization({ interval: "0s", validateClient: () => true })],
    })
    const ada = await signUp("Ada")
    const { key } = await ada.post("/api-key/create")
    expect(await auth.api.verifyApiKey({ body: { key } })).toMatchObject({ valid: true })

    const authenticator = new Authenticator()
    const registration = authenticator.register(await ada.get("/passkey/generate-register-options"))
    await ada.post("/passkey/verify-registration", { response: registration })
    const other = browser()
    const assertion = authenticator.signIn(await other.get("/passkey/generate-authenticate-options"))
    await other.post("/passkey/verify-authentication", { response: assertion })
    expect((await other.session())!.user.id).toBe(ada.user.id)

    const device = browser()
    const { device_code, user_code } = await device.post("/device/code", { client_id: "television" })
    await ada.get("/device", { user_code })
    await ada.post("/device/approve", { userCode: user_code })
    const grant_type = "urn:ietf:params:oauth:grant-type:device_code"
    const token = await device.post("/device/token", { grant_type, device_code, client_id: "television" })
    expect(token.access_token).toBeTruthy()
  })

  it("a wallet on two chains", async () => {
    const { browser } = await lagging({ plugins: [wallets()] })
    const signIn = async (chain: number) => {
      const user = browser()
      return (await user.post("/siwe/verify", await signedMessage(user, address, chain))).user.id
    }
    const id = await signIn(1)
    expect(await signIn(1)).toBe(id)
    expect(await signIn(137)).toBe(id)
  })

  it("an OAuth client, the consent to it, and its tokens", async () => {
    const { signUp, browser } = await lagging({
      disabledPaths: ["/token"],
      plugins: [jwt(), oauthProvider({ loginPage: "/sign-in", consentPage: "/consent" })],
    })
    const ada = await signUp("Ada")
    const client = await OAuthClient.of(ada, browser)
    const grant = await client.authorize(ada)
    expect(grant.asked).toBe(true)
    expect((await client.authorize(ada)).asked).toBe(false)
    const { body: tokens } = await client.exchange(grant)
    const { sub } = verifiedClaims(tokens.id_token, await browser().get("/jwks"))
    expect(sub).toBe(ada.user.id)
    const { body: rotated } = await client.refresh(tokens.refresh_token)
    expect(await client.introspect(rotated.access_token)).toBe(true)
    await client.revoke(rotated.access_token)
    expect(await client.introspect(rotated.access_token)).toBe(false)
  })
})
