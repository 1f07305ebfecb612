// Variables that the environment does not have yet when modules are loaded: `next build` on a machine without the keys, a test with a
// mock in place of a client. Nothing throws then; the first call rejects, and says what is unset.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { betterAuth } from "better-auth"
import { beforeEach, describe, expect, it, vi, afterEach } from "vitest"
import { dynamodbAdapter, dynamodbSecondaryStorage } from "../js/better-auth.mjs"
import { authJsTable, betterAuthTables, createTables } from "../js/tables.mjs"
import { type Connection, DynamoAdapterError, DynamoDBAdapter } from "../index.js"

const unset = process.env.A_VARIABLE_THAT_NOBODY_SETS
const keys = { accessKeyId: "key", secretAccessKey: "secret" }
/** Nobody listens there; what gets that far is another error. */
const somewhere = { region: "eu-north-1", endpoint: "http://127.0.0.1:9", credentials: keys, maxAttempts: 1 }

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (/^(AWS_|AUTH_DYNAMODB_)/.test(name)) vi.stubEnv(name, undefined)
  }
})
afterEach(() => void vi.unstubAllEnvs())

async function rejection(promise: Promise<unknown>): Promise<DynamoAdapterError> {
  const error = await promise.then(
    () => expect.unreachable("it was answered"),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(DynamoAdapterError)
  expect((error as Error).message).not.toMatch(/\bsecret\b(?!A)/)
  return error as DynamoAdapterError
}

const connections: [string, object | undefined, string, string[]][] = [
  [
    "no access key",
    { ...somewhere, credentials: { ...keys, accessKeyId: unset } },
    "CREDENTIALS",
    ["`accessKeyId` is missing"],
  ],
  [
    "no secret",
    { ...somewhere, credentials: { ...keys, secretAccessKey: unset } },
    "CREDENTIALS",
    ["`secretAccessKey` is missing"],
  ],
  [
    "empty keys",
    { ...somewhere, credentials: { accessKeyId: unset ?? "", secretAccessKey: "" } },
    "CREDENTIALS",
    ["`accessKeyId` is missing"],
  ],
  [
    "misspelt keys",
    { ...somewhere, credentials: { accessKey: "key", secretAccessKey: "secret" } },
    "CREDENTIALS",
    ["`accessKeyId` is missing"],
  ],
  [
    "an empty region",
    { ...somewhere, region: unset ?? "" },
    "INVALID_CONFIG",
    ["`connection.region`", "an empty string", "environment variable"],
  ],
  [
    "an empty endpoint",
    { ...somewhere, endpoint: unset ?? "" },
    "INVALID_CONFIG",
    ["`connection.endpoint`", "an empty string"],
  ],
  [
    "an empty profile",
    { region: "eu-north-1", profile: unset ?? "" },
    "INVALID_CONFIG",
    ["`connection.profile`"],
  ],
  [
    "attempts that are no number",
    { ...somewhere, maxAttempts: Number(unset) },
    "INVALID_CONFIG",
    ["`connection.maxAttempts`", "NaN"],
  ],
  [
    "a timeout that is no number",
    { ...somewhere, requestTimeout: Number(unset) },
    "INVALID_CONFIG",
    ["`connection.requestTimeout`"],
  ],
  [
    "an SDK client without keys",
    new DynamoDBClient({ ...somewhere, credentials: { accessKeyId: unset!, secretAccessKey: unset! } }),
    "CREDENTIALS",
    ["accessKeyId"],
  ],
  [
    "a mock of a client",
    { send: () => {} },
    "INVALID_CONFIG",
    ["`connection`", "mock", 'endpoint: "memory:"'],
  ],
  [
    "a mock of a document client",
    { get: () => {}, put: () => {}, query: () => {} },
    "INVALID_CONFIG",
    ["mock"],
  ],
  ["a mock that is a function", () => {}, "INVALID_CONFIG", ["mock"]],
  ["no client at all", undefined, "INVALID_CONFIG", ["region"]],
]

describe("a connection with", () => {
  it.each(connections)("%s is made, and its first call rejects", async (_, connection, code, words) => {
    const adapter = DynamoDBAdapter(connection as Connection)
    const error = await rejection(adapter.getUser("a"))
    expect(error.code).toBe(code)
    for (const word of words) expect(`${error.message} ${(error.cause as Error)?.message}`).toContain(word)
    expect((await rejection(createTables(connection as Connection, authJsTable()))).code).toBe(code)
    const storage = dynamodbSecondaryStorage({ client: connection as Connection })
    expect((await rejection(storage.get("a") as Promise<unknown>)).code).toBe(code)
  })

  it.each(connections.filter(([, connection]) => connection !== undefined))(
    "%s lets Better Auth start, and its first query rejects",
    async (_, connection, code) => {
      const auth = betterAuth({
        database: dynamodbAdapter({ client: connection as Connection }),
        secret: "a secret of thirty-two letters or more",
        baseURL: "http://localhost",
      })
      const { adapter } = await auth.$context
      const found = adapter.findOne({ model: "user", where: [{ field: "id", value: "a" }] })
      expect((await rejection(found)).code).toBe(code)
    },
  )

  it("keys that are there in time is used, whatever else their object has", async () => {
    const credentials = {
      ...keys,
      identityId: "eu-north-1:1",
      sessionToken: " ",
      expiration: "2999-01-01T00:00:00Z",
    }
    const adapter = DynamoDBAdapter({ ...somewhere, credentials } as Connection)
    expect((await rejection(adapter.getUser("a"))).code).toBe("UNREACHABLE")
  })

  it("a misspelt setting throws at once", () => {
    expect(() => DynamoDBAdapter({ regoin: "eu-north-1" } as Connection)).toThrow("Did you mean `region`?")
  })
})

describe("an option that is", () => {
  it.each([
    ["tableName", { tableName: unset ?? "" }],
    ["partitionKey", { partitionKey: "" }],
    ["indexName", { indexName: "" }],
    ["indexLagTimeout", { indexLagTimeout: Number(unset) }],
  ])("an empty %s lets the adapter be made, and the first call rejects", async (name, options) => {
    const error = await rejection(DynamoDBAdapter({ endpoint: "memory:" }, options).getUser("a"))
    expect(error.code).toBe("INVALID_CONFIG")
    expect(error.message).toContain(`\`options.${name}\` must be`)
    expect(error.message).toContain("environment variable")
    // A script has all of it, or fails.
    expect(() => authJsTable(options)).toThrow(error.message)
  })

  it("an empty table of the secondary storage rejects", async () => {
    const storage = dynamodbSecondaryStorage({ client: { endpoint: "memory:" }, tableName: "" })
    const error = await rejection(storage.set("a", "b") as Promise<unknown>)
    expect(error).toMatchObject({
      code: "INVALID_CONFIG",
      message: expect.stringContaining("`config.tableName`"),
    })
  })
})

describe("Better Auth's configuration with", () => {
  const tables = { user: "u", session: "s", account: "a", verification: "v" }
  const memory = { endpoint: "memory:" }
  it.each([
    [
      "a table without a name",
      { ...memory, tables: { ...tables, session: unset! } },
      "`config.tables.session`",
    ],
    [
      "a table of a plugin without a name",
      { ...memory, tables: { ...tables, member: "" } },
      "`config.tables.member`",
    ],
    ["an empty prefix", { ...memory, tablePrefix: "" }, "`config.tablePrefix`"],
    [
      "an index without a name",
      { ...memory, indexes: { user: { email: { indexName: unset!, hashKey: "email" } } } },
      "`config.indexes.user.email.indexName`",
    ],
    [
      "a key without a name",
      { ...memory, keySchemas: { user: { pkField: unset ?? "" } } },
      "`config.keySchemas.user.pkField`",
    ],
    ["an empty region", { region: "" }, "`config.region`"],
  ])("%s lets the app start, and each operation rejects", async (_, config, name) => {
    const options = {
      database: dynamodbAdapter(config),
      emailAndPassword: { enabled: true },
      secret: "a secret of thirty-two letters or more",
      baseURL: "http://localhost",
    }
    const auth = betterAuth(options)
    const { adapter } = await auth.$context
    const calls = [
      () => adapter.findMany({ model: "user" }),
      () => adapter.create({ model: "user", data: { name: "A", email: "a@example.com" } }),
      () => adapter.transaction((inside) => inside.findMany({ model: "user" })),
      () => adapter.transaction(async () => undefined),
    ]
    for (const call of calls) {
      const error = await rejection(call())
      expect(error.code).toBe("INVALID_CONFIG")
      expect(error.message).toContain(name)
      expect(error.message).toContain("environment variable")
    }
    expect(() => betterAuthTables(options)).toThrow(name)
  })
})
