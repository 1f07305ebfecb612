// OpenNext: Next.js on AWS Lambda. The server function that it builds, alone in a folder, under an emulation of Lambda's runtime and
// behind one of API Gateway; and a person signs in.

import { once } from "node:events"
import { existsSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { freePort, sizeOf, tail } from "./app.mjs"
import { startFunction } from "./lambda.mjs"
import { installed, visit } from "./next.mjs"

/** @typedef {import("./cases.mjs").Context} Context */

/**
 * API Gateway's HTTP API: a request is an event (payload version 2.0), the answer is the response.
 *
 * @param {number} port
 * @param {(event: object) => Promise<any>} invoke
 */
async function startGateway(port, invoke) {
  const host = `localhost:${port}`
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname, search, searchParams } = new URL(request.url ?? "/", `http://${host}`)
    const { cookie, ...headers } = request.headers
    try {
      const answer = await invoke({
        version: "2.0",
        routeKey: "$default",
        rawPath: pathname,
        rawQueryString: search.slice(1),
        ...(cookie && { cookies: cookie.split("; ") }),
        headers: { ...headers, "x-forwarded-proto": "http", "x-forwarded-host": host },
        ...(search && { queryStringParameters: Object.fromEntries(searchParams) }),
        requestContext: {
          domainName: host,
          http: { method: request.method, path: pathname, protocol: "HTTP/1.1", sourceIp: "127.0.0.1" },
        },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks).toString("base64") }),
        isBase64Encoded: chunks.length > 0,
      })
      response.writeHead(answer.statusCode ?? 502, {
        ...answer.headers,
        ...(answer.cookies?.length && { "set-cookie": answer.cookies }),
      })
      response.end(
        Buffer.from(answer.body ?? JSON.stringify(answer), answer.isBase64Encoded ? "base64" : "utf8"),
      )
    } catch (error) {
      response.writeHead(504).end(String(error))
    }
  })
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  return () => {
    server.close()
    server.closeAllConnections()
  }
}

/**
 * next-auth's `auth(context)` takes OpenNext's response in `getServerSideProps` for a `Response`, and fails; so the session is read
 * by its cookie.
 */
const LEGACY = `import { adapter } from "../db"

export default function Legacy({ email, verified }) {
  return <h1>{email ? \`Pages know \${email}, verified \${verified}\` : "Pages know nobody"}</h1>
}

export async function getServerSideProps({ req }) {
  const { user } = (await adapter.getSessionAndUser(req.cookies["authjs.session-token"])) ?? {}
  return { props: { email: user?.email ?? null, verified: String(user?.emailVerified instanceof Date) } }
}
`

/** Nothing of AWS but the function. */
const OVERRIDE = { incrementalCache: "dummy", tagCache: "dummy", queue: "dummy" }

/** The other processor that Lambda has. */
const OTHER = process.arch === "x64" ? "arm64" : "x64"

/**
 * @param {string[]} flags of `next build`
 * @param {boolean} [forOther] whether OpenNext installs the addon for the other processor too
 */
const built = (flags, forOther = false) => ({
  async run(/** @type {Context} */ context) {
    const app = await installed(context, 16, {
      scripts: { build: ["next", "build", ...flags].join(" ") },
      devDependencies: { "@opennextjs/aws": "^4.1" },
    })
    app.write("pages/legacy.js", LEGACY)
    const install = {
      packages: [`dynauth@${context.version}`],
      additionalArgs: `--cpu=${OTHER} --libc=glibc --ignore-scripts`,
    }
    const config = { default: { override: OVERRIDE, ...(forOther && { install }) } }
    app.write("open-next.config.ts", `export default ${JSON.stringify(config)}\n`)
    const output = await app.run("npx", ["open-next", "build"])
    if (!/OpenNext build complete/.test(output)) throw new Error(tail(output))

    const port = await freePort()
    const from = join(app.folder, ".open-next", "server-functions", "default")
    const { task, invoke, running } = await startFunction(context, from, {
      NODE_ENV: "production",
      AUTH_URL: `http://localhost:${port}`,
    })
    const closeGateway = await startGateway(port, invoke)
    try {
      await visit(`http://localhost:${port}`, running)
    } catch (error) {
      throw new Error(`${error}\nThe function said:\n${tail(running.output())}`, { cause: error })
    } finally {
      closeGateway()
      await running.stop()
    }
    const other = join(task, "node_modules", `dynauth-linux-${OTHER}-gnu`, "package.json")
    if (existsSync(other) !== forOther) {
      throw new Error(`${other} ${forOther ? "is not there" : "is there"}\n${tail(output)}`)
    }
    const size = `${sizeOf(task)} unzipped`
    rmSync(task, { recursive: true })
    return size
  },
})

export const opennext = {
  "opennext-turbopack": {
    what: "OpenNext with Next.js 16: the server function alone, under the same emulation of Lambda; a person signs in",
    ...built([]),
  },
  "opennext-webpack": {
    what: "the same with webpack, and the addon for the other processor too, by `install`",
    ...built(["--webpack"], true),
  },
}
