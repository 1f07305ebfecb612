// Failures: what a caller sees, and what Better Auth's endpoints answer for them.

import { randomUUID } from "node:crypto"
import { APIError as CoreAPIError } from "@better-auth/core/error"
import { isAPIError } from "@better-auth/core/utils/is-api-error"
import { betterAuth, type BetterAuthOptions } from "better-auth"
import { APIError } from "better-auth/api"
import { admin, organization } from "better-auth/plugins"
import { afterEach, describe, expect, it } from "vitest"
import { DynamoAdapterError } from "../../index.js"
import {
  type DynamoDBAdapterConfig,
  dynamodbAdapter,
  InvalidWhereError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
} from "../../js/better-auth.mjs"
import { betterAuthTables, createTables } from "../../js/tables.js"
import { type Engine, engines } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"

type Row = Record<string, any>

let endpoint: FaultyEndpoint | undefined
afterEach(() => endpoint?.close())

async function open(engine: Engine, config: DynamoDBAdapterConfig = {}, options: BetterAuthOptions = {}) {
  endpoint = await faultyEndpoint(engine)
  const all = {
    ...endpoint.connection(),
    tablePrefix: `${randomUUID()}-`,
    logger: { warn: () => {} },
    ...config,
  }
  await createTables(engine.connection(), betterAuthTables(options, all))
  return { adapter: dynamodbAdapter(all)(options), endpoint, config: all }
}

const ada = () => ({ name: "Ada", email: `${randomUUID()}@example.com`, emailVerified: false })

async function rejection(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    () => expect.unreachable("it was accepted"),
    (error: unknown) => error,
  )
}

