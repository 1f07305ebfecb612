// Measures dynauth side by side with @auth/dynamodb-adapter, and other adapters by path: `npm run bench -- OPTIONS`.
// benchmark/README.md says what is measured and how.

import { fork, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import os from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { calls } from "./calls.mjs"
import { installed } from "./installed.mjs"
import { median, quantile } from "./meter.mjs"
import { packageAt, packages } from "./packages.mjs"
import { markdown, text } from "./report.mjs"

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.dirname(here)

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    sustained: { type: "boolean", default: false },
    "better-auth": { type: "string" },
    "auth-js": { type: "string", multiple: true, default: [] },
    only: { type: "string", multiple: true, default: [] },
    rounds: { type: "string" },
    minutes: { type: "string" },
    from: { type: "string", multiple: true, default: [] },
    json: { type: "string" },
    write: { type: "string" },
    help: { type: "boolean", default: false },
  },
})
if (options.help) {
  const readme = readFileSync(path.join(here, "README.md"), "utf8")
  console.log(/^## Options\n+([^]*?)\n## /m.exec(readme)?.[1] ?? readme)
  process.exit()
}

const parts = [
  "methods",
  "matrix",
  "cold",
  "memory",
  "size",
  "flows",
  ...(options.sustained ? ["sustained"] : []),
]
for (const part of options.only) {
  if (part !== "sustained" && !parts.includes(part))
    throw new Error(`--only ${part}: one of ${parts.join(", ")}`)
}
const wanted = (/** @type {string} */ part) =>
  options.only.length > 0 ? options.only.includes(part) : parts.includes(part)

/** How long and how often: of each method at least so many milliseconds and, at 0 ms of latency, calls. */
const extent = options.quick
  ? { rounds: 1, duration: 300, count: 1500, starts: 3, memory: 3, minutes: 0.2 }
  : { rounds: 3, duration: 800, count: 3000, starts: 11, memory: 5, minutes: 2 }
if (options.rounds) extent.rounds = Number(options.rounds)
if (options.minutes) extent.minutes = Number(options.minutes)

/** What the goals and most tables are about. */
const mainCalls = {
  "auth.js": ["getUser", "getSessionAndUser", "createSession", "updateUser"],
  "better-auth": ["findOne", "create"],
}

// ---- what is measured against what ----

const hasBetterAuth = existsSync(path.join(root, "js", "better-auth.js"))
/** For each host: ours first, then the others. @type {{ host: "auth.js" | "better-auth", packages: any[] }[]} */
const sides = [
  {
    host: "auth.js",
    packages: [
      packages.dynauth,
      packages.authJs,
      ...options["auth-js"].map((directory) => packageAt("auth.js", directory)),
    ],
  },
  {
    host: "better-auth",
    packages: [
      ...(hasBetterAuth ? [packages.dynauthBetterAuth] : []),
      ...(options["better-auth"] ? [packageAt("better-auth", options["better-auth"])] : []),
    ],
  },
]

// ---- the stub ----

const temporary = mkdtempSync(path.join(os.tmpdir(), "dynauth-benchmark-"))
const certificate = path.join(temporary, "stub.pem")
const stub = options.from.length > 0 ? undefined : await startStub()
process.on("exit", () => {
  stub?.end()
  rmSync(temporary, { recursive: true, force: true })
})

async function startStub() {
  progress("building the stub")
  const manifest = path.join(here, "Cargo.toml")
  const built = spawnSync(
    "cargo",
    ["build", "--release", "--quiet", "--bin", "stub", "--manifest-path", manifest],
    {
      stdio: ["ignore", 2, 2],
    },
  )
  if (built.status !== 0) throw new Error("The stub was not built; what cargo said is above.")
  const target = process.env.CARGO_TARGET_DIR ?? path.join(here, "target")
  const program = path.join(target, "release", process.platform === "win32" ? "stub.exe" : "stub")
  const child = spawn(program, ["--certificate", certificate, "--latencies", "0,3"], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const addresses = await new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("The stub ended at once.")))
    child.stdout.once("data", (line) => resolve(JSON.parse(String(line))))
  })
  return {
    url: (/** @type {string} */ scheme, /** @type {number} */ latency) =>
      addresses.find((/** @type {any} */ one) => one.scheme === scheme && one.latency === latency).url,
    end: () => child.stdin.end(),
  }
}

// ---- processes ----

