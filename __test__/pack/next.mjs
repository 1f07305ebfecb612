// Next.js: each version and bundler builds an app with an app router, a pages router, a middleware and an instrumentation; the
// standalone output, moved away from the app and the app removed, is started, and a person signs in. And the development server.

import { once } from "node:events"
import { cpSync, renameSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { createApp, freePort, sizeOf, tail, untilAnswers } from "./app.mjs"
import { inBrowser, seesHeading, signInByMail } from "./browser.mjs"

/** @typedef {import("./cases.mjs").Context} Context */

/** The split configuration where the middleware runs on the edge: it can read JWTs alone. */
const EDGE_MIDDLEWARE = `import NextAuth from "next-auth"
import authConfig from "./auth.config.mjs"

export const { auth: middleware } = NextAuth(authConfig)
export const config = { matcher: ["/members"] }
`

/** Next.js 16's proxy runs on Node.js and reads the session from the database. */
const NODE_PROXY = `export { auth as proxy } from "./auth"
export const config = { matcher: ["/members"] }
`

/** @type {Record<number, { react: string, middleware: [string, string], strategy: string, config?: string }>} */
const VERSIONS = {
  14: { react: "18", middleware: ["middleware.js", EDGE_MIDDLEWARE], strategy: "jwt" },
  15: { react: "19", middleware: ["middleware.js", EDGE_MIDDLEWARE], strategy: "jwt" },
  16: { react: "19", middleware: ["proxy.js", NODE_PROXY], strategy: "database" },
}

/** @param {Context} context @param {number} major @param {object} [more] for package.json */
export async function installed(context, major, more = {}) {
  const { react, middleware, strategy } = VERSIONS[major]
  const app = context.createApp("next")
  app.write("package.json", {
    private: true,
    dependencies: {
      dynauth: context.version,
      next: `^${major}`,
      "next-auth": "5.0.0-beta.32",
      react: `^${react}`,
      "react-dom": `^${react}`,
    },
    ...more,
  })
  app.write(
    "next.config.mjs",
    `import { withDynauth } from "dynauth/next"

export default withDynauth(async () => (${JSON.stringify({
      output: "standalone",
      env: { SESSION_STRATEGY: strategy },
      // In the pages router, Next.js would leave next-auth to Node.js, which does not find "next/server" from there.
      transpilePackages: ["next-auth"],
      ...(major === 14 && { experimental: { instrumentationHook: true } }),
    })}))
`,
  )
  app.write(...middleware)
  await app.run("npm", ["install", "--ignore-scripts", "--legacy-peer-deps"])
  return app
}

/** @param {number} major @param {string[]} flags of `next build` */
const built = (major, flags) => ({
  async run(/** @type {Context} */ context) {
    const app = await installed(context, major)
    const output = await app.run("npx", ["next", "build", ...flags])
    if (/critical dependency|can't resolve '?dynauth/i.test(output)) throw new Error(tail(output))

    // The copied folder alone: the app that it was made from is no longer there.
    const standalone = join(context.folder, "..", `${context.name}-standalone`)
    cpSync(join(app.folder, ".next", "standalone"), standalone, { recursive: true, verbatimSymlinks: true })
    cpSync(join(app.folder, ".next", "static"), join(standalone, ".next", "static"), { recursive: true })
    renameSync(app.folder, `${app.folder}-removed`)
    rmSync(`${app.folder}-removed`, { recursive: true })

    const alone = createApp(standalone, context.registry.url)
    const port = await freePort()
    const server = await alone.start("node", ["server.js"], {
      env: { PORT: String(port), HOSTNAME: "127.0.0.1", NODE_ENV: "production" },
    })
    try {
      // Auth.js on Next.js writes its own addresses with this name, whatever the request said.
      await visit(`http://localhost:${port}`, server)
    } catch (error) {
      throw new Error(`${error}\nThe server said:\n${tail(server.output())}`, { cause: error })
    } finally {
      await server.stop()
    }
    const size = `${sizeOf(standalone)} standalone`
    rmSync(standalone, { recursive: true })
    return size
  },
})

/** @param {string} url @param {import("./app.mjs").Running} server */
export async function visit(url, server) {
  await untilAnswers(url, server)
  await inBrowser(async (page) => {
    await page.goto(url)
    await seesHeading(page, "Signed out")
    await page.goto(`${url}/members`)
    if (!page.url().includes("/api/auth/signin"))
      throw new Error(`the middleware let nobody in at ${page.url()}`)
    await signInByMail(page, url, { signIn: "/api/auth/signin?callbackUrl=/" })
    await seesHeading(page, "Signed in as ada@example.com")
    await page.goto(`${url}/members`)
    await seesHeading(page, "Members only: ada@example.com")
    await page.goto(`${url}/legacy`)
    await seesHeading(page, "Pages know ada@example.com, verified true")
    const { instrumented } = await (await page.request.get(`${url}/mail`)).json()
    if (instrumented !== true) throw new Error("the instrumentation did not use the adapter")
  })
}

const RELOADS = 200

/** @param {number} major @param {string[]} flags of `next dev` */
const reloaded = (major, flags) => ({
  async run(/** @type {Context} */ context) {
    const app = await installed(context, major)
    const dynamodb = await startEmptyDynamoDB()
    const source = (/** @type {number} */ version) => `import { DynamoDBAdapter } from "dynauth"

export const version = ${version}
export const adapter = DynamoDBAdapter({ endpoint: "memory:" })
export const remote = DynamoDBAdapter({
  region: "eu-central-1",
  endpoint: ${JSON.stringify(dynamodb.url)},
  credentials: { accessKeyId: "KEY", secretAccessKey: "secret" },
})
`
    app.write("db.js", source(0))
    app.write(
      "app/touch/route.js",
      `import { readFileSync } from "node:fs"
import { adapter, remote, version } from "../../db"

export const dynamic = "force-dynamic"

export async function GET() {
  const email = "first@example.com"
  const user = (await adapter.getUserByEmail(email)) ?? (await adapter.createUser({ email, emailVerified: null }))
  await remote.getUser("nobody")
  const [, threads] = /^Threads:\\s*(\\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))
  return Response.json({ version, user: user.id, process: process.pid, threads: Number(threads) })
}
`,
    )
    const port = await freePort()
    const server = await app.start("npx", ["next", "dev", ...flags, "--port", String(port)], {
      env: { NODE_ENV: "development" },
    })
    try {
      const url = `http://127.0.0.1:${port}/touch`
      await untilAnswers(url, server)
      const first = await (await fetch(url)).json()
      let last = first
      let threads = 0
      for (let version = 1; version <= RELOADS; version++) {
        app.write("db.js", source(version))
        for (let attempt = 0; last.version !== version; attempt++) {
          if (attempt === 1200) throw new Error(`reload ${version} does not come`)
          await sleep(25)
          last = await (await fetch(url)).json()
        }
        if (version === 20) threads = last.threads
      }
      if (last.process !== first.process) throw new Error("the server was started anew in between")
      if (last.user !== first.user) throw new Error("a reload made another engine")
      if (last.threads > threads) throw new Error(`${threads} threads became ${last.threads}`)
      const connections = dynamodb.connections()
      // One after another, all over one; a second one only if the first was given up.
      if (connections > 2) throw new Error(`${RELOADS} reloads opened ${connections} connections`)
      return `${RELOADS} reloads: connections: ${connections}, threads: ${last.threads} after 20 and after ${RELOADS}, one engine`
    } catch (error) {
      throw new Error(`${error}\nThe server said:\n${tail(server.output())}`, { cause: error })
    } finally {
      await server.stop()
      dynamodb.close()
    }
  },
})

/** A DynamoDB in which there is nothing. */
async function startEmptyDynamoDB() {
  let connections = 0
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/x-amz-json-1.0" })
      response.end(JSON.stringify({ Items: [], Count: 0, ScannedCount: 0 }))
    })
  })
  // As DynamoDB, which lets a connection rest for a while.
  server.keepAliveTimeout = 60_000
  server.on("connection", () => connections++)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A middleware that reads database sessions, as it is known to run on Node.js. */
