// Runs a command with DynamoDB Local at hand:
//
//   node scripts/dynamodb-local.mjs -- npx vitest run      starts it, runs the command with DYNAMODB_ENDPOINT set, stops it
//   node scripts/dynamodb-local.mjs                        starts it, prints its address, and waits for Ctrl-C
//
// Needs Java 17 and Maven. The first run fetches DynamoDB Local (51 MB) from Maven Central into .cache/.

import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const scripts = dirname(fileURLToPath(import.meta.url))
const pom = join(scripts, "dynamodb-local", "pom.xml")
// Named after what the pom asks for, so that a changed pom is fetched anew.
const version = createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 12)
const libraries = join(scripts, "..", ".cache", `dynamodb-local-${version}`)
const startTimeout = 60_000

/** Ends the run with words for a person in place of a stack trace. */
class Failure extends Error {}

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/** The command that is running now; it is what a signal to us is for. */
let current

for (const [signal, number] of Object.entries(signals)) {
  process.on(signal, () => {
    // Between commands there is nobody to end first. (Leaving this way stops the database, too: see `start`.)
    if (!current) process.exit(128 + number)
    // A terminal sends Ctrl-C to the command itself.
    if (signal !== "SIGINT") current.kill(signal)
  })
}

/** Runs a command to its end; resolves to its exit code, a signal counted as shells do. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    current = spawn(command, args, { shell: process.platform === "win32", ...options })
    current.once("error", reject)
    current.once("exit", (code, signal) => resolve(signal ? 128 + (signals[signal] ?? 0) : code))
  }).finally(() => (current = undefined))
}

async function fetchLibraries() {
  if (existsSync(libraries)) return
  console.error("Fetching DynamoDB Local from Maven Central (51 MB, once) ...")
  const unfinished = `${libraries}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  const removeUnfinished = () => rmSync(unfinished, { recursive: true, force: true })
  process.once("exit", removeUnfinished)
  try {
    const code = await run(
      "mvn",
      ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${unfinished}`],
      { stdio: ["ignore", 2, 2] },
    ).catch((error) => {
      if (error.code === "ENOENT")
        throw new Failure("Maven (mvn) is not installed. Install it and a Java 17, then run this again.")
      throw error
    })
    if (code !== 0)
      throw new Failure(`Maven could not fetch DynamoDB Local (exit code ${code}); its output is above.`)
    if (!existsSync(libraries)) renameSync(unfinished, libraries)
  } finally {
    removeUnfinished()
    process.off("exit", removeUnfinished)
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Starts the server; resolves once it answers. */
async function start() {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const child = spawn(
    "java",
    [
      `-Djava.library.path=${libraries}`,
      "-cp",
      join(libraries, "*"),
      "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
      // One set of tables for all credentials and regions.
      "-sharedDb",
      "-inMemory",
      "-disableTelemetry",
      "-port",
      String(port),
    ],
    // It leaves a file where it is started. In a process group of its own: Ctrl-C reaches the command first, and the database is stopped when that is done.
    { cwd: libraries, stdio: ["ignore", "pipe", "pipe"], detached: process.platform !== "win32" },
  )
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => (output = (output + data).slice(-10_000)))
  }
  let ended
  child.once("error", (error) => {
    ended =
      error.code === "ENOENT"
        ? "Java is not installed. Install Java 17 or newer, then run this again."
        : String(error)
  })
  child.once("exit", (code) => (ended ??= `DynamoDB Local ended with code ${code}:\n${output}`))

  // Whatever becomes of us, it does not stay behind.
  process.once("exit", () => child.kill("SIGKILL"))

  const deadline = Date.now() + startTimeout
  for (;;) {
    if (ended) throw new Failure(ended)
    if (await answers(endpoint)) break
    if (Date.now() > deadline)
      throw new Failure(`DynamoDB Local did not answer within ${startTimeout / 1000} s:\n${output}`)
    await sleep(100)
  }
  const stop = async () => {
    if (ended) return
    const exit = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGTERM")
    const late = setTimeout(() => child.kill("SIGKILL"), 5_000)
    await exit
    clearTimeout(late)
  }
  return { endpoint, stop, exited: new Promise((resolve) => child.once("exit", () => resolve(ended))) }
}

async function answers(endpoint) {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      body: "{}",
      headers: {
        "x-amz-target": "DynamoDB_20120810.ListTables",
        "content-type": "application/x-amz-json-1.0",
        authorization:
          "AWS4-HMAC-SHA256 Credential=local/20120810/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
      },
      signal: AbortSignal.timeout(2_000),
    })
    return response.ok
  } catch {
    return false
  }
}

async function main() {
  const separator = process.argv.indexOf("--")
  const command = separator < 0 ? [] : process.argv.slice(separator + 1)
  if (separator >= 0 && command.length === 0) throw new Failure("No command is given after `--`.")
  if (process.argv.slice(2, separator < 0 ? undefined : separator).length > 0) {
    throw new Failure("Give the command to run after `--`, or nothing to start DynamoDB Local and wait.")
  }

  await fetchLibraries()
  console.error("Starting DynamoDB Local ...")
  const database = await start()
  try {
    if (command.length === 0) {
      console.error("DynamoDB Local is running; Ctrl-C stops it.")
      console.log(database.endpoint)
      throw new Failure(await database.exited)
    }
    console.error(`DynamoDB Local answers at ${database.endpoint}.`)
    return await run(command[0], command.slice(1), {
      stdio: "inherit",
      env: { ...process.env, DYNAMODB_ENDPOINT: database.endpoint },
    }).catch((error) => {
      throw new Failure(`${command[0]} could not be started: ${error.message}`)
    })
  } finally {
    await database.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Failure)) throw error
  console.error(error.message)
  process.exitCode = 1
}
