// What users hang onto operations: extensions, metrics, the log.

import { randomUUID } from "node:crypto"
import type { BetterAuthOptions } from "better-auth"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import {
  type DynamoAdapterMiddleware,
  type DynamoDBAdapterConfig,
  dynamodbAdapter,
} from "../../js/better-auth.mjs"
import { betterAuthTables, createTables } from "../../js/tables.js"
import { type Engine, engines } from "../engines"

/** An adapter over fresh tables. Its warnings are not told, unless the configuration says where. */
async function open(engine: Engine, config: DynamoDBAdapterConfig, options: BetterAuthOptions = {}) {
  const all = {
    ...engine.connection(),
    tablePrefix: `${randomUUID()}-`,
    logger: { warn: () => {} },
    ...config,
  }
  await createTables(engine.connection(), betterAuthTables(options, all))
  return dynamodbAdapter(all)(options)
}

const ada = () => ({ name: "Ada", email: `${randomUUID()}@example.com`, emailVerified: false })
const byId = (id: unknown) => [{ field: "id", value: id as string }]
type Row = Record<string, any>

describe.each(engines)("extensions on $name", (engine) => {
  it("see each operation before and after it, with its arguments and its result", async () => {
    const log: [string, any][] = []
    const names = [
      "Create",
      "FindOne",
      "FindMany",
      "Count",
      "Update",
      "UpdateMany",
      "Delete",
      "DeleteMany",
      "ConsumeOne",
      "IncrementOne",
    ]
    const hooks = names.flatMap((name) =>
      ["onBefore", "onAfter"].map((when) => [when + name, (args: any) => void log.push([when + name, args])]),
    )
    const extension: DynamoAdapterMiddleware = { name: "all", ...Object.fromEntries(hooks) }
    const adapter = await open(engine, { extensions: [extension] })

    const user = await adapter.create<Row>({ model: "user", data: ada() })
    await adapter.findOne({ model: "user", where: byId(user.id) })
    await adapter.findMany({ model: "user", where: byId(user.id), limit: 3 })
    await adapter.count({ model: "user", where: byId(user.id) })
    await adapter.update({ model: "user", where: byId(user.id), update: { name: "Countess" } })
    await adapter.updateMany({ model: "user", where: byId(user.id), update: { name: "Ada" } })
    await adapter.incrementOne({ model: "user", where: byId(user.id), increment: {}, set: { name: "A" } })
    await adapter.consumeOne({ model: "user", where: byId(user.id) })
    await adapter.deleteMany({ model: "user", where: byId(user.id) })
    await adapter.delete({ model: "user", where: byId(user.id) })

    expect(log.map(([hook]) => hook)).toEqual(
      [
        "Create",
        "FindOne",
        "FindMany",
        "Count",
        "Update",
        "UpdateMany",
        "IncrementOne",
        "ConsumeOne",
        "DeleteMany",
        "Delete",
      ].flatMap((name) => [`onBefore${name}`, `onAfter${name}`]),
    )
    const seen = Object.fromEntries(log)
    const where = [expect.objectContaining({ field: "id", value: user.id })]
    expect(seen.onBeforeCreate).toMatchObject({ model: "user", data: { id: user.id, name: "Ada" } })
    expect(seen.onAfterCreate).toMatchObject({ model: "user", result: { id: user.id, name: "Ada" } })
    expect(seen.onAfterFindOne).toMatchObject({ model: "user", where, result: { id: user.id } })
    expect(seen.onAfterFindMany).toMatchObject({ where, limit: 3, result: [{ id: user.id }] })
    expect(seen.onAfterCount).toMatchObject({ where, result: 1 })
    expect(seen.onAfterUpdate).toMatchObject({ where, update: { name: "Countess" }, result: { id: user.id } })
    expect(seen.onAfterUpdateMany).toMatchObject({ update: { name: "Ada" }, result: 1 })
    expect(seen.onAfterIncrementOne).toMatchObject({
      increment: {},
      set: { name: "A" },
      result: { name: "A" },
    })
    expect(seen.onAfterConsumeOne).toMatchObject({ where, result: { id: user.id } })
    expect(seen.onAfterDeleteMany).toMatchObject({ where, result: 0 })
    expect(seen.onBeforeDelete).toMatchObject({ model: "user", where })
  })

  it("change what is written, by the arguments or by the data itself, one after the other", async () => {
    const options: BetterAuthOptions = { user: { additionalFields: { tenant: { type: "string" } } } }
    const order: string[] = []
    const extensions: DynamoAdapterMiddleware[] = [
      {
        name: "tenant",
        onBeforeCreate({ data }) {
          order.push(this.name)
          return { ...data, tenant: "1" }
        },
        onBeforeUpdate: ({ update }) => ({ ...update, name: `${update.name}!` }),
      },
      {
        name: "second",
        async onBeforeCreate({ data }) {
          order.push(`second after ${data.tenant}`)
          return { data: { ...data, tenant: `${data.tenant}2` } }
        },
        onBeforeFindMany: ({ where = [] }) => ({
          where: [...where, { field: "tenant", value: "12", operator: "eq", connector: "AND" }],
        }),
      },
    ]
    const adapter = await open(engine, { extensions }, options)
    const user = await adapter.create<Row>({ model: "user", data: { ...ada(), tenant: "0" } })
    expect(user.tenant).toBe("12")
    expect(order).toEqual(["tenant", "second after 1"])
    const updated = await adapter.update<Row>({
      model: "user",
      where: byId(user.id),
      update: { name: "Ada", tenant: "13" },
    })
    expect(updated).toMatchObject({ name: "Ada!", tenant: "13" })
    expect(await adapter.findOne<Row>({ model: "user", where: byId(user.id) })).toMatchObject({
      tenant: "13",
    })
    expect(await adapter.findMany({ model: "user", where: byId(user.id) })).toEqual([])
  })

  it("end an operation by throwing before it: nothing is written", async () => {
    const onAfterCreate = vi.fn()
    const onBeforeCreate = () => {
      throw new Error("not this one")
    }
    const adapter = await open(engine, { extensions: [{ name: "no", onBeforeCreate, onAfterCreate }] })
    await expect(adapter.create({ model: "user", data: ada() })).rejects.toThrow("not this one")
    expect(onAfterCreate).not.toHaveBeenCalled()
    expect(await adapter.count({ model: "user" })).toBe(0)
  })

  it("see transactions: operations inside as outside, and each commit", async () => {
    const log: unknown[] = []
    const adapter = await open(engine, {
      extensions: [
        {
          name: "log",
          onAfterCreate: ({ model }) => void log.push(`create ${model}`),
          onBeforeTransaction: ({ operations }) => void log.push({ before: operations }),
          onAfterTransaction: (args) => void log.push(args),
        },
      ],
    })
    await adapter.transaction(async (trx) => {
      const user = await trx.create<Row>({ model: "user", data: ada() })
      await trx.update({ model: "user", where: byId(user.id), update: { name: "Countess" } })
      await trx.findOne({ model: "user", where: byId(user.id) })
    })
    expect(log).toEqual([
      "create user",
      { before: 2 },
      // The user and the claim of its email.
      { operations: 2, result: 2 },
    ])
    log.splice(0)
    await expect(
      adapter.transaction(async () => {
        throw new Error("thrown away")
      }),
    ).rejects.toThrow("thrown away")
    expect(log).toEqual([])
  })
})

