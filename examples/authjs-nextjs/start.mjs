/**
 * Starts the app and, beside it, its two identity providers; ends both with Ctrl-C.
 *
 *     node start.mjs          the production build, made first if a source has changed
 *     node start.mjs --dev    with hot reload
 *
 * PORT and IDENTITY_PROVIDER_PORT say where to begin looking for free ports (3000 and 4000).
 */
import { spawn } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const folder = import.meta.dirname
const next = join(folder, "node_modules/next/dist/bin/next")
const dev = process.argv.includes("--dev")
const children = new Set()
let stopping = false

process.on("SIGINT", () => stop(0))
process.on("SIGTERM", () => stop(0))

makeSecret()
if (!dev) await buildIfChanged()

const port = await freePort(Number(process.env.PORT ?? 3000))
const identityProviderPort = await freePort(Number(process.env.IDENTITY_PROVIDER_PORT ?? 4000))
const appUrl = `http://localhost:${port}`
const identityProviderUrl = `http://localhost:${identityProviderPort}`
const environment = {
  AUTH_URL: appUrl, // For Auth.js: the address in its links and redirects
  APP_URL: appUrl,
  IDENTITY_PROVIDER_URL: identityProviderUrl,
}

run("The identity provider", ["identity-provider/server.mjs"], environment)
run("Next.js", [next, dev ? "dev" : "start", "--port", String(port), "--hostname", "localhost"], environment)
await answers(identityProviderUrl)
await answers(appUrl)

console.log(`
  ┌──────────────────────────────────────────────
  │  Open ${appUrl}
  └──────────────────────────────────────────────
  Sign in with any email address: the mail appears here and on ${appUrl}/mail
  Or continue with Acorn ID or Birch ID, which run at ${identityProviderUrl}
  On the account page: link the other one, add a passkey, see your devices, delete the account

  The database: ${process.env.AUTH_DYNAMODB_ENDPOINT ?? join(folder, "dev-auth.db")}
  Ctrl-C stops everything.
`)

/** Auth.js signs its cookies with this. Made once, so that a restart keeps everybody signed in. */
function makeSecret() {
  const file = join(folder, ".env.local")
  if (process.env.AUTH_SECRET || existsSync(file)) return
  writeFileSync(file, `AUTH_SECRET=${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 })
}

async function buildIfChanged() {
  const stamp = join(folder, ".next", "sources")
  const sources = hashFiles(["src", "package-lock.json", "next.config.ts", "tsconfig.json"])
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return

  console.log("Building the app with Next.js (about 20 seconds; later starts skip it) ...")
  const code = await new Promise((resolve) => run("next build", [next, "build"], {}, resolve))
  if (code !== 0) await stop(1)
  writeFileSync(stamp, sources)
}

function hashFiles(names) {
  const hash = createHash("sha256")
  for (const name of names) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) {
      const files = readdirSync(path).sort()
      hash.update(hashFiles(files.map((file) => join(name, file))))
    } else {
      hash.update(name).update(readFileSync(path))
    }
  }
  return hash.digest("hex")
}

/** A server that ends takes the others with it; a step (with `done`) may end. */
function run(name, args, environment, done) {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  })
  children.add(child)
  child.on("exit", (code) => {
    children.delete(child)
    if (done) done(code)
    else if (!stopping) {
      console.error(`${name} has ended (exit code ${code}).`)
      stop(1)
    }
  })
}

async function stop(code) {
  if (stopping) return
  stopping = true
  for (const child of children) child.kill("SIGTERM")
  // `next start` would wait for browsers to close their connections. `next dev` has a server process to end, which would
  // outlive it.
  const patience = dev ? 10_000 : 1000
  for (let waited = 0; children.size > 0 && waited < patience; waited += 50) await sleep(50)
  for (const child of children) child.kill("SIGKILL")
  process.exit(code)
}

async function freePort(first) {
  for (let port = first; port < first + 100; port++) {
    if (await isFree(port)) {
      if (port !== first) console.log(`Port ${first} is taken; using ${port}.`)
      return port
    }
  }
  console.error(`No free port between ${first} and ${first + 99}.`)
  process.exit(1)
}

async function isFree(port) {
  // Another program may have it on one address only, so the one that the app will use and "all of them" are both tried.
  for (const host of ["localhost", undefined]) {
    const free = await new Promise((resolve) => {
      const server = createServer()
      server.once("error", () => resolve(false))
      server.listen(port, host, () => server.close(() => resolve(true)))
    })
    if (!free) return false
  }
  return true
}

async function answers(url) {
  while (!stopping) {
    try {
      await fetch(url)
      return
    } catch {
      await sleep(100)
    }
  }
}