/** An app, and how it is asked. */
function app(config: DynamoDBAdapterConfig, options: BetterAuthOptions = {}) {
  const auth = betterAuth({
    baseURL: "http://localhost:3000",
    secret: "a secret that is long enough for Better Auth",
    database: dynamodbAdapter(config),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    ...options,
  })
  return async (path: string, body: object, headers: Record<string, string> = {}) => {
    const response = await auth.handler(
      new Request(`http://localhost:3000/api/auth${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: "http://localhost:3000", ...headers },
        body: JSON.stringify(body),
      }),
    )
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers }
  }
}

describe.each(engines)("a failure on $name", (engine) => {
  it("shows who called, and says the operation, the table and the code", async () => {
    const { adapter } = await open(engine)
    async function theCallerOfTheAdapter() {
      await adapter.create({ model: "user", data: { ...ada(), image: () => "a function" } })
    }
    const error = await rejection(theCallerOfTheAdapter())
    expect(error).toBeInstanceOf(DynamoAdapterError)
    expect(error).toMatchObject({ code: "INVALID_VALUE", operation: "create" })
    expect(error.message).toContain("`data.image` is a function")
    expect(error.stack).toContain("theCallerOfTheAdapter")
    expect(isAPIError(error)).toBe(false)
  })

  it("for a taken value is an APIError with public words, and ours with all of them", async () => {
    const { adapter, config } = await open(engine)
    const same = ada()
    await adapter.create({ model: "user", data: same })
    async function theCallerOfTheAdapter() {
      await adapter.create({ model: "user", data: { ...same, name: "another" } })
    }
    const error = await rejection(theCallerOfTheAdapter())
    expect(error).toBeInstanceOf(DynamoAdapterError)
    expect(error).toBeInstanceOf(APIError)
    expect(error).toBeInstanceOf(CoreAPIError)
    expect(error).not.toBeInstanceOf(InvalidWhereError)
    expect(error).toMatchObject({
      code: "EMAIL_EXISTS",
      operation: "create",
      status: "UNPROCESSABLE_ENTITY",
      statusCode: 422,
      body: {
        code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
        message: "User already exists. Use another email.",
      },
    })
    expect(error.message).toContain(config.tablePrefix)
    expect(error.message).not.toContain(same.email)
    // By such words some of Better Auth's plugins know a duplicate.
    expect(error.message).toMatch(/unique constraint|duplicate key/i)
    expect(error.stack).toContain("theCallerOfTheAdapter")
    expect(JSON.stringify(error.body)).not.toContain(config.tablePrefix)
  })

  it("of some rows of an updateMany is an AggregateError of theirs", async () => {
    const { adapter, endpoint } = await open(engine)
    for (let row = 0; row < 4; row++) {
      await adapter.create({
        model: "verification",
        data: { identifier: "a", value: "b", expiresAt: new Date() },
      })
    }
    const refused = JSON.stringify({
      __type: "com.amazon.coral.service#AccessDeniedException",
      Message: "no",
    })
    void endpoint.inject({ status: 400, body: refused }, { operation: "UpdateItem", times: 2 })
    const error = await rejection(
      adapter.updateMany({
        model: "verification",
        where: [{ field: "identifier", value: "a" }],
        update: { value: "c" },
      }),
    )
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toBeInstanceOf(DynamoAdapterError)
    expect(error).toMatchObject({ code: "PARTIAL_FAILURE", operation: "updateMany" })
    expect(error.message).toContain("2 of 4")
    expect(error.errors).toHaveLength(2)
    for (const single of error.errors) {
      expect(single).toBeInstanceOf(DynamoAdapterError)
      expect(single.code).toBe("ACCESS_DENIED")
    }
    const rows = await adapter.findMany<Row>({
      model: "verification",
      where: [{ field: "identifier", value: "a" }],
    })
    expect(rows.filter(({ value }) => value === "c")).toHaveLength(2)
  })
})

describe.each(engines)("strict on $name", (engine) => {
  const users = { model: "user" }
  const where = (clause: object) => [clause] as any
  it.each<[string, unknown, (adapter: any) => Promise<unknown>]>([
    [
      "ends_with",
      UnsupportedOperatorError,
      (adapter) =>
        adapter.findMany({ ...users, where: where({ field: "name", value: "a", operator: "ends_with" }) }),
    ],
    [
      "mode insensitive",
      UnsupportedOperatorError,
      (adapter) =>
        adapter.findMany({ ...users, where: where({ field: "name", value: "a", mode: "insensitive" }) }),
    ],
    [
      "an offset on an index",
      UnsupportedOptionError,
      (adapter) =>
        adapter.findMany({ model: "session", where: where({ field: "userId", value: "1" }), offset: 1 }),
    ],
    [
      "updateMany of everything",
      InvalidWhereError,
      (adapter) => adapter.updateMany({ ...users, where: [], update: { name: "a" } }),
    ],
    ["deleteMany of everything", InvalidWhereError, (adapter) => adapter.deleteMany({ ...users, where: [] })],
    [
      "consumeOne without a key or an index",
      InvalidWhereError,
      (adapter) => adapter.consumeOne({ ...users, where: where({ field: "name", value: "a" }) }),
    ],
  ])("refuses %s, which is answered otherwise", async (_name, ErrorClass, run) => {
    const strict = await open(engine, { strict: true })
    const error = await rejection(run(strict.adapter))
    expect(error).toBeInstanceOf(ErrorClass)
    expect(error).toBeInstanceOf(DynamoAdapterError)
    strict.endpoint.close()
    const { adapter } = await open(engine)
    await run(adapter)
  })
})

describe.each(engines)("the loser of a race is answered 4xx on $name", (engine) => {
  const names = (answers: { status: number }[]) => answers.map(({ status }) => status).sort()

  it("at sign-up with an email", async () => {
    const { config } = await open(engine)
    const ask = app(config)
    const body = { ...ada(), password: "correct horse battery staple" }
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask("/sign-up/email", body)))
    expect(names(answers)).toEqual([200, 422, 422, 422, 422])
    for (const { status, body } of answers) {
      if (status === 422) expect(body.code).toBe("USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL")
    }
  })

  it("at making an organization with a slug", async () => {
    const options: BetterAuthOptions = { plugins: [organization()] }
    const { config } = await open(engine, {}, options)
    const ask = app(config, options)
    const { headers } = await ask("/sign-up/email", { ...ada(), password: "correct horse battery staple" })
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ")
    const create = () => ask("/organization/create", { name: "Engine", slug: "engine" }, { cookie })
    const answers = await Promise.all(Array.from({ length: 5 }, create))
    const [first, ...others] = names(answers)
    expect(first).toBe(200)
    for (const status of others) expect([400, 409]).toContain(status)
  })

  it("at making users as an admin, where nothing between us and the answer catches", async () => {
    const options: BetterAuthOptions = { plugins: [admin()] }
    const { config, adapter } = await open(engine, {}, options)
    const ask = app(config, options)
    const boss = { ...ada(), password: "correct horse battery staple" }
    const { headers, body } = await ask("/sign-up/email", boss)
    await adapter.update({
      model: "user",
      where: [{ field: "id", value: body.user.id }],
      update: { role: "admin" },
    })
    const cookie = headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ")
    const { name, email } = ada()
    const create = () => ask("/admin/create-user", { name, email, password: "another password" }, { cookie })
    const answers = await Promise.all(Array.from({ length: 5 }, create))
    const [first, ...others] = names(answers)
    expect(first).toBe(200)
    for (const status of others) expect([400, 409, 422]).toContain(status)
  })
})