const MIDDLEWARE_ON_NODE = `import { auth } from "./auth"

export default auth
export const config = { matcher: ["/members"], runtime: "nodejs" }
`

/** The middleware on the edge that leads to the adapter by two other files. @param {number} major */
const refused = (major) => ({
  async run(/** @type {Context} */ context) {
    const app = await installed(context, major)
    rmSync(join(app.folder, "proxy.js"), { force: true })
    app.write("middleware.js", `export { auth as middleware } from "./auth"\n`)
    for (const flags of BUNDLERS[major]) {
      const output = await failing(app, ["next", "build", ...flags])
      const isNamedByUs = /Imported by: middleware\.js → auth\.js → db\.js → dynauth/.test(output)
      const isNamedByTurbopack = /\.\/db\.js\s+\.\/auth\.js\s+\.\/middleware\.js/.test(output)
      if (!isNamedByUs && !isNamedByTurbopack) throw new Error(`no file is named:\n${tail(output)}`)
      for (const words of ["code for the edge runtime", "proxy.ts", 'runtime: "nodejs"', "auth.config.ts"]) {
        if (!output.includes(words)) throw new Error(`"${words}" is not in:\n${tail(output)}`)
      }
    }
  },
})

/** @type {Record<number, string[][]>} flags of `next build` */
const BUNDLERS = { 14: [[]], 15: [[], ["--turbopack"]], 16: [["--turbopack"], ["--webpack"]] }

