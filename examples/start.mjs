// What the examples' own start.mjs share: settings, a build, free ports, and Ctrl-C.

import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { readArguments } from "./arguments.mjs"
import { makeSettings } from "./settings.mjs"

const dev = readArguments({ flags: ["dev"] }).flags.has("dev")
const children = new Set()
let stopping = false

/**
 * Starts a Next.js app, and a server beside it if it has one; ends both with Ctrl-C. With `--dev` on the command line it is
 * started with hot reload, otherwise as the production build, made first if a source has changed.
 *
 * @param {object} app
 * @param {string} app.folder
 * @param {string} app.secret the environment variable that the app's cookies are signed with
 * @param {{ name: string, file: string, port: number }} [app.beside] the other server; its port is where to begin looking
 * @param {(url: string, besideUrl: string) => Record<string, string>} app.environment for both servers
 * @param {(url: string, besideUrl: string) => string[]} app.welcome lines to print when everything answers
 */
export async function start({ folder, secret, beside, environment, welcome }) {
  process.on("SIGINT", () => stop(0))
  process.on("SIGTERM", () => stop(0))

  const settings = makeSettings(folder, secret)
  // Where it will answer is not known yet, and is not kept in the build.
  if (!dev) await buildIfChanged(folder, environment("http://localhost:3000", "http://localhost:4000"))

  const url = `http://localhost:${await freePort(Number(process.env.PORT ?? 3000))}`
  const besideUrl = beside ? `http://localhost:${await freePort(beside.port)}` : ""
  const variables = environment(url, besideUrl)
  if (beside) run(folder, beside.name, [beside.file], variables)
  const port = new URL(url).port
  run(
    folder,
    "Next.js",
    [next(folder), dev ? "dev" : "start", "--port", port, "--hostname", "localhost"],
    variables,
  )
  if (beside) await answers(beside.name, besideUrl)
  await answers("Next.js", url)

  console.log(`
  ┌──────────────────────────────────────────────
  │  Open ${url}
  └──────────────────────────────────────────────
${welcome(url, besideUrl)
  .map((line) => `  ${line}`)
  .join("\n")}

  The database: ${settings.AUTH_DYNAMODB_ENDPOINT || "Amazon DynamoDB"}
  Settings: ${join(folder, ".env.local")}, and the environment
  Ctrl-C stops everything.
`)
}

const next = (folder) => join(folder, "node_modules/next/dist/bin/next")

async function buildIfChanged(folder, environment) {
  const stamp = join(folder, ".next", "sources")
  const sources = hashFiles(folder, ["src", "package-lock.json", "next.config.ts", "tsconfig.json"])
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === sources) return

  console.log("Building the app with Next.js (about 20 seconds; later starts skip it) ...")
  const code = await new Promise((resolve) =>
    run(folder, "next build", [next(folder), "build"], environment, resolve),
  )
  if (code !== 0) await stop(1)
  writeFileSync(stamp, sources)
}

function hashFiles(folder, names) {
  const hash = createHash("sha256")
  for (const name of names) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) {
      const files = readdirSync(path).map((file) => join(name, file))
      hash.update(hashFiles(folder, files.sort()))
    } else {
      hash.update(name).update(readFileSync(path))
    }
  }
  return hash.digest("hex")
}

/** A server that ends takes the others with it; a step (with `done`) may end. */
function run(folder, name, args, environment, done) {
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

/** Waits until there is an answer; once a minute, who watches is told for what. */
async function answers(name, url) {
  const waiting = setInterval(() => {
    console.log(`${name} does not answer at ${url} yet. If it never does, Ctrl-C and start again.`)
  }, 60_000)
  while (!stopping) {
    try {
      await fetch(url)
      break
    } catch {
      await sleep(100)
    }
  }
  clearInterval(waiting)
}
