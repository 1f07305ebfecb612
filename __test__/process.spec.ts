// Processes and worker threads: they end when their work is done, and none disturbs another.
import { execFile } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import { randomUUID } from "node:crypto"
import { afterEach, describe, expect, it } from "vitest"
import { DynamoDBAdapter } from "../index.js"
import { type Stub, startStub } from "./stub.js"

const root = fileURLToPath(new URL("..", import.meta.url))
let stub: Stub | undefined
afterEach(() => stub?.close())

interface Ended {
  code: number | string | null
  signal: string | null
  stdout: string
  stderr: string
  milliseconds: number
}

/** Runs a script in a process of its own. */
function run(
  script: string,
  { type = "commonjs", env = {} }: { type?: string; env?: Record<string, string> } = {},
) {
  const begun = Date.now()
  return new Promise<Ended>((resolve) => {
    execFile(
      process.execPath,
      ["--expose-gc", `--input-type=${type}`, "--eval", script],
      { cwd: root, env: { ...process.env, NODE_ENV: "test", ...env }, timeout: 20_000 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? (error.code ?? null) : 0,
          signal: error?.signal ?? null,
          stdout,
          stderr,
          milliseconds: Date.now() - begun,
        }),
    )
  })
}

const settings = (url: string) =>
  `{ region: "eu-north-1", endpoint: "${url}", credentials: { accessKeyId: "KEY", secretAccessKey: "s" } }`

/** A server that takes requests and never answers. */
const hanging = () => startStub(() => {})

describe("a process", () => {
  it.each([
    ["that required it", "commonjs", 'const { DynamoDBAdapter } = require("dynauth")'],
    ["that imported it", "module", 'import { DynamoDBAdapter } from "dynauth"'],
  ])("%s ends by itself when its work is done", async (_, type, load) => {
    const script = `${load}
      const adapter = DynamoDBAdapter({ endpoint: "memory:" })
      adapter.createUser({ email: "ada@example.com" })
        .then(({ id }) => adapter.getUser(id))
        .then(({ email }) => console.log(email))`
    expect(await run(script, { type })).toMatchObject({ code: 0, stdout: "ada@example.com\n", stderr: "" })
  })

  it("ends by itself though its connection to DynamoDB is kept alive", async () => {
    stub = await startStub()
    const ended = await run(`
      const { DynamoDBAdapter } = require("dynauth")
      DynamoDBAdapter(${settings(stub.url)}).getUser("a").then((user) => console.log(user))`)
    expect(ended).toMatchObject({ code: 0, stdout: "null\n", stderr: "" })
    // Not by the keep-alive's end.
    expect(ended.milliseconds).toBeLessThan(10_000)
  })

  it("that only loads it or makes an adapter ends at once", async () => {
    const ended = await run(`require("dynauth").DynamoDBAdapter()`)
    expect(ended).toMatchObject({ code: 0, stderr: "" })
  })

  it("waits for a call that nobody awaits", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "dynauth-")), "auth.db")
    const script = `
      const { DynamoDBAdapter } = require("dynauth")
      DynamoDBAdapter({ endpoint: ${JSON.stringify(`file:${file}`)} }).createUser({ id: "1", email: "ada@example.com" })`
    expect(await run(script)).toMatchObject({ code: 0, stderr: "" })
    const adapter = DynamoDBAdapter({ endpoint: `file:${file}` })
    expect(await adapter.getUser("1")).toMatchObject({ email: "ada@example.com" })
  })

  it("may exit with calls under way", async () => {
    stub = await hanging()
    const ended = await run(`
      const { DynamoDBAdapter } = require("dynauth")
      const adapter = DynamoDBAdapter(${settings(stub.url)})
      for (let n = 0; n < 100; n++) adapter.getUser(String(n)).catch(() => {})
      const memory = DynamoDBAdapter({ endpoint: "memory:" })
      for (let n = 0; n < 100; n++) memory.getUser(String(n))
      setTimeout(() => process.exit(7), 50)`)
    expect(ended).toMatchObject({ code: 7, signal: null, stderr: "" })
  })

  it("may exit inside of a credentials function", async () => {
    const ended = await run(`
      const { DynamoDBAdapter } = require("dynauth")
      const credentials = () => process.exit(7)
      DynamoDBAdapter({ region: "eu-north-1", endpoint: "http://127.0.0.1:1", credentials }).getUser("1")`)
    expect(ended).toMatchObject({ code: 7, signal: null, stderr: "" })
  })

  it("serves others between calls that have ended together", async () => {
    // How many calls end in each turn of the event loop, where all have ended before the first of them.
    const ended = await run(`
      const adapter = require("dynauth").DynamoDBAdapter({ endpoint: "memory:" })
      const ends = [0]
      adapter.getUser("first").then(async () => {
        const calls = Array.from({ length: 200 }, () => adapter.getUser("x").then(() => ends[ends.length - 1]++))
        let pending = true
        const turn = () => pending && setImmediate(turn, ends.push(0))
        turn()
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
        await Promise.all(calls)
        pending = false
        console.log(JSON.stringify(ends.filter((count) => count > 0)))
      })`)
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    const ends: number[] = JSON.parse(ended.stdout)
    expect(ends.reduce((sum, count) => sum + count)).toBe(200)
    expect(Math.max(...ends)).toBeLessThanOrEqual(32)
    expect(ends.length).toBeGreaterThanOrEqual(7)
  })

  it("survives an unhandled rejection as JavaScript has it, with our error printed", async () => {
    const ended = await run(`
      process.on("unhandledRejection", (error) => console.log(error.code))
      require("dynauth").DynamoDBAdapter({ endpoint: "memory:" }).createUser({ email: () => 1 })`)
    expect(ended).toMatchObject({ code: 0, stdout: "INVALID_VALUE\n" })
  })
})

