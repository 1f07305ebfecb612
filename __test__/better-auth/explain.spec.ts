// What `explain` says is what is sent.

import { randomUUID } from "node:crypto"
import { betterAuth, type BetterAuthOptions } from "better-auth"
import { memoryAdapter } from "better-auth/adapters/memory"
import { afterEach, describe, expect, it } from "vitest"
import { DynamoAdapterError } from "../../index.js"
import {
  type DynamoDBAdapterConfig,
  dynamodbAdapter,
  explain,
  type ExplainRequest,
} from "../../js/better-auth.mjs"
import { betterAuthTables, createTables } from "../../js/tables.js"
import { type Engine, engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"

let endpoint: FaultyEndpoint | undefined
afterEach(() => endpoint?.close())

const app = (options: BetterAuthOptions) =>
  betterAuth({
    baseURL: "http://localhost:3000",
    secret: "a secret that is long enough for Better Auth",
    logger: { disabled: true },
    ...options,
  })

async function open(engine: Engine, config: DynamoDBAdapterConfig = {}) {
  endpoint = await faultyEndpoint(engine)
  const database = dynamodbAdapter({
    ...endpoint.connection(),
    tablePrefix: `${randomUUID()}-`,
    logger: { warn: () => {} },
    ...config,
  })
  const auth = app({ database, user: { modelName: "people", fields: { name: "full_name" } } })
  await createTables(engine.connection(), betterAuthTables(auth.options))
  const { adapter } = await auth.$context
  endpoint.forget()
  return { auth, adapter, endpoint }
}

const secret = "a value that is nobody's affair"
const questions: Record<string, ExplainRequest> = {
  "by key": { model: "user", where: [{ field: "id", value: secret }] },
  "by keys": { model: "user", where: [{ field: "id", value: [secret, "b"], operator: "in" }] },
  "by an index": { model: "session", where: [{ field: "userId", value: secret }] },
  "by an index, sorted": {
    model: "account",
    where: [{ field: "userId", value: secret }],
    sortBy: { field: "createdAt", direction: "desc" },
    limit: 3,
    offset: 1,
  },
  "of all": { model: "user", limit: 5 },
  "without a key": { model: "user", where: [{ field: "name", value: secret, operator: "ends_with" }] },
  "nothing at all": { model: "user", where: [{ field: "id", value: [], operator: "in" }] },
}

describe.each(engines)("explain on $name", (engine) => {
  it.each(Object.entries(questions))("tells the requests of a findMany %s", async (_name, question) => {
    const { auth, adapter, endpoint } = await open(engine)
    const explained = await explain(auth, question)
    expect(endpoint.operations()).toEqual([])
    expect(JSON.stringify(explained)).not.toContain(secret)
    await adapter.findMany(question as any)
    const certain = explained.filter(({ onlyIf }) => onlyIf === undefined)
    expect(certain.map(({ operation }) => operation)).toEqual(endpoint.operations())
    expect(certain.map(({ index }) => index)).toEqual(endpoint.requests.map(({ body }) => body.IndexName))
  })

  it("has the names that rows are stored by, and names the index to add", async () => {
    const { auth } = await open(engine)
    const [scan] = await explain(auth, { model: "user", where: [{ field: "name", value: "Ada" }] })
    expect(scan).toMatchObject({ operation: "Scan", missingIndex: "full_name" })
    expect(scan!.table).toMatch(/-people$/)
    const [query] = await explain(auth, {
      model: "user",
      operation: "update",
      where: [{ field: "id", value: "1" }],
      update: { name: "Ada" },
    })
    expect(query).toMatchObject({ operation: "GetItem", by: ["id"] })
  })

  it("is at the adapter's options, too", async () => {
    const { auth, adapter } = await open(engine)
    const question: ExplainRequest = { model: "session", operation: "count" }
    expect(await (adapter.options as any).explain(question)).toEqual(await explain(auth, question))
  })

  it("refuses what the operation refuses", async () => {
    const { auth } = await open(engine)
    await expect(explain(auth, { model: "user", operation: "findAll" as "findMany" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: expect.stringContaining("findMany"),
    })
    const error = await explain(auth, {
      model: "user",
      where: [{ field: "name", value: "a", operator: "sounds_like" }],
    }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(DynamoAdapterError)
  })
})

it("explain says so where another adapter is in use", async () => {
  const auth = app({ database: memoryAdapter({}) })
  await expect(explain(auth, { model: "user" })).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    message: expect.stringContaining("does not use this adapter"),
  })
})
