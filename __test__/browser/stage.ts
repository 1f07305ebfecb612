// What the stories of the examples share: the ways to run them, the browsers of the people in them, and a note of everything
// that goes wrong on a page.

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, expect, inject, test } from "vitest"
import { credentials, region } from "../engines"
import { launchChromium } from "./chromium"
import { type Example, startExample } from "./example"

const { DYNAMODB_ENDPOINT } = process.env

/** How an example is run. */
export interface Run {
  name: string
  dev: boolean
  endpoint: string
  /** Whether the tables are there only if somebody makes them. */
  needsTables: boolean
}

/** Each way to run an example: its production build, `next dev`, and, if there is one, with DynamoDB Local. */
export function runs(): Run[] {
  const folder = mkdtempSync(join(tmpdir(), "dynauth-example-"))
  afterAll(() => rmSync(folder, { recursive: true }))

  const embedded = (name: string, dev: boolean) => ({
    name: `${name} on the embedded engine`,
    dev,
    endpoint: `file:${join(folder, dev ? "dev.db" : "production.db")}`,
    needsTables: false,
  })
  const onLocal = (endpoint: string) => ({
    name: "the production build on DynamoDB Local",
    dev: false,
    endpoint,
    needsTables: true,
  })
  return [
    embedded("the production build", false),
    embedded("next dev", true),
    ...(DYNAMODB_ENDPOINT ? [onLocal(DYNAMODB_ENDPOINT)] : []),
  ]
}

/** An example that runs, and the people who use it. */
export class Stage {
  /** What the pages have reported: exceptions, and errors in the console with the address of what they are about. */
  readonly faults: string[] = []
  readonly #example: Example
  readonly #browser: Browser

  private constructor(example: Example, browser: Browser) {
    this.#example = example
    this.#browser = browser
  }

  /**
   * Starts the example that the arguments of `npm run example` name.
   *
   * `pages` are its pages. `next dev` compiles each when it is first asked for; that is over before anybody looks at one.
   */
  static async open(
    { dev, endpoint }: Run,
    args: string[],
    pages: string[],
    environment: Record<string, string> = {},
  ): Promise<Stage> {
    const example = await startExample([...args, ...(dev ? ["--dev"] : [])], {
      ...environment,
      AUTH_DYNAMODB_ENDPOINT: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    })
    try {
      if (dev) for (const page of pages) await fetch(example.url + page)
      return new Stage(example, await launchChromium())
    } catch (error) {
      await example.stop()
      throw error
    }
  }

  async close() {
    await this.#browser.close()
    await this.#example.stop()
  }

  /** A browser of its own: another person, or another device. */
  async openBrowser(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
    const context = await this.#browser.newContext({ baseURL: this.#example.url, ...options })
    context.setDefaultTimeout(inject("patience").page)
    await context.addInitScript(takeNoClicksBeforeLoad)
    const page = await context.newPage()
    const note = (fault: string) =>
      this.faults.push(`${expect.getState().currentTestName}, ${page.url()}: ${fault}`)
    page.on("pageerror", (error) => note(error.stack ?? error.message))
    page.on("console", (message) => {
      if (message.type() !== "error") return
      // The text does not say which resource could not be loaded, and there is no response event for an icon.
      note(`${message.text()} (${message.location().url})`)
    })
    return page
  }

  /** What has been printed in the terminal so far. */
  output(): string {
    return this.#example.output()
  }

  /** For a test that failed: everything that may say why. */
  describe(): string {
    return `The example printed:\n${this.output()}\nThe pages:\n${this.faults.join("\n")}`
  }

  /** Ctrl-C: resolves to the exit code when nothing answers any more. */
  async stop(): Promise<number | null> {
    const code = await this.#example.stop()
    await expect(fetch(this.#example.url)).rejects.toThrow()
    return code
  }
}

/**
 * In a page: nothing can be clicked until it has loaded.
 *
 * A form that is sent while its page still arrives has the browser read no more of the page, and React reports what is missing
 * as "Connection closed.", out of a page that is being left.
 */
function takeNoClicksBeforeLoad() {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync("body { pointer-events: none }")
  document.adoptedStyleSheets.push(sheet)
  addEventListener("load", () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet)
  })
}

