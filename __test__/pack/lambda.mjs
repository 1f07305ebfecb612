// AWS Lambda: what would be zipped, alone in a folder, under an emulation of the runtime.

import { once } from "node:events"
import { cpSync, mkdirSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { createApp, sizeOf } from "./app.mjs"

/** @typedef {import("./cases.mjs").Context} Context */

const runtime = fileURLToPath(new URL("lambda-runtime.mjs", import.meta.url))

/** @param {Context} context @param {Record<string, string>} [tools] */
async function installed(context, tools = {}) {
  const app = context.createApp("lambda")
  app.write("package.json", {
    private: true,
    dependencies: { dynauth: context.version, "better-auth": "^1.7.5", ...tools },
  })
  await app.run("npm", ["install", "--ignore-scripts"])
  return app
}

/**
 * Starts the function in a folder that nothing else is beside: the app that it was made from is gone.
 *
 * @param {Context} context
 * @param {string} from what is zipped
 * @param {Record<string, string>} [env]
 * @returns {Promise<{ task: string, invoke: (event: object) => Promise<any>, running: import("./app.mjs").Running }>} stopping
 *   `running` stops it all
 */
export async function startFunction(context, from, env = {}) {
  const task = join(context.folder, "..", `${context.name}-task`)
  rmSync(task, { recursive: true, force: true })
  cpSync(from, task, { recursive: true, verbatimSymlinks: true })
  rmSync(context.folder, { recursive: true })
  mkdirSync(context.folder)

  const api = await startRuntimeApi()
  const alone = createApp(task, context.registry.url)
  const running = await alone.start("node", [runtime], {
    env: {
      AWS_LAMBDA_RUNTIME_API: api.address,
      LAMBDA_TASK_ROOT: task,
      _HANDLER: "index.handler",
      AWS_LAMBDA_FUNCTION_NAME: "auth",
      AWS_REGION: "eu-central-1",
      NODE_PATH: undefined,
      ...env,
    },
  })
  const stop = () => running.stop().finally(() => api.close())
  return { task, invoke: api.invoke, running: { ...running, stop } }
}

/**
 * Signs up at the function, and sees the session.
 *
 * @param {Context} context
 * @param {string} from what is zipped
 * @returns {Promise<string>} how large it is
 */
async function invoked(context, from) {
  const { task, invoke, running } = await startFunction(context, from)
  try {
    const failed = (/** @type {unknown} */ answer) =>
      new Error(`the function answered ${JSON.stringify(answer)}\n${running.output()}`)
    const up = await invoke(
      event("POST", "/api/auth/sign-up/email", {
        headers: { "content-type": "application/json", origin: "https://api.example.com" },
        body: JSON.stringify({ name: "Ada", email: "ada@example.com", password: "correct horse battery" }),
      }),
    )
    if (up.statusCode !== 200 || up.cookies.length === 0) throw failed(up)
    const cookies = up.cookies.map((/** @type {string} */ cookie) => cookie.split(";")[0])
    const session = await invoke(event("GET", "/api/auth/get-session", { cookies }))
    if (JSON.parse(session.body ?? "null")?.user?.email !== "ada@example.com") throw failed(session)
    const user = await invoke(event("GET", "/authjs", { queryStringParameters: { email: "b@example.com" } }))
    if (JSON.parse(user.body ?? "null")?.email !== "b@example.com") throw failed(user)
  } finally {
    await running.stop()
  }
  const size = `${sizeOf(task)} unzipped`
  rmSync(task, { recursive: true })
  return size
}

/** @param {string} method @param {string} rawPath @param {object} more */
const event = (method, rawPath, more) => ({
  version: "2.0",
  rawPath,
  headers: {},
  requestContext: { domainName: "api.example.com", http: { method, path: rawPath } },
  ...more,
})

/** Lambda's Runtime API, which hands one event after another to whoever asks. */
async function startRuntimeApi() {
  /** @type {{ event: object, resolve: (answer: any) => void }[]} */
  const waiting = []
  /** @type {Map<string, (answer: any) => void>} */
  const asked = new Map()
  /** @type {(() => void) | undefined} */
  let wake
  let count = 0
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => (body += chunk))
    request.on("end", async () => {
      const [, id, what] = /invocation\/([^/]+)(?:\/(\w+))?$/.exec(request.url ?? "") ?? []
      if (id === "next") {
        while (waiting.length === 0) await new Promise((resolve) => (wake = () => resolve(undefined)))
        const { event, resolve } = /** @type {(typeof waiting)[0]} */ (waiting.shift())
        const name = `request-${++count}`
        asked.set(name, resolve)
        response.writeHead(200, { "lambda-runtime-aws-request-id": name }).end(JSON.stringify(event))
      } else {
        asked.get(id)?.(what === "error" ? { failed: JSON.parse(body) } : JSON.parse(body))
        response.writeHead(202).end()
      }
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  return {
    address: `127.0.0.1:${port}`,
    /** @param {object} event @returns {Promise<any>} */
    invoke: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ event, resolve })
        wake?.()
        setTimeout(() => reject(new Error("the function does not answer")), 60_000).unref()
      }),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const esbuild = { esbuild: "^0.28" }
const common = ["--bundle", "--platform=node", "--target=node20", "--outdir=out"]
/** An ECMAScript module has no `require`, which the addon's loader needs. */
const BANNER = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;`

export const lambda = {
  "lambda-layout": {
    what: "Lambda, Node's own layout: the handler and node_modules",
    async run(/** @type {Context} */ context) {
      const app = await installed(context)
      return invoked(context, app.folder)
    },
  },
  "lambda-esbuild": {
    what: "Lambda, one bundle by esbuild, the addon copied beside it (loader .node=copy)",
    async run(/** @type {Context} */ context) {
      const app = await installed(context, esbuild)
      await app.run("npx", ["esbuild", "index.mjs", ...common, "--format=cjs", "--loader:.node=copy"])
      return invoked(context, join(app.folder, "out"))
    },
  },
  "lambda-esbuild-esm": {
    what: "the same as an ECMAScript module, with a banner that makes `require`",
    async run(/** @type {Context} */ context) {
      const app = await installed(context, esbuild)
      await app.run("npx", [
        "esbuild",
        "index.mjs",
        ...[...common, "--format=esm", "--out-extension:.js=.mjs", "--loader:.node=copy"],
        `--banner:js=${BANNER}`,
      ])
      return invoked(context, join(app.folder, "out"))
    },
  },
  "lambda-external": {
    what: "Lambda, a bundle with dynauth as external and installed beside it (CDK's nodeModules)",
    async run(/** @type {Context} */ context) {
      const app = await installed(context, esbuild)
      // Better Auth stays outside too: the adapter and the app have to share it.
      const external = ["--external:dynauth", "--external:better-auth"]
      await app.run("npx", ["esbuild", "index.mjs", ...common, "--format=cjs", ...external])
      app.write("out/package.json", {
        dependencies: { dynauth: context.version, "better-auth": "^1.7.5" },
      })
      await app.run("npm", ["install", "--ignore-scripts"], { cwd: "out" })
      return invoked(context, join(app.folder, "out"))
    },
  },
}