describe.each(engines)("metrics on $name", (engine) => {
  it("are told of each operation, its model and its duration, and of commits", async () => {
    const events: any[] = []
    const adapter = await open(engine, { metrics: (event) => void events.push(event) })
    const user = await adapter.create<Row>({ model: "user", data: ada() })
    await adapter.transaction((trx) =>
      trx.update({ model: "user", where: byId(user.id), update: { name: "A" } }),
    )
    await adapter.count({ model: "session" })
    expect(events).toEqual(
      [
        ["create", "user"],
        ["update", "user"],
        ["transaction", ""],
        ["count", "session"],
      ].map(([operation, model]) => ({ operation, model, durationMs: expect.any(Number) })),
    )
    for (const { durationMs } of events) expect(durationMs).toBeGreaterThan(0)
  })

  it("are told of a failure, which stays what it was", async () => {
    const events: any[] = []
    const adapter = await open(engine, { metrics: (event) => void events.push(event) })
    const same = ada()
    await adapter.create({ model: "user", data: same })
    const error = await adapter.create({ model: "user", data: same }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: "EMAIL_EXISTS" })
    expect(events[1]).toEqual({
      operation: "create",
      model: "user",
      durationMs: expect.any(Number),
      error,
    })
  })

  it("that throw are no failure of the operation, and are told of", async () => {
    const warn = vi.fn()
    const words = randomUUID()
    const adapter = await open(engine, {
      logger: { warn },
      metrics() {
        throw new Error(words)
      },
    })
    expect(await adapter.count({ model: "account", where: byId("1") })).toBe(0)
    expect(await adapter.create<Row>({ model: "user", data: ada() })).toHaveProperty("id")
    expect(warn.mock.calls.filter(([message]) => message.includes(words))).toHaveLength(1)
  })
})