/** What a command prints that has to fail. @param {import("./app.mjs").App} app @param {string[]} values @param {string} [cwd] */
async function failing(app, values, cwd) {
  const output = await app.run("npx", values, { cwd }).then(
    () => undefined,
    (error) => error.output,
  )
  if (output === undefined) throw new Error(`${values.join(" ")} did not fail`)
  return output
}

const middlewareOnNode = {
  what: "Next.js 15.5, middleware on Node.js reads database sessions, with each bundler",
  async run(/** @type {Context} */ context) {
    const app = await installed(context, 15)
    app.write("middleware.js", MIDDLEWARE_ON_NODE)
    for (const flags of BUNDLERS[15]) {
      rmSync(join(app.folder, ".next"), { recursive: true, force: true })
      const env = { SESSION_STRATEGY: "database" }
      await app.run("npx", ["next", "build", ...flags], { env })
      const port = await freePort()
      const server = await app.start("npx", ["next", "start", "--port", String(port)], { env })
      try {
        const url = `http://localhost:${port}`
        await untilAnswers(url, server)
        const { status, headers } = await fetch(`${url}/members`, { redirect: "manual" })
        if (status !== 307 || !headers.get("location")?.includes("/api/auth/signin")) {
          throw new Error(`the middleware answered ${status}\n${tail(server.output())}`)
        }
      } finally {
        await server.stop()
      }
    }
  },
}

const oldest = {
  what: "Next.js 13.1, pages router: no option that it does not know, and an edge middleware with the adapter is refused",
  async run(/** @type {Context} */ context) {
    const app = context.createApp()
    app.write("package.json", {
      private: true,
      dependencies: { dynauth: context.version, next: "13.1.6", react: "^18", "react-dom": "^18" },
    })
    app.write(
      "next.config.mjs",
      `import { withDynauth } from "dynauth/next"\nexport default withDynauth({ output: "standalone" })\n`,
    )
    app.write("pages/index.js", USER_PAGE)
    await app.run("npm", ["install", "--ignore-scripts", "--legacy-peer-deps"])
    const output = await app.run("npx", ["next", "build"])
    if (/invalid next\.config/i.test(output)) throw new Error(tail(output))
    app.write(
      "middleware.js",
      `import { adapter } from "./pages"\nexport const middleware = () => void adapter\n`,
    )
    const refusal = await failing(app, ["next", "build"])
    if (!refusal.includes("Imported by: middleware.js → pages/index.js → dynauth"))
      throw new Error(tail(refusal))
  },
}

/** A page that makes a user. */
const USER_PAGE = `import { DynamoDBAdapter } from "dynauth"

export const adapter = DynamoDBAdapter({ endpoint: "memory:" })
export async function getServerSideProps() {
  const { email } = await adapter.createUser({ email: "ada@example.com", emailVerified: null })
  return { props: { email } }
}
export default function Page({ email }) {
  return <p>{email}</p>
}
`

