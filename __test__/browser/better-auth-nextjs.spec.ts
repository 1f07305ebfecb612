// The Better Auth example, used as a person does: signing up, devices, an organization with an invitation, a passkey, a second
// factor, and leaving; after each step the rows in the tables are looked at through the AWS SDK. The steps build on each other.

import { DeleteTableCommand, ListTablesCommand } from "@aws-sdk/client-dynamodb"
import { paginateScan } from "@aws-sdk/lib-dynamodb"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { documentClient } from "../engines"
import { addAuthenticator } from "./chromium"
import { barOffers, endings, fitsPhone, list, runs, Stage } from "./stage"
import { totp } from "./totp"

type Row = Record<string, any>

const pages = [
  "/",
  "/sign-up",
  "/sign-in",
  "/two-factor",
  "/mail",
  "/account",
  "/organizations/new",
  "/organizations/none",
  "/invitations/none",
  "/api/auth/get-session",
]
const prefix = "better-auth-"

describe.each(runs())("$name", (run) => {
  const ada = { name: "Ada Lovelace", email: "ada@example.com", password: "note G, 1843" }
  const grace = { name: "Grace Hopper", email: "grace@example.com", password: "nanoseconds" }
  let stage: Stage
  /** Ada at her computer, Ada on another device, and somebody else. */
  let desk: Page
  let phone: Page
  let stranger: Page
  let adasId: string
  /** What Ada's authenticator app and her drawer keep. */
  let key: string
  let backupCodes: string[]

  beforeAll(async () => {
    if (run.needsTables) await removeTables()
    stage = await Stage.open(run, ["better-auth"], pages, run.needsTables ? { MAKE_TABLES: "1" } : {})
    desk = await stage.openBrowser()
    phone = await stage.openBrowser({ viewport: { width: 390, height: 844 } })
    stranger = await stage.openBrowser({ colorScheme: "dark" })
    await addAuthenticator(desk)
  })

  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stage.describe())))
  afterAll(() => stage?.close())

  const database = documentClient({ endpoint: run.endpoint })

  async function tableNames(): Promise<string[]> {
    const names: string[] = []
    let last: string | undefined
    do {
      const page = await database.send(new ListTablesCommand({ ExclusiveStartTableName: last }))
      names.push(...(page.TableNames ?? []))
      last = page.LastEvaluatedTableName
    } while (last)
    return names.filter((name) => name.startsWith(prefix))
  }

  async function removeTables() {
    for (const TableName of await tableNames()) await database.send(new DeleteTableCommand({ TableName }))
  }

  async function rows(model: string, where: Row = {}): Promise<Row[]> {
    const found: Row[] = []
    const scan = { TableName: prefix + model, ConsistentRead: true }
    for await (const page of paginateScan({ client: database }, scan)) found.push(...(page.Items ?? []))
    return found.filter((row) => Object.entries(where).every(([field, value]) => row[field] === value))
  }

  const sessions = () => rows("session", { userId: adasId })

  async function fill(page: Page, fields: Record<string, string>) {
    for (const [label, value] of Object.entries(fields)) {
      await page.getByLabel(label, { exact: true }).fill(value)
    }
  }

  async function signUp(page: Page, { name, email, password }: typeof ada) {
    await fill(page, { Name: name, "Email address": email, Password: password })
    await page.getByRole("button", { name: "Make my account" }).click()
  }

  async function givePassword(page: Page, { email, password }: { email: string; password: string }) {
    await page.goto("/sign-in")
    await fill(page, { "Email address": email, Password: password })
    await page.getByRole("button", { name: "Sign in", exact: true }).click()
  }

  async function signIn(page: Page, person: typeof ada) {
    await givePassword(page, person)
    await showsAccountOf(page, person)
  }

  async function showsAccountOf(page: Page, { email }: { email: string }) {
    await page.getByText(`Signed in as ${email}`).waitFor()
  }

  async function isSignedOut(page: Page) {
    await page.goto("/account")
    await page.getByRole("heading", { name: "Sign in" }).waitFor()
  }

  async function signOut(page: Page) {
    await page.goto("/account")
    await page.getByRole("button", { name: "Sign out", exact: true }).click()
    await page.getByRole("heading", { name: "Every plugin." }).waitFor()
  }

  const refuses = (page: Page, problem: string) => page.getByRole("alert").getByText(problem).waitFor()

  /** A part of the account page. */
  const part = (page: Page, name: string) => page.getByRole("region", { name })

  test("somebody new signs up", async () => {
    await desk.goto("/")
    await desk.getByRole("link", { name: "Sign up" }).click()
    await desk.getByRole("heading", { name: "Sign up" }).waitFor()
    await fitsPhone(desk)
    await signUp(desk, ada)
    await showsAccountOf(desk, ada)
    await barOffers(desk, "Account")

    const [user] = await rows("user")
    expect(user).toMatchObject({ name: ada.name, email: ada.email, emailVerified: false })
    adasId = user!.id
    const [account] = await rows("account")
    expect(account).toMatchObject({ providerId: "credential", accountId: adasId, userId: adasId })
    expect(account!.password, "a hash").not.toContain(ada.password)
    const [session] = await sessions()
    expect(session!._ttl, "when DynamoDB removes it").toBe(Math.floor(Date.parse(session!.expiresAt) / 1000))
  })

  test("an email that is taken signs nobody up, however it is written", async () => {
    await phone.goto("/sign-up")
    await signUp(phone, { ...ada, email: "ADA@example.com" })
    await refuses(phone, "User already exists")
    expect(await rows("user")).toHaveLength(1)
    expect(await rows("account")).toHaveLength(1)
  })

  test("a wrong password does not sign in, and a second device is signed out from the first", async () => {
    await givePassword(phone, { ...ada, password: "note F, 1843" })
    await refuses(phone, "Invalid email or password")
    await fitsPhone(phone)
    await signIn(phone, ada)

    await desk.goto("/account")
    await expect.poll(() => list(desk, "Devices").count()).toBe(2)
    await list(desk, "Devices").first().getByText("This device").waitFor()
    const readable = (await desk.content()) + (await desk.evaluate(() => document.cookie))
    for (const { token } of await sessions()) {
      expect(readable, "what scripts in the browser can read").not.toContain(token)
    }

    await list(desk, "Devices").nth(1).getByRole("button", { name: "Sign out" }).click()
    await expect.poll(() => list(desk, "Devices").count()).toBe(1)

    // She goes on to another page without loading the app anew.
    await phone.getByRole("link", { name: "Inbox" }).click()
    await phone.getByRole("heading", { name: "Inbox of this demo" }).waitFor()
    await barOffers(phone, "Sign in")
    await isSignedOut(phone)
    expect(await sessions()).toHaveLength(1)
  })

  test("all other devices are signed out at once", async () => {
    await signIn(phone, ada)
    await signIn(await stage.openBrowser(), ada)
    await desk.goto("/account")
    await expect.poll(() => list(desk, "Devices").count()).toBe(3)
    await fitsPhone(desk)

    await desk.getByRole("button", { name: "Sign out all other devices" }).click()
    await expect.poll(() => list(desk, "Devices").count()).toBe(1)
    await list(desk, "Devices").getByText("This device").waitFor()
    expect(await sessions()).toHaveLength(1)

    // Any action on one of them leads to the sign-in page now.
    await phone.getByRole("button", { name: "Sign out all other devices" }).click()
    await phone.getByRole("heading", { name: "Sign in" }).waitFor()
    await barOffers(phone, "Sign in")
    expect(await sessions()).toHaveLength(1)
  })

  async function createOrganization(name: string) {
    await desk.goto("/organizations/new")
    await fitsPhone(desk)
    await fill(desk, { Name: name })
    await desk.getByRole("button", { name: "Create it" }).click()
  }

  test("an organization is created, and its name is taken then", async () => {
    await createOrganization("Analytical Engines")
    await desk.getByText("you are its owner").waitFor()
    const [organization] = await rows("organization")
    expect(organization).toMatchObject({ name: "Analytical Engines", slug: "analytical-engines" })
    expect(await rows("member")).toEqual([
      expect.objectContaining({ organizationId: organization!.id, userId: adasId, role: "owner" }),
    ])

    await createOrganization("Analytical: engines!")
    await refuses(desk, "Organization already exists")
    expect(await rows("organization")).toHaveLength(1)
  })

  async function invite(email: string) {
    await part(desk, "Invitations").getByLabel("Email address").fill(email)
    await desk.getByRole("button", { name: "Invite", exact: true }).click()
    await list(desk, "Invitations").getByText(email, { exact: true }).waitFor()
  }

  test("an invitation is sent, cancelled, and sent again", async () => {
    await desk.goto("/organizations/analytical-engines")
    await invite(grace.email)
    expect(await rows("invitation")).toEqual([
      expect.objectContaining({ email: grace.email, role: "member", status: "pending", inviterId: adasId }),
    ])

    await desk.getByRole("button", { name: `Cancel the invitation of ${grace.email}` }).click()
    await expect.poll(() => list(desk, "Invitations").count()).toBe(0)
    expect(await rows("invitation")).toEqual([expect.objectContaining({ status: "canceled" })])

    await invite(grace.email)
    expect(await rows("invitation", { status: "pending" })).toHaveLength(1)
    await invite("somebody.with.a.long.name.at.the.analytical.engine@example.com")
    await fitsPhone(desk)
    await desk.getByRole("button", { name: "Cancel the invitation of somebody" }).click()
    await expect.poll(() => list(desk, "Invitations").count()).toBe(1)
  })

  test("the invitation is for one email address: its owner signs up and accepts it", async () => {
    await stranger.goto("/mail")
    const link = stranger.getByRole("link", { name: `See the invitation to ${grace.email}` }).first()
    await fitsPhone(stranger)
    const address = (await link.getAttribute("href"))!
    await expect.poll(() => stage.output(), { message: "the mail in the terminal" }).toContain(address)
    await desk.goto(address)
    await desk.getByText("You are not the recipient of the invitation").waitFor()

    await link.click()
    await stranger.getByRole("heading", { name: "Sign up" }).waitFor()
    await signUp(stranger, grace)
    await stranger.getByText(`${ada.email} invites you, as a member.`).waitFor()
    await fitsPhone(stranger)
    await stranger.getByRole("button", { name: "Accept" }).click()
    await stranger.getByText("you are a member").waitFor()
    await expect.poll(() => list(stranger, "Members").count()).toBe(2)

    expect(await rows("invitation", { status: "pending" })).toEqual([])
    expect(await rows("invitation", { status: "accepted" })).toHaveLength(1)
    expect((await rows("member")).map(({ role }) => role).sort()).toEqual(["member", "owner"])

    await stranger.goto(address)
    await stranger.getByText("Invitation not found").waitFor()
  })

  test("a passkey is added, signs in, and is removed", async () => {
    await desk.goto("/account")
    await desk.getByRole("button", { name: "Add a passkey" }).click()
    await list(desk, "Passkeys").getByText("signature counter").waitFor()
    await fitsPhone(desk)
    const [before] = await rows("passkey")
    expect(before).toMatchObject({ userId: adasId, publicKey: expect.any(String), backedUp: false })

    await signOut(desk)
    expect(await sessions()).toEqual([])
    await desk.getByRole("link", { name: "Sign in" }).click()
    await desk.getByRole("button", { name: "Sign in with a passkey" }).click()
    await showsAccountOf(desk, ada)
    const [after] = await rows("passkey")
    expect(after!.counter).toBeGreaterThan(before!.counter)
    expect(await sessions()).toHaveLength(1)

    await desk.getByRole("button", { name: "Remove passkey" }).click()
    await expect.poll(() => list(desk, "Passkeys").count()).toBe(0)
    expect(await rows("passkey")).toEqual([])

    await desk.getByRole("button", { name: "Add a passkey" }).click()
    await expect.poll(() => list(desk, "Passkeys").count()).toBe(1)
  })

  async function backupCodesLeft(number: number) {
    await part(desk, "Two-factor").getByText(`On. ${number} backup codes are left.`).waitFor()
  }

  test("a second factor is set up", async () => {
    const section = part(desk, "Two-factor")
    await section.getByLabel("Password").fill("note F, 1843")
    await section.getByRole("button", { name: "Set up two-factor" }).click()
    await refuses(desk, "Invalid password")
    await section.getByLabel("Password").fill(ada.password)
    await section.getByRole("button", { name: "Set up two-factor" }).click()

    await section.getByRole("img", { name: "QR code" }).waitFor()
    key = (await section.getByText("Or type the key").textContent())!.replace("Or type the key: ", "")
    backupCodes = await list(desk, "Backup codes").allTextContents()
    expect(backupCodes).toHaveLength(10)
    await fitsPhone(desk)
    expect(await rows("user", { id: adasId }), "not before it has been shown to work").toEqual([
      expect.objectContaining({ twoFactorEnabled: false }),
    ])

    await section.getByLabel("Code from your authenticator app").fill(totp(key))
    await section.getByRole("button", { name: "Turn on two-factor" }).click()
    await backupCodesLeft(10)
    // Better Auth has replaced the session.
    await barOffers(desk, "Account")
    await fitsPhone(desk)

    expect(await rows("user", { id: adasId })).toEqual([expect.objectContaining({ twoFactorEnabled: true })])
    const [twoFactor] = await rows("twoFactor")
    expect(twoFactor).toMatchObject({ userId: adasId, verified: true })
    for (const secret of [key, ...backupCodes]) {
      expect(JSON.stringify(twoFactor), "only encrypted").not.toContain(secret)
    }
  })

  async function giveSecondFactor(label: string, value: string) {
    await desk.getByRole("heading", { name: "One more step" }).waitFor()
    await fill(desk, { [label]: value })
    await desk.getByRole("button", { name: "Sign in", exact: true }).click()
  }

  test("the password alone signs in no longer; the code does", async () => {
    await signOut(desk)
    await givePassword(desk, ada)
    await giveSecondFactor("Code from your authenticator app", totp(key, Date.now() - 3_600_000))
    await refuses(desk, "Invalid code")
    expect(await sessions()).toEqual([])

    await giveSecondFactor("Code from your authenticator app", totp(key))
    await showsAccountOf(desk, ada)
    expect(await sessions()).toHaveLength(1)
  })

  test("a backup code signs in once", async () => {
    await signOut(desk)
    await givePassword(desk, ada)
    await desk.getByRole("link", { name: "Use a backup code" }).click()
    await giveSecondFactor("Backup code", backupCodes[0]!)
    await showsAccountOf(desk, ada)
    await backupCodesLeft(9)

    await signOut(desk)
    await givePassword(desk, ada)
    await desk.getByRole("link", { name: "Use a backup code" }).click()
    await giveSecondFactor("Backup code", backupCodes[0]!)
    await refuses(desk, "Invalid backup code")
    expect(await sessions()).toEqual([])
    await giveSecondFactor("Backup code", backupCodes[1]!)
    await showsAccountOf(desk, ada)
    await backupCodesLeft(8)
  })

  test("backup codes are renewed, and the second factor is turned off", async () => {
    const section = part(desk, "Two-factor")
    await section.getByLabel("Password").first().fill(ada.password)
    await section.getByRole("button", { name: "New backup codes" }).click()
    await backupCodesLeft(10)
    expect(await list(desk, "Backup codes").allTextContents()).not.toContain(backupCodes[9])

    await section.getByLabel("Password").last().fill(ada.password)
    await section.getByRole("button", { name: "Turn off two-factor" }).click()
    await section.getByRole("button", { name: "Set up two-factor" }).waitFor()
    await barOffers(desk, "Account")
    expect(await rows("twoFactor")).toEqual([])
    await signIn(phone, ada)
  })

  test("an account is deleted after a confirmation, and nothing of it is left", async () => {
    const gracesId = (await rows("user", { email: grace.email }))[0]!.id
    const dialog = desk.getByRole("dialog")
    await desk.goto("/account")
    await desk.getByRole("button", { name: "Delete account" }).click()
    await fitsPhone(desk)
    await dialog.getByRole("button", { name: "Keep it" }).click()
    await dialog.waitFor({ state: "hidden" })
    await desk.getByRole("button", { name: "Delete account" }).click()
    await dialog.getByLabel("Password").fill("note F, 1843")
    await dialog.getByRole("button", { name: "Delete for good" }).click()
    await refuses(desk, "Invalid password")
    expect(await rows("user", { id: adasId })).toHaveLength(1)

    await dialog.getByLabel("Password").fill(ada.password)
    await dialog.getByRole("button", { name: "Delete for good" }).click()
    await desk.getByRole("status").getByText("Your account is deleted").waitFor()
    await barOffers(desk, "Sign in")
    await fitsPhone(desk)

    for (const name of await tableNames()) {
      const left = JSON.stringify(await rows(name.slice(prefix.length)))
      expect(left, name).not.toContain(adasId)
      expect(left, name).not.toContain(ada.email)
    }
    expect(await rows("organization"), "hers").toEqual([])
    expect(await rows("user")).toEqual([expect.objectContaining({ id: gracesId })])
    expect(await rows("session")).toEqual([expect.objectContaining({ userId: gracesId })])

    await isSignedOut(phone)
    await stranger.goto("/account")
    await showsAccountOf(stranger, grace)
    expect(await list(stranger, "Organizations").count()).toBe(0)
  })

  test("the email is free again", async () => {
    await desk.goto("/sign-up")
    await signUp(desk, ada)
    await showsAccountOf(desk, ada)
    const [user] = await rows("user", { email: ada.email })
    expect(user!.id).not.toBe(adasId)
    expect(await list(desk, "Passkeys").count()).toBe(0)
  })

  endings(() => stage)
})
