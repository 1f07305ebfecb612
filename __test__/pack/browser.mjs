// A person who signs in with a link in a mail, in Chromium.

import { launch } from "../browser/launch.mjs"

/** What a page shows must come within this time; a busy machine takes many times as long as an idle one. */
const PATIENCE = 120_000

/**
 * @param {(page: import("playwright-core").Page) => Promise<void>} act
 */
export async function inBrowser(act) {
  const browser = await launch(PATIENCE)
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(PATIENCE)
    await act(page)
  } finally {
    await browser.close()
  }
}

/** @param {import("playwright-core").Page} page @param {string} text */
export async function seesHeading(page, text) {
  await page.getByRole("heading", { name: text, exact: true }).waitFor()
}

/**
 * Signs in on Auth.js's own page.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} url of the app, which gives the last mail's link at /mail
 * @param {{ signIn: string }} paths
 */
export async function signInByMail(page, url, { signIn }) {
  await page.goto(url + signIn)
  await page.locator('input[name="email"]').fill("ada@example.com")
  await page
    .locator("form")
    .filter({ has: page.locator('input[name="email"]') })
    .locator("button")
    .click()
  await page.getByText(/check your email/i).waitFor()
  const { link } = await (await page.request.get(`${url}/mail`)).json()
  await page.goto(link)
}
