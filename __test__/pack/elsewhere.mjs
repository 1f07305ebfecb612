// Where a native addon cannot run: the import says so, and what to do.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { freePort, tail } from "./app.mjs"
import { inBrowser } from "./browser.mjs"
import { installed } from "./next.mjs"

/** @typedef {import("./cases.mjs").Context} Context */

const WORDS = /edge runtime or by a bundle for browsers.*auth\.config\.ts without the adapter/

/** By the rule that `withDynauth` sets for the bundlers. */
const EDGE_WORDS = /dynauth is imported by code for the edge runtime[^]*auth\.config\.ts without the adapter/

export const elsewhere = {
  "edge-next16": {
    what: "a route on Next.js's edge runtime that imports the adapter, in next dev: the error names the split configuration",
    async run(/** @type {Context} */ context) {
      const app = await installed(context, 16)
      app.write(
        "app/edge/route.js",
        `import { adapter } from "../../db"

export const runtime = "edge"

export async function GET() {
  return Response.json(Object.keys(adapter))
}
`,
      )
      for (const flags of [[], ["--webpack"]]) {
        const port = await freePort()
        const server = await app.start("npx", ["next", "dev", ...flags, "--port", String(port)], {
          env: { NODE_ENV: "development" },
          ready: /Ready in/,
        })
        try {
          const response = await fetch(`http://localhost:${port}/edge`)
          if (response.ok) throw new Error(`it answered ${await response.text()}`)
          for (let attempt = 0; !EDGE_WORDS.test(server.output()); attempt++) {
            if (attempt === 100) throw new Error(`not a word of it:\n${tail(server.output())}`)
            await sleep(50)
          }
        } finally {
          await server.stop()
        }
      }
    },
  },
  "browser-esbuild": {
    what: "a bundle for browsers that imports the adapter: it builds without the addon, and the error says why",
    async run(/** @type {Context} */ context) {
      const app = context.createApp("elsewhere")
      app.write("package.json", {
        private: true,
        dependencies: { dynauth: context.version, esbuild: "^0.28" },
      })
      await app.run("npm", ["install", "--ignore-scripts"])
      await app.run("npx", ["esbuild", "client.mjs", "--bundle", "--platform=browser", "--outfile=out.js"])
      const bundle = readFileSync(join(app.folder, "out.js"), "utf8")
      await inBrowser(async (page) => {
        const failed = page.waitForEvent("pageerror")
        await page.setContent("<h1>Client</h1>")
        await page.addScriptTag({ content: bundle })
        const { message } = await failed
        if (!WORDS.test(message)) throw new Error(`the page says: ${message}`)
      })
      return `${bundle.length} bytes`
    },
  },
}