describe.each(engines)("warnings on $name", (engine) => {
  const scan = { model: "user", where: [{ field: "name", value: "Ada" }] }

  it("come once in a process, to the logger", async () => {
    const warn = vi.fn()
    const adapter = await open(engine, { logger: { warn } })
    for (let time = 0; time < 3; time++) await adapter.findMany(scan)
    expect(warn).toHaveBeenCalledTimes(1)
    const [message, meta] = warn.mock.calls[0]!
    expect(message).toMatch(/^dynauth: .*`?name`?/s)
    expect(meta).toMatchObject({ model: "user", table: expect.stringContaining("user") })
    expect(message).not.toContain("Ada")
  })

  it("come each time if debug logs are on", async () => {
    const [warn, debug] = [vi.fn(), vi.fn()]
    const quiet = vi.spyOn(console, "log").mockImplementation(() => {})
    try {
      const adapter = await open(
        engine,
        { logger: { warn, debug }, debugLogs: { findMany: true } },
        { logger: { disabled: true } },
      )
      for (let time = 0; time < 3; time++) await adapter.findMany(scan)
      expect(warn).toHaveBeenCalledTimes(3)
    } finally {
      quiet.mockRestore()
    }
  })

  it("come from transactions, too", async () => {
    const warn = vi.fn()
    const adapter = await open(engine, { logger: { warn } })
    await adapter.transaction((trx) => trx.findMany(scan))
    expect(warn).toHaveBeenCalledTimes(1)
  })

  it("go to the console if there is no logger", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
    try {
      const adapter = await open(engine, { logger: undefined })
      await adapter.findMany(scan)
      expect(warn).toHaveBeenCalledTimes(1)
      expect(warn.mock.calls[0]![0]).toMatch(/^dynauth: /)
    } finally {
      warn.mockRestore()
    }
  })

  it("are not for what a key, an index or a claim answers", async () => {
    const warn = vi.fn()
    const adapter = await open(engine, { logger: { warn } })
    const user = await adapter.create<Row>({ model: "user", data: ada() })
    await adapter.findOne({ model: "user", where: byId(user.id) })
    await adapter.findOne({ model: "user", where: [{ field: "email", value: user.email }] })
    await adapter.findMany({ model: "session", where: [{ field: "userId", value: user.id }] })
    expect(warn).not.toHaveBeenCalled()
  })
})

describe.each(engines)("debug logs on $name", (engine) => {
  let printed: ReturnType<typeof vi.spyOn>[]
  beforeEach(() => {
    printed = (["log", "info", "debug"] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => {}),
    )
  })
  afterEach(() => printed.forEach((spy) => spy.mockRestore()))

  it("show the requests of each operation to the logger, without values", async () => {
    const debug = vi.fn()
    const adapter = await open(engine, { debugLogs: true, logger: { warn: () => {}, debug } })
    const user = await adapter.create<Row>({ model: "user", data: ada() })
    debug.mockClear()
    await adapter.findOne({ model: "user", where: byId(user.id) })
    expect(debug).toHaveBeenCalledTimes(1)
    const [message, meta] = debug.mock.calls[0]!
    expect(message).toBe("dynauth: findOne user")
    expect(meta.requests).toHaveLength(1)
    expect(JSON.stringify(meta)).toContain("GetItem")
    expect(JSON.stringify(meta)).not.toContain(user.id)
  })

  it("are of the operations that are named", async () => {
    const debug = vi.fn()
    const adapter = await open(engine, { debugLogs: { count: true }, logger: { warn: () => {}, debug } })
    await adapter.findMany({ model: "user", where: byId("1") })
    await adapter.count({ model: "user", where: byId("1") })
    expect(debug.mock.calls.map(([message]) => message)).toEqual(["dynauth: count user"])
  })

  it("are Better Auth's own where the logger has none", async () => {
    const adapter = await open(engine, { debugLogs: true })
    await adapter.count({ model: "user", where: byId("1") })
    const words = printed.flatMap((spy) => spy.mock.calls.flat().map((word: unknown) => JSON.stringify(word)))
    expect(words.join(" ")).toContain("count user")
  })
})