describe("what is not used any longer", () => {
  const collect = `const collect = async () => {
    for (let round = 0; round < 5; round++) {
      gc()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }`

  it("goes, as with an adapter that is made for each request", async () => {
    const ended = await run(
      `${collect}
      import { DynamoDBAdapter } from "dynauth"
      const functions = []
      for (let request = 0; request < 20; request++) {
        const credentials = async () => Promise.reject(new Error("none"))
        functions.push(new WeakRef(credentials))
        const settings = { region: "eu-north-1", endpoint: "http://127.0.0.1:1", credentials }
        await DynamoDBAdapter(settings).getUser("a").catch(() => {})
      }
      await collect()
      console.log(functions.filter((reference) => reference.deref()).length < 5)`,
      { type: "module" },
    )
    expect(ended).toMatchObject({ code: 0, stdout: "true\n", stderr: "" })
  })

  it("stays until its last call has ended", async () => {
    stub = await startStub()
    const ended = await run(
      `${collect}
      import { DynamoDBAdapter } from "dynauth"
      import { createTables, authJsTable } from "dynauth/tables"
      const region = async () => (await collect(), "eu-north-1")
      const credentials = async () => (await collect(), { accessKeyId: "KEY", secretAccessKey: "s" })
      const user = DynamoDBAdapter({ region, endpoint: "${stub.url}", credentials }).getUser("a")
      const tables = createTables({ region: async () => (await collect(), "x"), endpoint: "memory:" }, authJsTable())
      await collect()
      console.log(await user, await tables)`,
      { type: "module" },
    )
    expect(ended).toMatchObject({ code: 0, stdout: "null [ 'next-auth' ]\n", stderr: "" })
    expect(new Set(stub.requests.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(["KEY"]))
  })
})

describe("in production", () => {
  const script = `
    const { DynamoDBAdapter } = require("dynauth")
    const { Worker } = require("node:worker_threads")
    const use = async () => {
      for (const endpoint of ["memory:", "memory:other"]) await DynamoDBAdapter({ endpoint }).getUser("a")
    }
    Promise.all([use(), use()]).then(() => {
      new Worker(
        'const { DynamoDBAdapter } = require("dynauth"); DynamoDBAdapter({ endpoint: "memory:" }).getUser("a")',
        { eval: true },
      )
    })`
  const warnings = ({ stderr }: Ended) => stderr.match(/embedded engine/g)?.length ?? 0

  it("the embedded engine warns once in a process", async () => {
    const ended = await run(script, { env: { NODE_ENV: "production" } })
    expect(ended.code).toBe(0)
    expect(warnings(ended)).toBe(1)
  })

  it("only there", async () => {
    expect(warnings(await run(script, { env: { NODE_ENV: "development" } }))).toBe(0)
    stub = await startStub()
    const aws = `require("dynauth").DynamoDBAdapter(${settings(stub.url)}).getUser("a")`
    expect(await run(aws, { env: { NODE_ENV: "production" } })).toMatchObject({ code: 0, stderr: "" })
  })
})

/** Runs a script in a worker thread. `dynauth` is there for it, and `done(message)`. */
function startWorker(script: string): Worker {
  return new Worker(
    `const { parentPort } = require("node:worker_threads")
    const dynauth = require(${JSON.stringify(join(root, "index.js"))})
    const done = (message) => parentPort.postMessage(message)
    ${script}`,
    { eval: true },
  )
}

const message = (worker: Worker) =>
  new Promise<any>((resolve, reject) => worker.once("message", resolve).once("error", reject))
const exit = (worker: Worker) =>
  new Promise<number>((resolve, reject) => worker.once("exit", resolve).once("error", reject))

describe("worker threads", () => {
  it("load it at once, work side by side, and end by themselves", async () => {
    const name = randomUUID()
    const workers = Array.from({ length: 4 }, (_, n) =>
      startWorker(`
        const adapter = dynauth.DynamoDBAdapter({ endpoint: "memory:${name}" })
        const users = Array.from({ length: 50 }, (_, m) => adapter.createUser({ email: "${n}-" + m + "@example.com" }))
        Promise.all(users).then((users) => done(users.map(({ id }) => id)))`),
    )
    const exits = workers.map(exit)
    const ids: string[][] = await Promise.all(workers.map(message))
    expect(await Promise.all(exits)).toEqual([0, 0, 0, 0])
    // They share the process's databases.
    const adapter = DynamoDBAdapter({ endpoint: `memory:${name}` })
    const users = await Promise.all(ids.flat().map((id) => adapter.getUser(id)))
    expect(new Set(users.map((user) => user?.email)).size).toBe(200)
  })

  it("may be terminated with calls under way", async () => {
    stub = await hanging()
    for (let round = 0; round < 5; round++) {
      const worker = startWorker(`
        const slow = dynauth.DynamoDBAdapter(${settings(stub.url)})
        for (let n = 0; n < 20; n++) slow.getUser(String(n)).catch(() => {})
        const quick = dynauth.DynamoDBAdapter({ endpoint: "memory:" })
        const again = () => quick.getUser("a").then(again)
        for (let n = 0; n < 20; n++) again()
        setTimeout(() => done("busy"), 20)`)
      expect(await message(worker)).toBe("busy")
      await worker.terminate()
    }
    const adapter = DynamoDBAdapter({ endpoint: `memory:${randomUUID()}` })
    expect(await adapter.getUser("a")).toBeNull()
  })

  it("may be terminated while a credentials function is awaited", async () => {
    const worker = startWorker(`
      const credentials = () => new Promise(() => done("asked"))
      const settings = { region: "eu-north-1", endpoint: "http://127.0.0.1:1", credentials }
      dynauth.DynamoDBAdapter(settings).getUser("a").catch(() => {})`)
    expect(await message(worker)).toBe("asked")
    expect(await worker.terminate()).toBe(1)
  })

  it("see the environment that they were given", async () => {
    stub = await startStub()
    const worker = new Worker(
      `const { DynamoDBAdapter } = require(${JSON.stringify(join(root, "index.js"))})
      DynamoDBAdapter().getUser("a")`,
      {
        eval: true,
        env: {
          AUTH_DYNAMODB_ID: "KEYOFTHEWORKER",
          AUTH_DYNAMODB_SECRET: "s",
          AUTH_DYNAMODB_REGION: "eu-west-3",
          AWS_ENDPOINT_URL_DYNAMODB: stub.url,
        },
      },
    )
    expect(await exit(worker)).toBe(0)
    expect(stub.requests[0]).toMatchObject({ accessKeyId: "KEYOFTHEWORKER", region: "eu-west-3" })
  })
})

describe("an endpoint that never answers", () => {
  it("is a TIMEOUT, and the event loop is free meanwhile", async () => {
    stub = await hanging()
    const adapter = DynamoDBAdapter({
      region: "eu-north-1",
      endpoint: stub.url,
      credentials: { accessKeyId: "KEY", secretAccessKey: "s" },
      requestTimeout: 1000,
      maxAttempts: 2,
    })
    let turns = 0
    const turning = setInterval(() => (turns += 1), 5)
    await expect(adapter.getUser("a")).rejects.toMatchObject({ code: "TIMEOUT", operation: "getUser" })
    clearInterval(turning)
    expect(turns, "timers ran while the call was under way").toBeGreaterThan(1)
    expect(stub.requests.length).toBe(2)
  })

  it("and one that refuses connections is UNREACHABLE", async () => {
    stub = await startStub()
    const { url } = stub
    await stub.close()
    const credentials = { accessKeyId: "KEY", secretAccessKey: "s" }
    const adapter = DynamoDBAdapter({ region: "eu-north-1", endpoint: url, credentials, maxAttempts: 1 })
    await expect(adapter.getUser("a")).rejects.toMatchObject({ code: "UNREACHABLE" })
  })
})
