// Servers of one's own: an app each, started from its installation, and a person who signs in.

import { freePort, tail, untilAnswers } from "./app.mjs"
import { inBrowser, seesHeading, signInByMail } from "./browser.mjs"

/** @typedef {import("./cases.mjs").Context} Context */

/**
 * @param {string} script
 * @param {Record<string, string>} dependencies
 * @param {SignIn} signIn
 */
const server = (script, dependencies, signIn) => ({
  async run(/** @type {Context} */ context) {
    const app = context.createApp("servers")
    app.write("package.json", { private: true, dependencies: { dynauth: context.version, ...dependencies } })
    await app.run("npm", ["install", "--ignore-scripts"])
    const port = await freePort()
    const running = await app.start("node", [script], { env: { PORT: String(port) }, ready: /ready/ })
    await served(running, `http://localhost:${port}`, signIn)
  },
})

/** @typedef {(page: import("playwright-core").Page, url: string) => Promise<void>} SignIn */

/**
 * Sees a person come and sign in, and stops the server.
 *
 * @param {import("./app.mjs").Running} running
 * @param {string} url
 * @param {SignIn} signIn
 */
export async function served(running, url, signIn) {
  try {
    await untilAnswers(url, running)
    await inBrowser(async (page) => {
      await page.goto(url)
      await seesHeading(page, "Signed out")
      await signIn(page, url)
      await seesHeading(page, "Signed in as ada@example.com")
    })
  } catch (error) {
    throw new Error(`${error}\nThe server said:\n${tail(running.output())}`, { cause: error })
  } finally {
    await running.stop()
  }
}

/** @param {import("playwright-core").Page} page */
export async function signUp(page) {
  await page.locator('input[name="email"]').fill("ada@example.com")
  await page.locator('input[name="password"]').fill("correct horse battery staple")
  await page.getByRole("button", { name: "Sign up" }).click()
}

/** @param {import("playwright-core").Page} page @param {string} url */
export const byMail = (page, url) => signInByMail(page, url, { signIn: "/auth/signin?callbackUrl=/" })

const better = { "better-auth": "^1.7.5" }
export const servers = {
  "express-authjs": {
    what: "Express with @auth/express and database sessions",
    ...server("express-authjs.mjs", { express: "^5", "@auth/express": "^0.12" }, byMail),
  },
  express: {
    what: "Express with Better Auth",
    ...server("express.mjs", { express: "^5", ...better }, signUp),
  },
  hono: {
    what: "Hono on Node.js with Better Auth",
    ...server("hono.mjs", { hono: "^4", "@hono/node-server": "^2", ...better }, signUp),
  },
  fastify: {
    what: "Fastify with Better Auth",
    ...server("fastify.mjs", { fastify: "^5", ...better }, signUp),
  },
}