const workspace = {
  what: "pnpm workspace whose app has dynauth by another package alone: the error names the cure, and the cure works",
  async run(/** @type {Context} */ context) {
    const app = context.createApp()
    const pnpm = ["exec", "--yes", "--package=pnpm@10", "--", "pnpm"]
    const install = [
      "install",
      "--ignore-scripts",
      "--no-frozen-lockfile",
      "--config.auto-install-peers=false",
    ]
    const web = (/** @type {object} */ more) => ({
      private: true,
      dependencies: {
        ...{ "@acme/auth": "workspace:*", next: "^15", react: "^19", "react-dom": "^19" },
        ...more,
      },
    })
    app.write("package.json", { private: true })
    app.write(
      "pnpm-workspace.yaml",
      `packages: [apps/*, packages/*]\nstoreDir: ${JSON.stringify(join(app.folder, ".pnpm-store"))}\n`,
    )
    app.write("packages/auth/package.json", {
      ...{ name: "@acme/auth", version: "1.0.0", type: "module" },
      exports: { ".": "./index.js", "./next": "./next.js" },
      dependencies: { dynauth: context.version },
    })
    app.write(
      "packages/auth/index.js",
      `import { DynamoDBAdapter } from "dynauth"\nexport const adapter = DynamoDBAdapter({ endpoint: "memory:" })\n`,
    )
    app.write("packages/auth/next.js", `export { withDynauth } from "dynauth/next"\n`)
    app.write("apps/web/package.json", web({}))
    app.write(
      "apps/web/next.config.mjs",
      `import { withDynauth } from "@acme/auth/next"

export default withDynauth({ transpilePackages: ["@acme/auth"] })
`,
    )
    app.write("apps/web/pages/index.js", USER_PAGE.replace(/import.*\n\nexport const.*/, IMPORT_OF_WORKSPACE))
    await app.run("npm", [...pnpm, ...install])
    for (const flags of BUNDLERS[15]) {
      const output = await failing(app, ["next", "build", ...flags], "apps/web")
      if (!/dynauth is bundled[^]*does not have it[^]*pnpm add dynauth/.test(output))
        throw new Error(tail(output))
    }
    app.write("apps/web/package.json", web({ dynauth: context.version }))
    await app.run("npm", [...pnpm, ...install])
    for (const flags of BUNDLERS[15]) {
      await app.run("npx", ["next", "build", ...flags], { cwd: "apps/web" })
      const port = await freePort()
      const server = await app.start("npx", ["next", "start", "--port", String(port)], { cwd: "apps/web" })
      try {
        await untilAnswers(`http://localhost:${port}`, server)
      } finally {
        await server.stop()
      }
    }
  },
}

const IMPORT_OF_WORKSPACE = `import { adapter } from "@acme/auth"\n`

const everything = "app and pages router, instrumentation, standalone output alone, a person signs in"
export const next = {
  "next14-webpack": { what: `Next.js 14, middleware on the edge, ${everything}`, ...built(14, []) },
  "next15-webpack": { what: `Next.js 15, middleware on the edge, ${everything}`, ...built(15, []) },
  "next15-turbopack": { what: `the same with Turbopack`, ...built(15, ["--turbopack"]) },
  "next16-turbopack": { what: `Next.js 16, proxy with database sessions, ${everything}`, ...built(16, []) },
  "next16-webpack": { what: `the same with webpack`, ...built(16, ["--webpack"]) },
  next13: oldest,
  "next14-edge": {
    what: "Next.js 14, an edge middleware that imports the adapter: the build fails",
    ...refused(14),
  },
  "next15-edge": { what: "the same with Next.js 15 and each bundler", ...refused(15) },
  "next16-edge": { what: "the same with Next.js 16 and each bundler", ...refused(16) },
  "next15-middleware": middlewareOnNode,
  "next15-workspace": workspace,
  "next16-dev": {
    what: `next dev with Turbopack, ${RELOADS} hot reloads`,
    // With it, Next.js 16.4 reloads no module that imports a package's ECMAScript module from node_modules, whichever it is.
    ...reloaded(16, ["--no-server-fast-refresh"]),
  },
  "next15-dev": { what: `next dev with webpack, ${RELOADS} hot reloads`, ...reloaded(15, []) },
}