function progress(/** @type {string} */ what) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`)
  else process.stderr.write(`${what}\n`)
}

/** The same few variables for each process: nothing of this machine's AWS settings. */
const environment = (/** @type {string} */ url) => ({
  PATH: process.env.PATH,
  HOME: temporary,
  NODE_ENV: "production",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  ...(url?.startsWith("https:") ? { NODE_EXTRA_CA_CERTS: certificate } : {}),
})

/**
 * Runs a job in a new process.
 *
 * @param {Record<string, any>} job
 * @param {(message: any) => void} [onMessage]
 * @param {string} [program]
 * @returns {Promise<any>}
 */
function run(job, onMessage, program = "worker.mjs") {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(here, program), [JSON.stringify(job)], {
      env: environment(job.url),
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      execArgv: [],
    })
    let output = ""
    child.stdout?.on("data", (data) => (output += data))
    if (onMessage) child.on("message", onMessage)
    child.once("error", reject)
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output))
      else reject(new Error(`A process of the benchmark failed (${code}): ${JSON.stringify(job)}`))
    })
  })
}

/**
 * The medians of equal objects of numbers.
 *
 * @param {Record<string, number>[]} readings
 */
function medians(readings) {
  return Object.fromEntries(
    Object.keys(readings[0]).map((name) => [name, median(readings.map((reading) => reading[name]))]),
  )
}

// ---- the measurements ----

/** @typedef {{ scheme: string, latency: number, inFlight: number }} Profile */

/**
 * All packages of a host in turn, round after round, each time in a new process.
 *
 * @param {(typeof sides)[number]} side
 * @param {Profile[]} profiles
 * @param {string[]} which
 */
async function measured(side, profiles, which) {
  /** @type {any[]} */
  const results = []
  for (let round = 0; round < extent.rounds; round++) {
    for (const profile of profiles) {
      for (const one of side.packages) {
        progress(
          `${one.name}: ${profile.scheme}, ${profile.latency} ms, ${profile.inFlight} in flight, ${round + 1}`,
        )
        const url = /** @type {any} */ (stub).url(profile.scheme, profile.latency)
        const { duration } = extent
        const { inFlight, latency } = profile
        // One after the other at 3 ms, that many calls would take long.
        const count = latency > 0 && inFlight === 1 ? extent.count / 5 : extent.count
        const reading = await run({
          task: "calls",
          package: one,
          url,
          inFlight,
          duration,
          count,
          calls: which,
        })
        for (const [call, numbers] of Object.entries(reading)) {
          const same = (/** @type {any} */ result) =>
            result.package === one.name && result.call === call && result.profile === profile
          let result = results.find(same)
          if (!result)
            results.push((result = { host: side.host, package: one.name, call, profile, readings: [] }))
          result.readings.push(numbers)
        }
      }
    }
  }
  return results.map(({ readings, ...result }) => ({ ...result, ...medians(readings), readings }))
}

/** @type {Profile} */
const usual = { scheme: "http", latency: 0, inFlight: 16 }
/** @type {Profile[]} */
const matrix = options.quick
  ? [{ scheme: "http", latency: 3, inFlight: 1 }]
  : [
      ...[0, 3]
        .flatMap((latency) => [1, 16, 128].map((inFlight) => ({ scheme: "http", latency, inFlight })))
        .filter(({ latency, inFlight }) => latency !== usual.latency || inFlight !== usual.inFlight),
      { scheme: "https", latency: 0, inFlight: 16 },
      { scheme: "https", latency: 3, inFlight: 1 },
      { scheme: "https", latency: 3, inFlight: 16 },
      { scheme: "https", latency: 3, inFlight: 128 },
    ]

/** @type {Record<string, any>} */
const result = {
  machine: machine(),
  extent,
  calls: [],
  cold: [],
  memory: [],
  size: [],
  flows: [],
  sustained: [],
}

// One call of each first: what does not even load is to be known before half an hour of measuring.
for (const { host, packages } of options.from.length > 0 ? [] : sides) {
  for (const one of packages) {
    const url = /** @type {any} */ (stub).url("http", 0)
    await run({ task: "cold", package: one, url, call: mainCalls[host][0] })
  }
}

for (const side of sides.filter(({ packages }) => packages.length > 0 && !options.from.length)) {
  const main = mainCalls[side.host]
  if (wanted("methods")) {
    const all = options.quick ? main : Object.keys(calls[side.host])
    result.calls.push(...(await measured(side, [usual], all)))
  }
  if (wanted("matrix")) result.calls.push(...(await measured(side, matrix, main)))
  for (const scheme of ["http", "https"]) {
    if (wanted("cold")) result.cold.push(...(await starts(side, scheme)))
  }
  if (wanted("memory")) result.memory.push(...(await memory(side)))
  if (wanted("size"))
    result.size.push(...side.packages.map((one) => ({ host: side.host, ...installed(one) })))
  if (wanted("sustained")) result.sustained.push(...(await sustained(side)))
}
if (wanted("flows") && !options.from.length) {
  progress("requests and capacity of each flow")
  result.flows = await run({ packages: sides[0].packages }, undefined, "flows.mjs")
}

/**
 * From import to the first answer, in new processes.
 *
 * @param {(typeof sides)[number]} side
 * @param {string} scheme
 */
async function starts(side, scheme) {
  /** @type {Map<string, any[]>} */
  const readings = new Map(side.packages.map(({ name }) => [name, []]))
  for (let start = 0; start < extent.starts; start++) {
    for (const one of side.packages) {
      progress(`${one.name}: start ${start + 1}, ${scheme}`)
      const job = {
        task: "cold",
        package: one,
        url: /** @type {any} */ (stub).url(scheme, 0),
        call: mainCalls[side.host][0],
      }
      readings.get(one.name)?.push(await run(job))
    }
  }
  return [...readings].map(([name, each]) => ({ host: side.host, package: name, scheme, ...medians(each) }))
}

/**
 * Memory above that of Node.js without an adapter.
 *
 * @param {(typeof sides)[number]} side
 */
async function memory(side) {
  const call = side.host === "auth.js" ? "getSessionAndUser" : "findOne"
  /** @type {{ name: string, package?: any, readings: any[] }[]} */
  const each = [{ name: "Node.js", readings: [] }]
  for (const one of side.packages) each.push({ name: one.name, package: one, readings: [] })
  for (let round = 0; round < extent.memory; round++) {
    for (const { name, package: one, readings } of each) {
      progress(`${name}: memory, ${round + 1}`)
      const job = {
        task: "memory",
        package: one,
        url: /** @type {any} */ (stub).url("http", 0),
        call,
        inFlight: 16,
        count: 20_000,
      }
      readings.push(await run(job))
    }
  }
  const [bare, ...others] = each.map(({ name, readings }) => ({ name, ...medians(readings) }))
  return others.map(({ name, ...numbers }) => ({
    host: side.host,
    package: name,
    call,
    bare: bare.loaded,
    ...Object.fromEntries(Object.entries(numbers).map(([at, bytes]) => [at, bytes - bare.loaded])),
  }))
}

/**
 * Many calls for minutes, while the same thread serves HTTP to somebody.
 *
 * @param {(typeof sides)[number]} side
 */
async function sustained(side) {
  const url = /** @type {any} */ (stub).url("http", 3)
  const results = []
  for (const one of side.packages) {
    const minutes = extent.minutes
    progress(`${one.name}: ${minutes} minutes with 128 in flight`)
    await fetch(`${url}/reset`, { method: "POST" })
    /** @type {number[]} */
    const served = []
    let over = false
    /** @type {Promise<void> | undefined} */
    let visiting
    const visit = async (/** @type {number} */ port) => {
      while (!over) {
        const start = performance.now()
        const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
        await answer?.text()
        if (answer && !over) served.push(performance.now() - start)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    const call = mainCalls[side.host].includes("getSessionAndUser") ? "getSessionAndUser" : "findOne"
    const { count } = extent
    const duration = minutes * 60_000
    const job = { task: "sustained", package: one, url, call, inFlight: 128, count, duration }
    const numbers = await run(job, ({ port }) => (visiting = visit(port)))
    over = true
    await visiting
    const { connections } = /** @type {any} */ (await (await fetch(`${url}/stats`)).json())
    const httpP50 = quantile(served, 0.5)
    const httpP99 = quantile(served, 0.99)
    // Ours to ask for the numbers is one of them.
    const mostConnections = connections.mostOpen - 1
    const connectionsMade = connections.accepted - 1
    results.push({
      host: side.host,
      package: one.name,
      call,
      minutes,
      ...numbers,
      httpP50,
      httpP99,
      mostConnections,
      connectionsMade,
    })
  }
  return results
}

// ---- what it ran on ----

function machine() {
  const { resolve } = createRequire(import.meta.url)
  const version = (/** @type {string} */ name) => {
    for (const directory of createRequire(import.meta.url).resolve.paths(name) ?? []) {
      const file = path.join(directory, name, "package.json")
      if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")).version
    }
    return resolve(name)
  }
  const commit = spawnSync("git", ["rev-parse", "--short", "HEAD"], {
    cwd: root,
    encoding: "utf8",
  }).stdout?.trim()
  const rust = spawnSync("rustc", ["--version"], { encoding: "utf8" }).stdout?.trim()
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    cpu: `${os.cpus().length} × ${os.cpus()[0]?.model.trim()}`,
    memory: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    load: os.loadavg()[0],
    node: process.version,
    rust,
    dynauth: `${JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")).version}${commit ? ` (${commit})` : ""}`,
    versions: Object.fromEntries(
      ["@auth/dynamodb-adapter", "@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb", "better-auth"].map(
        (name) => [name, version(name)],
      ),
    ),
    others: sides
      .flatMap(({ packages }) => packages)
      .filter(({ directory }) => directory)
      .map(({ name, directory }) => {
        const { version } = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"))
        return `${name} ${version}`
      }),
  }
}

// ---- the report ----

for (const file of options.from) {
  const { machine, extent, ...parts } = JSON.parse(readFileSync(file, "utf8"))
  if (file === options.from[0]) Object.assign(result, { machine, extent })
  for (const [part, list] of Object.entries(parts)) result[part].push(...list)
}

if (process.stderr.isTTY) process.stderr.write("\r\x1b[K")
console.log(text(result))
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`)
if (options.write) {
  const [begin, end] = ["<!-- printed by npm run bench -->", "<!-- end -->"]
  const page = existsSync(options.write)
    ? readFileSync(options.write, "utf8")
    : `# Performance\n\n${begin}\n${end}\n`
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (after === undefined)
    throw new Error(`${options.write} has no place for the results: "${begin}" … "${end}".`)
  writeFileSync(options.write, `${before}${begin}\n\n${markdown(result)}\n${end}${after}`)
}
stub?.end()
process.exit()