/** The items of a list, by the heading that names it. */
export const list = (page: Page, name: string) => page.getByRole("list", { name }).getByRole("listitem")

/** What the bar at the top of a page offers besides the inbox: the account, or to sign in. */
export async function barOffers(page: Page, label: "Account" | "Sign in") {
  const links = page.getByRole("navigation").getByRole("link")
  await expect.poll(() => links.allTextContents()).toEqual(["Inbox", label])
}

/** Looks at the page as it is on a phone: everything is in sight, and neither a text nor its action is squeezed. */
export async function fitsPhone(page: Page) {
  const usual = page.viewportSize()!
  await page.setViewportSize({ width: 390, height: 844 })
  expect(await page.evaluate(findMisfits), page.url()).toEqual([])
  await page.setViewportSize(usual)
}

/** In a page: what does not fit, by its text. */
function findMisfits(): string[] {
  const misfits: string[] = []
  const all = (selector: string, within: ParentNode = document) => [
    ...within.querySelectorAll<HTMLElement>(selector),
  ]
  const box = (element: Element) => element.getBoundingClientRect()
  const note = (element: HTMLElement, problem: string) => misfits.push(`${element.innerText}: ${problem}`)
  const isShown = (element: HTMLElement) => box(element).width > 0

  const { scrollWidth } = document.documentElement
  if (scrollWidth > innerWidth) misfits.push(`the page is ${scrollWidth} pixels wide`)
  for (const element of all(".list li > .grow")) {
    if (box(element).width < 144) note(element, `the text has ${box(element).width} pixels`)
  }
  for (const button of all(".button").filter(isShown)) {
    const { left, right, height } = box(button)
    if (left < 0 || right > innerWidth) note(button, "out of sight")
    if (height > 56) note(button, "in several lines")
  }
  // Actions that belong together stand beside each other, and those of a part beside its heading.
  for (const row of all(".row, .with-avatar, .card-head")) {
    const isOf = (part: HTMLElement) => isShown(part) && part.closest("dialog") === row.closest("dialog")
    const parts = all("h1, h2, .button", row).filter(isOf)
    const middles = parts.map((part) => box(part).top + box(part).height / 2)
    if (Math.max(...middles) - Math.min(...middles) > 8) note(row, "in several lines")
  }
  return misfits
}

/** How the story of every example ends. */
export function endings(stage: () => Stage) {
  test("light and dark can be changed, and the choice stays", async () => {
    const page = await stage().openBrowser({ colorScheme: "dark" })
    const isDark = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--is-dark") === "1")
    await page.goto("/")
    expect(await isDark()).toBe(true)
    await page.getByRole("button", { name: "Change between light and dark" }).click()
    expect(await isDark()).toBe(false)
    await page.reload()
    expect(await isDark()).toBe(false)
  })

  test("a page that is not there has the bar too", async () => {
    const page = await stage().openBrowser()
    const answer = await page.request.get("/nothing/here")
    expect(answer.status()).toBe(404)
    const html = await answer.text()
    expect(html).toContain("<h1>Nothing here</h1>")
    expect(html).toMatch(/<nav aria-label="Main">.*<a href="\/sign-in">Sign in<\/a>/)
  })

  test("there is the icon that browsers ask for by themselves", async () => {
    const page = await stage().openBrowser()
    const icon = await page.request.get("/favicon.ico")
    expect(icon.status()).toBe(200)
    expect(icon.headers()["content-type"]).toBe("image/x-icon")
  })

  test("no page reported an error, and Ctrl-C stops everything", async () => {
    expect(stage().faults).toEqual([])
    expect(await stage().stop()).toBe(0)
  })
}
