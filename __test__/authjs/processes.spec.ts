// Races as in production: several processes, each with its own addon, on one table; and, with the embedded engine, on one file.

import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { engines } from "../engines"
import { newAccount, newUser, newVerificationToken, openAdapter, stage, type TestAdapter } from "./stage"

const PROCESSES = 4
const CALLS = 6

interface Outcome {
  value?: any
  code?: string
}

/** Lets every process make its calls at once; resolves to what came of all. */
async function race(
  connection: object,
  options: object,
  callsOf: (at: number) => unknown[][],
): Promise<Outcome[]> {
  const racers = Array.from({ length: PROCESSES }, (_, at) => {
    const given = JSON.stringify({ connection, options, calls: callsOf(at) })
    const child = spawn(process.execPath, [path.join(__dirname, "racer.mjs"), given], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    })
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const next = async () => ((await lines.next()).value ?? "[]") as string
    return { child, next, exit: once(child, "exit") }
  })
  try {
    for (const { next } of racers) expect(await next()).toBe("ready")
    for (const { child } of racers) child.stdin.write("go\n")
    const outcomes = await Promise.all(racers.map(async ({ next }) => JSON.parse(await next()) as Outcome[]))
    // They end by themselves, and well.
    for (const { exit } of racers) expect(await exit).toEqual([0, null])
    return outcomes.flat()
  } finally {
    for (const { child } of racers) child.kill()
  }
}

const places = [
  ...engines.map((engine) => ({
    place: engine.name,
    async open() {
      const { table } = await stage(engine)
      return { connection: { ...engine.connection(), endpoint: await engine.endpoint() }, options: table }
    },
    async close() {},
  })),
  {
    place: "one file of the embedded engine",
    async open() {
      const directory = await mkdtemp(path.join(tmpdir(), "dynauth-"))
      this.close = () => rm(directory, { recursive: true })
      return { connection: { endpoint: `file:${path.join(directory, "auth.db")}` }, options: {} }
    },
    async close() {},
  },
]

describe.each(places)("processes on $place", (place) => {
  let opened: { connection: { endpoint: string }; options: object }
  let adapter: TestAdapter

  beforeAll(async () => {
    opened = await place.open()
    adapter = openAdapter(opened.connection, opened.options)
  })
  afterAll(() => place.close())

  const run = (call: (at: number) => unknown[]) =>
    race(opened.connection, opened.options, (at) =>
      Array.from({ length: CALLS }, (_, turn) => call(at * CALLS + turn)),
    )
  const won = (outcomes: Outcome[]) => outcomes.flatMap(({ value }) => (value ? [value] : []))
  const lost = (outcomes: Outcome[]) => outcomes.flatMap(({ code }) => (code ? [code] : []))

  it("make one user of one email", async () => {
    const email = `${randomUUID()}@example.com`
    const outcomes = await run(() => ["createUser", newUser({ email })])
    expect(won(outcomes)).toHaveLength(1)
    expect(lost(outcomes)).toEqual(Array(PROCESSES * CALLS - 1).fill("EMAIL_EXISTS"))
    expect((await adapter.getUserByEmail(email))?.id).toBe(won(outcomes)[0].id)
  })

  it("link one account to one user", async () => {
    const users = await Promise.all(
      Array.from({ length: PROCESSES * CALLS }, () => adapter.createUser(newUser())),
    )
    const account = newAccount("")
    const outcomes = await run((at) => ["linkAccount", { ...account, userId: users[at]!.id }])
    expect(won(outcomes)).toHaveLength(1)
    expect(lost(outcomes)).toEqual(Array(PROCESSES * CALLS - 1).fill("ACCOUNT_EXISTS"))
    expect((await adapter.getUserByAccount(account))?.id).toBe(won(outcomes)[0].userId)
  })

  it("use a link once", async () => {
    const token = newVerificationToken("ada@example.com")
    await adapter.createVerificationToken(token)
    const { identifier, token: secret } = token
    const outcomes = await run(() => ["useVerificationToken", { identifier, token: secret }])
    expect(lost(outcomes)).toEqual([])
    expect(won(outcomes)).toHaveLength(1)
  })

  it("give one email to one of many users who change to it", async () => {
    const users = await Promise.all(
      Array.from({ length: PROCESSES * CALLS }, () => adapter.createUser(newUser())),
    )
    const email = `${randomUUID()}@example.com`
    const outcomes = await run((at) => ["updateUser", { id: users[at]!.id, email }])
    expect(won(outcomes)).toHaveLength(1)
    expect(lost(outcomes)).toEqual(Array(PROCESSES * CALLS - 1).fill("EMAIL_EXISTS"))
  })
})
