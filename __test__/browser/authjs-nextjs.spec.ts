// The example, used as a person does: every way to sign in, the account page, and leaving; after each step the items in the
// table are looked at through the AWS SDK. The steps build on each other.

import { DeleteTableCommand, DescribeTableCommand } from "@aws-sdk/client-dynamodb"
import { paginateScan } from "@aws-sdk/lib-dynamodb"
import type { BrowserContext, Page } from "playwright-core"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { authJsTable, createTables } from "../../js/tables.js"
import { credentials, documentClient, region } from "../engines"
import { addAuthenticator } from "./chromium"
import { barOffers, endings, fitsPhone, list, runs, Stage } from "./stage"

type Item = Record<string, unknown> & { pk: string; sk: string }

const pages = ["/", "/sign-in", "/sign-in/check-your-mail", "/mail", "/account", "/api/auth/session"]

describe.each(runs())("$name", (run) => {
  const { endpoint } = run
  const ada = "ada@example.com"
  const grace = "grace@example.com"
  let stage: Stage
  /** Ada at her computer, Ada on another device, and somebody else. */
  let desk: Page
  let phone: Page
  let stranger: Page
  let adasId: string

  beforeAll(async () => {
    if (run.needsTables) await makeEmptyTable(endpoint)
    stage = await Stage.open(run, [], pages)
    desk = await stage.openBrowser()
    phone = await stage.openBrowser({ viewport: { width: 390, height: 844 } })
    stranger = await stage.openBrowser({ colorScheme: "dark" })
    await addAuthenticator(desk)
  })

  beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(stage.describe())))
  afterAll(() => stage?.close())

  const table = documentClient({ endpoint })

  async function items(): Promise<Item[]> {
    const found: Item[] = []
    for await (const page of paginateScan(
      { client: table },
      { TableName: "next-auth", ConsistentRead: true },
    )) {
      found.push(...((page.Items ?? []) as Item[]))
    }
    return found
  }

  /** What is in a user's partition, by the beginning of the sort key. */
  async function itemsOf(userId: string, prefix: string): Promise<Item[]> {
    return (await items()).filter(({ pk, sk }) => pk === `USER#${userId}` && sk.startsWith(prefix))
  }

  async function sortKeys(prefix: string): Promise<string[]> {
    return (await items()).map(({ sk }) => sk).filter((sk) => sk.startsWith(prefix))
  }

  async function userIdOf(email: string): Promise<string> {
    const users = (await items()).filter((item) => item.type === "USER" && item.email === email)
    expect(users, `users with the email ${email}`).toHaveLength(1)
    return users[0]!.id as string
  }

  async function askForLink(page: Page, email: string) {
    await page.goto("/sign-in")
    await page.getByLabel("Email address").fill(email)
    await page.getByRole("button", { name: "Send me a link" }).click()
    await page.getByRole("heading", { name: "Check your mail" }).waitFor()
    await page.getByRole("link", { name: "Open the inbox of this demo" }).click()
    const link = page.getByRole("link", { name: `Sign in as ${email}` }).first()
    await link.waitFor()
    return link
  }

  async function signInByMail(page: Page, email: string) {
    const link = await askForLink(page, email)
    await link.click()
    await showsAccountOf(page, email)
  }

  async function showsAccountOf(page: Page, email: string) {
    await page.getByText(`Signed in as ${email}`).waitFor()
  }

  async function signOut(page: Page) {
    await page.goto("/account")
    await page.getByRole("button", { name: "Sign out", exact: true }).click()
    await page.getByRole("heading", { name: "One table." }).waitFor()
  }

  /** At the identity provider's own page: choose who to be. */
  async function logInAt(page: Page, provider: string, person: string) {
    await page.getByRole("heading", { name: provider }).waitFor()
    await page.getByRole("button", { name: person }).click()
  }

  async function cookieExpiry(context: BrowserContext): Promise<number> {
    const cookie = (await context.cookies()).find(({ name }) => name === "authjs.session-token")
    return cookie?.expires ?? 0
  }

  test("a magic link signs a new person in", async () => {
    await desk.goto("/")
    await desk.getByRole("navigation").getByRole("link", { name: "Sign in" }).click()
    await desk.getByRole("heading", { name: "Sign in" }).waitFor()

    await fitsPhone(desk)

    const link = await askForLink(desk, ada)
    await fitsPhone(desk)
    const address = (await link.getAttribute("href"))!
    await expect.poll(() => stage.output(), { message: "the mail in the terminal" }).toContain(address)
    expect(await items()).toEqual([expect.objectContaining({ type: "VT", identifier: ada })])

    await link.click()
    await showsAccountOf(desk, ada)
    await barOffers(desk, "Account")

    adasId = await userIdOf(ada)
    const [user] = await itemsOf(adasId, "USER#")
    expect(user).toMatchObject({ email: ada, emailVerified: expect.any(String), GSI1PK: `USER#${ada}` })
    expect(await itemsOf(adasId, "SESSION#")).toHaveLength(1)
    expect(await sortKeys("EMAIL#")).toEqual([`EMAIL#${ada}`])
    expect(await sortKeys("VT#"), "the used token").toEqual([])
  })

  test("a used link signs nobody in", async () => {
    await phone.goto("/mail")
    await phone.getByRole("link", { name: `Sign in as ${ada}` }).click()
    await phone.getByRole("alert").getByText("This link has been used already").waitFor()

    await phone.goto("/account")
    await phone.getByRole("heading", { name: "Sign in" }).waitFor()
    expect(await itemsOf(adasId, "SESSION#")).toHaveLength(1)
  })

  test("the session is refreshed, in the table and in the cookie", async () => {
    await desk.goto("/account")
    const [before] = await itemsOf(adasId, "SESSION#")
    const cookieBefore = await cookieExpiry(desk.context())

    const session = async () => (await itemsOf(adasId, "SESSION#"))[0]!
    const refreshed = async () => {
      await desk.getByRole("button", { name: "Refresh session" }).click()
      return (await session()).expires
    }
    // It moves once it is older than the example's updateAge of ten seconds.
    await expect.poll(refreshed, { interval: 500 }).toBeGreaterThan(before!.expires as number)
    expect((await session()).sk).toBe(before!.sk)

    const shown = async () => {
      const time = await list(desk, "Devices").locator("time").getAttribute("datetime")
      return Math.floor(Date.parse(time!) / 1000)
    }
    await expect.poll(shown).toBe((await session()).expires)
    expect(await cookieExpiry(desk.context())).toBeGreaterThan(cookieBefore)
  })

  test("a second device is listed, and is signed out from the first", async () => {
    await signInByMail(phone, ada)
    await desk.goto("/account")
    await expect.poll(() => list(desk, "Devices").count()).toBe(2)
    await list(desk, "Devices").first().getByText("This device").waitFor()
    expect(await desk.getByText("This device").count()).toBe(1)
    const sessions = await itemsOf(adasId, "SESSION#")
    expect(sessions).toHaveLength(2)
    expect(sessions[0]!.userAgent).toContain("Chrome")
    const readable = (await desk.content()) + (await (await desk.request.get("/api/auth/session")).text())
    for (const { sessionToken } of sessions) {
      expect(readable, "what scripts in the browser can read").not.toContain(sessionToken)
    }

    await list(desk, "Devices").nth(1).getByRole("button", { name: "Sign out" }).click()
    await expect.poll(() => list(desk, "Devices").count()).toBe(1)

    // She goes on to another page without loading the app anew.
    await phone.getByRole("link", { name: "Inbox" }).click()
    await phone.getByRole("heading", { name: "Inbox of this demo" }).waitFor()
    await barOffers(phone, "Sign in")
    await phone.goto("/account")
    await phone.getByRole("heading", { name: "Sign in" }).waitFor()
    expect(await itemsOf(adasId, "SESSION#")).toHaveLength(1)
  })

  test("all other devices are signed out at once", async () => {
    await signInByMail(phone, ada)
    await signInByMail(await stage.openBrowser(), ada)
    await desk.goto("/account")
    await expect.poll(() => list(desk, "Devices").count()).toBe(3)
    await fitsPhone(desk)

    await desk.getByRole("button", { name: "Sign out all other devices" }).click()
    await expect.poll(() => list(desk, "Devices").count()).toBe(1)
    await list(desk, "Devices").getByText("This device").waitFor()
    expect(await itemsOf(adasId, "SESSION#")).toHaveLength(1)

    // Any action on one of them leads to the sign-in page now.
    await phone.getByRole("button", { name: "Sign out all other devices" }).click()
    await phone.getByRole("heading", { name: "Sign in" }).waitFor()
    await barOffers(phone, "Sign in")
    expect(await itemsOf(adasId, "SESSION#")).toHaveLength(1)
  })

  test("an account of an identity provider is linked while signed in", async () => {
    await desk.getByRole("button", { name: "Link Acorn ID" }).click()
    await logInAt(desk, "Acorn ID", "Ada Lovelace")
    await showsAccountOf(desk, ada)
    await list(desk, "Linked accounts").getByText("Acorn ID").waitFor()

    const [account] = await itemsOf(adasId, "ACCOUNT#")
    expect(account).toMatchObject({
      provider: "acorn",
      type: "oidc",
      userId: adasId,
      id_token: expect.any(String),
    })
    expect(await sortKeys("ACCOUNT#acorn#"), "the account and its claim").toEqual([account!.sk, account!.sk])
    expect(await itemsOf(adasId, "SESSION#"), "no second session for it").toHaveLength(1)
  })

  test("the linked account signs in, and one with the same email that is not linked does not", async () => {
    await signOut(desk)
    expect(await itemsOf(adasId, "SESSION#")).toEqual([])

    await desk.goto("/sign-in")
    await desk.getByRole("button", { name: "Continue with Birch ID" }).click()
    await logInAt(desk, "Birch ID", "Ada Lovelace")
    await desk.getByRole("alert").getByText("already belongs to an account here").waitFor()
    await fitsPhone(desk)

    await desk.getByRole("button", { name: "Continue with Acorn ID" }).click()
    await logInAt(desk, "Acorn ID", "Ada Lovelace")
    await showsAccountOf(desk, ada)
    expect(await userIdOf(ada)).toBe(adasId)
  })

  test("a second account is linked, and unlinked", async () => {
    await desk.getByRole("button", { name: "Link Birch ID" }).click()
    await logInAt(desk, "Birch ID", "Ada Lovelace")
    await expect.poll(() => list(desk, "Linked accounts").count()).toBe(2)
    expect(await itemsOf(adasId, "ACCOUNT#")).toHaveLength(2)

    await desk.getByRole("button", { name: "Unlink birch" }).click()
    await expect.poll(() => list(desk, "Linked accounts").count()).toBe(1)
    await desk.getByRole("button", { name: "Link Birch ID" }).waitFor()
    expect(await sortKeys("ACCOUNT#birch#"), "neither account nor claim").toEqual([])

    await desk.getByRole("button", { name: "Link Birch ID" }).click()
    await logInAt(desk, "Birch ID", "Ada Lovelace")
    await expect.poll(() => list(desk, "Linked accounts").count()).toBe(2)
  })

  test("somebody new signs in with an identity provider, and cannot take an account that is linked", async () => {
    await stranger.goto("/sign-in")
    await stranger.getByRole("button", { name: "Continue with Birch ID" }).click()
    await logInAt(stranger, "Birch ID", "Grace Hopper")
    await showsAccountOf(stranger, grace)
    await stranger.getByRole("heading", { name: "Grace Hopper" }).waitFor()
    const gracesId = await userIdOf(grace)
    expect(gracesId).not.toBe(adasId)

    await stranger.getByRole("button", { name: "Link Acorn ID" }).click()
    await logInAt(stranger, "Acorn ID", "Ada Lovelace")
    await stranger.getByRole("alert").getByText("already belongs to an account here").waitFor()
    await showsAccountOf(stranger, grace)
    expect(await itemsOf(gracesId, "ACCOUNT#")).toEqual([expect.objectContaining({ provider: "birch" })])
  })

  test("a passkey is added", async () => {
    await desk.getByRole("button", { name: "Add a passkey" }).click()
    await list(desk, "Passkeys").getByText("signature counter").waitFor()
    await fitsPhone(desk)

    const [authenticator] = await itemsOf(adasId, "AUTHENTICATOR#")
    expect(authenticator).toMatchObject({
      userId: adasId,
      credentialPublicKey: expect.any(String),
      type: "AUTHENTICATOR",
    })
    expect(await itemsOf(adasId, "ACCOUNT#passkey#")).toEqual([
      expect.objectContaining({ providerAccountId: authenticator!.providerAccountId }),
    ])
  })

  test("a passkey signs in", async () => {
    const [before] = await itemsOf(adasId, "AUTHENTICATOR#")
    await signOut(desk)
    await desk.getByRole("link", { name: "Sign in" }).first().click()
    await desk.getByRole("button", { name: "Sign in with a passkey" }).click()
    await showsAccountOf(desk, ada)
    await barOffers(desk, "Account")

    const [after] = await itemsOf(adasId, "AUTHENTICATOR#")
    expect(after!.counter).toBeGreaterThan(before!.counter as number)
    expect(await itemsOf(adasId, "SESSION#")).toHaveLength(1)
  })

  test("a passkey is removed and signs in no longer", async () => {
    await desk.getByRole("button", { name: "Remove passkey" }).click()
    await expect.poll(() => list(desk, "Passkeys").count()).toBe(0)
    expect(await itemsOf(adasId, "AUTHENTICATOR#")).toEqual([])
    expect(await sortKeys("ACCOUNT#passkey#")).toEqual([])

    await desk.getByRole("button", { name: "Add a passkey" }).click()
    await expect.poll(() => list(desk, "Passkeys").count()).toBe(1)
  })

  test("an account is deleted after a confirmation, and nothing of it is left", async () => {
    await signInByMail(phone, ada)
    await desk.goto("/account")
    await desk.getByRole("button", { name: "Delete account" }).click()
    await fitsPhone(desk)
    await desk.getByRole("dialog").getByRole("button", { name: "Keep it" }).click()
    await desk.getByRole("dialog").waitFor({ state: "hidden" })
    expect(await itemsOf(adasId, "USER#")).toHaveLength(1)
    // Away from the app, where her session would move on.
    await stranger.goto("about:blank")
    const gracesItems = (await items()).filter((item) => JSON.stringify(item).includes(grace))

    await desk.getByRole("button", { name: "Delete account" }).click()
    await desk.getByRole("button", { name: "Delete for good" }).click()
    await desk.getByRole("status").getByText("Your account is deleted").waitFor()
    await barOffers(desk, "Sign in")
    await fitsPhone(desk)

    const left = await items()
    expect(left.filter((item) => JSON.stringify(item).includes(adasId))).toEqual([])
    expect(left.filter((item) => JSON.stringify(item).includes(ada))).toEqual([])
    expect(left.filter((item) => JSON.stringify(item).includes(grace))).toEqual(gracesItems)

    await phone.goto("/account")
    await phone.getByRole("heading", { name: "Sign in" }).waitFor()
    await stranger.goto("/account")
    await showsAccountOf(stranger, grace)
  })

  test("the email and the accounts are free again", async () => {
    await desk.goto("/sign-in")
    await desk.getByRole("button", { name: "Continue with Acorn ID" }).click()
    await logInAt(desk, "Acorn ID", "Ada Lovelace")
    await showsAccountOf(desk, ada)
    expect(await userIdOf(ada)).not.toBe(adasId)
    expect(await list(desk, "Passkeys").count()).toBe(0)
  })

  endings(() => stage)
})

async function makeEmptyTable(endpoint: string) {
  const client = documentClient({ endpoint })
  const exists = await client
    .send(new DescribeTableCommand({ TableName: "next-auth" }))
    .catch(() => undefined)
  if (exists) await client.send(new DeleteTableCommand({ TableName: "next-auth" }))
  await createTables({ endpoint, region, credentials }, authJsTable())
}
