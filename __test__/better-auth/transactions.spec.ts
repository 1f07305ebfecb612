// Transactions: what they leave, and when they are run again.

import { randomUUID } from "node:crypto"
import { getCurrentAdapter, queueAfterTransactionHook, runWithTransaction } from "@better-auth/core/context"
import { afterEach, describe, expect, it, vi } from "vitest"
import { DynamoAdapterError } from "../../index.js"
import { type DynamoDBAdapterConfig, dynamodbAdapter } from "../../js/better-auth.mjs"
import { betterAuthTables, createTables } from "../../js/tables.js"
import { type Engine, engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"

type Row = Record<string, any>

let endpoint: FaultyEndpoint | undefined
afterEach(() => endpoint?.close())

/** An adapter over fresh tables, behind an endpoint where things go wrong. */
async function open(engine: Engine, config: DynamoDBAdapterConfig = {}) {
  endpoint = await faultyEndpoint(engine)
  const all = { ...endpoint.connection(), tablePrefix: `${randomUUID()}-`, ...config }
  await createTables(engine.connection(), betterAuthTables({}, all))
  return { adapter: dynamodbAdapter(all)({}), endpoint }
}

const ada = () => ({ name: "Ada", email: `${randomUUID()}@example.com`, emailVerified: false })
const byId = (id: unknown) => [{ field: "id", value: id as string }]

/** A callback that another one gets in the way of, a number of times: it changes the row that the callback changes. */
function hindered(adapter: any, id: string, times: number) {
  return vi.fn(async (trx: any) => {
    const updated = await trx.update({ model: "user", where: byId(id), update: { name: "mine" } })
    if (times-- > 0)
      await adapter.update({ model: "user", where: byId(id), update: { name: `another ${times}` } })
    return updated
  })
}

describe.each(engines)("a transaction on $name", (engine) => {
  it("writes all at its end, and nothing before", async () => {
    const { adapter, endpoint } = await open(engine)
    const ids: string[] = []
    const answer = await adapter.transaction(async (trx) => {
      const user = await trx.create<Row>({ model: "user", data: ada() })
      await trx.create({
        model: "account",
        data: { userId: user.id, providerId: "credential", accountId: user.id },
      })
      ids.push(user.id)
      expect(await trx.findOne({ model: "user", where: byId(user.id) })).toEqual(user)
      expect(await adapter.findOne({ model: "user", where: byId(user.id) })).toBeNull()
      return "done"
    })
    expect(answer).toBe("done")
    expect(await adapter.findOne({ model: "user", where: byId(ids[0]) })).toMatchObject({ name: "Ada" })
    expect(endpoint.operations().filter((operation) => operation === "TransactWriteItems")).toHaveLength(1)
  })

  it("that throws leaves nothing, and is not run again", async () => {
    const { adapter, endpoint } = await open(engine)
    const callback = vi.fn(async (trx: any) => {
      await trx.create({ model: "user", data: ada() })
      throw new Error("changed my mind")
    })
    await expect(adapter.transaction(callback)).rejects.toThrow("changed my mind")
    expect(callback).toHaveBeenCalledTimes(1)
    expect(await adapter.count({ model: "user" })).toBe(0)
    expect(endpoint.operations()).not.toContain("TransactWriteItems")
  })

  it("inside of a transaction is part of it", async () => {
    const { adapter } = await open(engine)
    const attempt = adapter.transaction(async (trx: any) => {
      await trx.transaction((inner: any) => inner.create({ model: "user", data: ada() }))
      expect(await trx.count({ model: "user" })).toBe(1)
      throw new Error("with what is inside")
    })
    await expect(attempt).rejects.toThrow("with what is inside")
    expect(await adapter.count({ model: "user" })).toBe(0)
  })

  it("without writes asks for nothing", async () => {
    const { adapter, endpoint } = await open(engine)
    expect(await adapter.transaction(async () => 7)).toBe(7)
    expect(endpoint.operations()).toEqual([])
  })
})

describe.each(engines)("a transaction that others are in the way of, on $name", (engine) => {
  it("is run again, afresh, until it passes", async () => {
    const { adapter } = await open(engine)
    const { id } = await adapter.create<Row>({ model: "user", data: ada() })
    const callback = hindered(adapter, id, 3)
    expect(await adapter.transaction(callback)).toMatchObject({ id, name: "mine" })
    expect(callback).toHaveBeenCalledTimes(4)
    expect(new Set(callback.mock.calls.map(([trx]) => trx)).size).toBe(4)
    expect(await adapter.findOne({ model: "user", where: byId(id) })).toMatchObject({ name: "mine" })
  })

  it("is run again as often as configured, five times by default, and then fails", async () => {
    for (const [config, runs] of [
      [{}, 6],
      [{ transactionRetries: 2 }, 3],
      [{ transactionRetries: 0 }, 1],
    ] as const) {
      const { adapter, endpoint } = await open(engine, config)
      const { id } = await adapter.create<Row>({ model: "user", data: ada() })
      const callback = hindered(adapter, id, 100)
      const error = await adapter.transaction(callback).catch((error: unknown) => error)
      expect(error).toBeInstanceOf(DynamoAdapterError)
      expect(error).toMatchObject({ code: "TRANSACTION_FAILED", statusCode: 409 })
      expect(callback).toHaveBeenCalledTimes(runs)
      const { name } = (await adapter.findOne<Row>({ model: "user", where: byId(id) }))!
      expect(name).toMatch(/^another/)
      endpoint.close()
    }
  })

  it("is run again once where something unique was taken in the meantime", async () => {
    const { adapter } = await open(engine)
    const data = ada()
    const found: unknown[] = []
    const answer = await adapter.transaction(async (trx) => {
      const taken = await trx.findOne<Row>({ model: "user", where: [{ field: "email", value: data.email }] })
      found.push(taken)
      if (taken) return `taken by ${taken.name}`
      await trx.create({ model: "user", data })
      await adapter.create({ model: "user", data: { ...data, name: "another" } })
      return "mine"
    })
    expect(answer).toBe("taken by another")
    expect(found).toHaveLength(2)
    expect(await adapter.count({ model: "user" })).toBe(1)
  })

  it("fails where it stays taken", async () => {
    const { adapter } = await open(engine)
    const data = ada()
    await adapter.create({ model: "user", data })
    const callback = vi.fn((trx: any) => trx.create({ model: "user", data }))
    const error = await adapter.transaction(callback).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(DynamoAdapterError)
    expect(error).toMatchObject({ code: "EMAIL_EXISTS" })
    expect(callback.mock.calls.length).toBeLessThanOrEqual(2)
  })

  it("is not run again for what is nobody's fault but ours", async () => {
    const { adapter, endpoint } = await open(engine)
    void endpoint.inject(
      {
        status: 400,
        body: JSON.stringify({ __type: "com.amazon.coral.service#AccessDeniedException", Message: "no" }),
      },
      { operation: "TransactWriteItems", times: 100 },
    )
    const callback = vi.fn((trx: any) => trx.create({ model: "user", data: ada() }))
    await expect(adapter.transaction(callback)).rejects.toMatchObject({ code: "ACCESS_DENIED" })
    expect(callback).toHaveBeenCalledTimes(1)
  })

  it("does after its commit what the run that was committed asked for, once", async () => {
    const { adapter } = await open(engine)
    const { id } = await adapter.create<Row>({ model: "user", data: ada() })
    const callback = hindered(adapter, id, 2)
    const done: string[] = []
    let runs = 0
    await runWithTransaction(adapter, async () => {
      const run = ++runs
      await queueAfterTransactionHook(async () => void done.push(`before ${run}`))
      await callback(await getCurrentAdapter(adapter))
      await queueAfterTransactionHook(async () => void done.push(`after ${run}`))
    })
    expect(runs).toBe(3)
    expect(done).toEqual(["before 3", "after 3"])
  })

  it("loses no update among twenty at once", async () => {
    const { adapter } = await open(engine, { transactionRetries: 100 })
    const { id } = await adapter.create<Row>({ model: "user", data: { ...ada(), name: "0" } })
    const countUp = () =>
      adapter.transaction(async (trx) => {
        const user = await trx.findOne<Row>({ model: "user", where: byId(id) })
        await trx.update({ model: "user", where: byId(id), update: { name: String(Number(user!.name) + 1) } })
      })
    await Promise.all(Array.from({ length: 20 }, countUp))
    expect(await adapter.findOne({ model: "user", where: byId(id) })).toMatchObject({ name: "20" })
  })
})
