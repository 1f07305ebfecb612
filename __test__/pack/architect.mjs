// Architect (arc.codes): its sandbox runs functions as Lambda does, and installs what they depend on as its deployment does.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { freePort, tail, untilAnswers } from "./app.mjs"

/** @typedef {import("./cases.mjs").Context} Context */

const SANDBOX = { "@architect/sandbox": "^8" }

/** @param {import("./app.mjs").App} app @param {(url: string) => Promise<void>} visit */
async function inSandbox(app, visit) {
  const port = await freePort()
  const sandbox = await app.start("npx", ["sandbox", "--port", String(port)])
  try {
    const url = `http://localhost:${port}`
    await untilAnswers(url, sandbox)
    await visit(url)
  } catch (error) {
    throw new Error(`${error}\nThe sandbox said:\n${tail(sandbox.output())}`, { cause: error })
  } finally {
    await sandbox.stop()
  }
}

/** Signs a person in by a link, and sees the session. @param {string} url @param {() => string} lastLink */
async function signedIn(url, lastLink) {
  /** @type {Map<string, string>} */
  const jar = new Map()
  const send = async (/** @type {string} */ address, /** @type {RequestInit} */ options = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ")
    const response = await fetch(address, { redirect: "manual", ...options, headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (name) jar.set(name, value)
    }
    return response
  }
  const { csrfToken } = await (await send(`${url}/auth/csrf`)).json()
  await send(`${url}/auth/signin/mail`, {
    method: "POST",
    body: new URLSearchParams({ csrfToken, email: "ada@example.com" }),
  })
  await send(lastLink())
  const session = await (await send(url)).json()
  if (session?.user?.email !== "ada@example.com") throw new Error(`the session is ${JSON.stringify(session)}`)
}

export const architect = {
  "architect-esbuild": {
    what: "Architect: an Express app with Auth.js, bundled by esbuild, in the sandbox; a person signs in",
    async run(/** @type {Context} */ context) {
      const app = context.createApp("architect")
      app.write("package.json", {
        private: true,
        dependencies: {
          ...{ dynauth: context.version, "@auth/express": "^0.12", express: "^4", "serverless-http": "^3" },
          ...{ esbuild: "^0.28", ...SANDBOX },
        },
      })
      await app.run("npm", ["install", "--ignore-scripts", "--legacy-peer-deps"])
      const flags = ["--bundle", "--platform=node", "--target=node20", "--format=cjs", "--loader:.node=copy"]
      await app.run("npx", ["esbuild", "server.mjs", ...flags, "--outfile=server/index.js"])
      await inSandbox(app, (url) => signedIn(url, () => readFileSync(join(app.folder, "last-link"), "utf8")))
    },
  },
  "architect-hydrate": {
    what: "Architect: a function with a package.json of its own, which Architect installs",
    async run(/** @type {Context} */ context) {
      const app = context.createApp()
      app.write("package.json", { private: true, dependencies: SANDBOX })
      app.write("app.arc", "@app\nauth\n\n@aws\nruntime nodejs20.x\n\n@http\nany /*\n")
      const folder = "src/http/any-catchall"
      app.write(`${folder}/package.json`, {
        ...{ private: true, type: "module" },
        dependencies: { dynauth: context.version },
      })
      app.write(
        `${folder}/index.mjs`,
        `import { DynamoDBAdapter } from "dynauth"

const adapter = DynamoDBAdapter({ endpoint: "memory:" })
export async function handler() {
  const { email } = await adapter.createUser({ email: "ada@example.com", emailVerified: null })
  return { statusCode: 200, body: email }
}
`,
      )
      await app.run("npm", ["install", "--ignore-scripts"])
      await inSandbox(app, async (url) => {
        const body = await (await fetch(url)).text()
        if (body !== "ada@example.com") throw new Error(`the function answered ${body}`)
      })
    },
  },
}
