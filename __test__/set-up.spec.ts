// Each mistake in the set-up of tables, with each adapter: the whole message that somebody meets.
import { randomUUID } from "node:crypto"
import { type BetterAuthOptions } from "better-auth"
import { CreateTableCommand } from "@aws-sdk/client-dynamodb"
import { beforeAll, describe, expect, it } from "vitest"
import {
  type ConnectionSettings,
  type DynamoAdapterError,
  DynamoDBAdapter,
  type DynamoDBAdapterOptions,
} from "../index.js"
import { type DynamoDBAdapterConfig, dynamodbAdapter, dynamodbSecondaryStorage } from "../js/better-auth.mjs"
import { authJsTable, betterAuthTables, createTables, type TableDefinition } from "../js/tables.js"
import { credentials, type Engine, engines, region } from "./engines"
import { failing, startStub } from "./stub.js"

/** Keys: a partition key, perhaps a sort key. `:N` behind a name makes it a number. */
type Key = string[]
interface Made {
  key: Key
  indexes?: Record<string, Key>
  projection?: "ALL" | "KEYS_ONLY"
}

const bare = (name: string) => name.replace(/:N$/, "")
const schema = (key: Key) =>
  key.map((name, at) => ({ AttributeName: bare(name), KeyType: at ? ("RANGE" as const) : ("HASH" as const) }))

async function make(engine: Engine, tableName: string, { key, indexes = {}, projection = "ALL" }: Made) {
  const names = new Set([key, ...Object.values(indexes)].flat())
  await engine.documentClient().send(
    new CreateTableCommand({
      TableName: tableName,
      AttributeDefinitions: [...names].map((name) => ({
        AttributeName: bare(name),
        AttributeType: name.endsWith(":N") ? "N" : "S",
      })),
      KeySchema: schema(key),
      ...(Object.keys(indexes).length > 0 && {
        GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, key]) => ({
          IndexName,
          KeySchema: schema(key),
          Projection: { ProjectionType: projection },
        })),
      }),
      BillingMode: "PAY_PER_REQUEST",
    }),
  )
}

/** What AWS's command line takes to make an index that projects everything. */
function create(index: string, key: Key): string {
  const definitions = key.map((AttributeName) => ({ AttributeName, AttributeType: "S" }))
  const made = { IndexName: index, KeySchema: schema(key), Projection: { ProjectionType: "ALL" } }
  return `--attribute-definitions '${JSON.stringify(definitions)}' --global-secondary-index-updates '${JSON.stringify([{ Create: made }])}'`
}

const remove = (index: string) =>
  `--global-secondary-index-updates '${JSON.stringify([{ Delete: { IndexName: index } }])}'`

async function failure(promise: Promise<unknown>): Promise<DynamoAdapterError> {
  return promise.then(
    () => expect.unreachable("it was accepted"),
    (error: DynamoAdapterError) => error,
  )
}

describe.each(engines)("on $name", (engine) => {
  let connection: { endpoint: string; region: string; credentials: typeof credentials }
  let place = ""
  let options = ""
  let table = ""

  // By HTTP, where tables are the user's own to make; for how they are in an embedded database, see below.
  beforeAll(async () => {
    const endpoint = await engine.endpoint()
    connection = { endpoint, region, credentials }
    place = `region "${region}" at ${endpoint}`
    options = `--region ${region} --endpoint-url ${endpoint}`
  })

  const named = () => (table = `set-up-${randomUUID().slice(0, 8)}`)
  const update = (change: string) =>
    `\`aws dynamodb update-table ${options} --table-name ${table} ${change}\``

  async function expectMessage(
    promise: Promise<unknown>,
    code: string,
    operation: string,
    at: string,
    message: string,
  ) {
    const error = await failure(promise)
    expect(error.message).toBe(`${operation} on table "${at}": ${message}`)
    expect(error).toMatchObject({ code, operation, table: at })
    expect(error.cause).toMatchObject({
      name: /Exception$/.test((error.cause as Error).name) && expect.anything(),
    })
  }

  describe("the Auth.js adapter", () => {
    const open = (given: DynamoDBAdapterOptions = {}) =>
      DynamoDBAdapter(connection, { tableName: table, indexLagTimeout: 0, ...given })
    const right = { GSI1: ["GSI1PK", "GSI1SK"] }
    const another = () =>
      'give another name in `tableName`, and make it with createTables(connection, authJsTable(options)) from "dynauth/tables".'

    it.each(["getUser", "getUserByEmail", "deleteUser"] as const)("without its table: %s", async (method) => {
      named()
      await expectMessage(
        open()[method]!("nobody"),
        "TABLE_NOT_FOUND",
        method,
        table,
        `The table is not there in ${place}; needed is one with the key (pk, sk) and the index "GSI1" on (GSI1PK, GSI1SK). ` +
          'Make it with createTables(connection, authJsTable(options)) from "dynauth/tables", or correct its name, the region or the endpoint.',
      )
    })

    it("in a transaction without its table", async () => {
      named()
      const error = await failure(
        open().createUser!({ id: "u", email: "a@example.com", emailVerified: null }),
      )
      expect(error).toMatchObject({ code: "TABLE_NOT_FOUND", operation: "createUser", table })
      expect(error.message).toContain("authJsTable(options)")
    })

    it("without its index", async () => {
      await make(engine, named(), { key: ["pk", "sk"] })
      await expectMessage(
        open().getUserByEmail!("a@example.com"),
        "MISSING_INDEX",
        "getUserByEmail",
        table,
        `The table in ${place} has no index "GSI1" on (GSI1PK, GSI1SK); it has none. ` +
          `Make it by ${update(create("GSI1", ["GSI1PK", "GSI1SK"]))}.`,
      )
    })

    it("by the command that the message names, has its index", async () => {
      await make(engine, named(), { key: ["pk", "sk"] })
      const { message } = await failure(open().getUserByEmail!("a@example.com"))
      const [, definitions, updates] =
        /--attribute-definitions '(.*)' --global-secondary-index-updates '(.*)'`/.exec(message)!
      const body = {
        TableName: table,
        AttributeDefinitions: JSON.parse(definitions!),
        GlobalSecondaryIndexUpdates: JSON.parse(updates!),
      }
      expect((await engine.request("UpdateTable", JSON.stringify(body))).status).toBe(200)
      const described = await engine.request("DescribeTable", JSON.stringify({ TableName: table }))
      expect(JSON.parse(described.body).Table.GlobalSecondaryIndexes).toMatchObject([
        {
          IndexName: "GSI1",
          KeySchema: [
            { AttributeName: "GSI1PK", KeyType: "HASH" },
            { AttributeName: "GSI1SK", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ])
      // DynamoDB Local takes minutes to make an index where many tables are; the embedded engine makes it at once.
      if (engine.name !== "embedded") return
      expect(await open().getUserByEmail!("a@example.com")).toBeNull()
    })

    it("with its index under another name", async () => {
      await make(engine, named(), { key: ["pk", "sk"], indexes: { "by-lookup": ["GSI1PK", "GSI1SK"] } })
      await expectMessage(
        open().getUserByEmail!("a@example.com"),
        "MISSING_INDEX",
        "getUserByEmail",
        table,
        `The table in ${place} has no index "GSI1" on (GSI1PK, GSI1SK); it has "by-lookup" on (GSI1PK, GSI1SK). ` +
          'Give DynamoDBAdapter the options `{ indexName: "by-lookup" }`.',
      )
      expect(await open({ indexName: "by-lookup" }).getUserByEmail!("a@example.com")).toBeNull()
    })

    it("with an index of other keys", async () => {
      await make(engine, named(), { key: ["pk", "sk"], indexes: { GSI1: ["hash", "range"] } })
      await expectMessage(
        open().getUserByEmail!("a@example.com"),
        "INVALID_CONFIG",
        "getUserByEmail",
        table,
        `The table in ${place} is another one: the key of its index "GSI1" is (hash, range) instead of (GSI1PK, GSI1SK). ` +
          'Give DynamoDBAdapter the options `{ indexPartitionKey: "hash", indexSortKey: "range" }`.',
      )
    })

    it("with an index without a sort key", async () => {
      await make(engine, named(), { key: ["pk", "sk"], indexes: { GSI1: ["GSI1PK"] } })
      await expectMessage(
        open().getUserByEmail!("a@example.com"),
        "INVALID_CONFIG",
        "getUserByEmail",
        table,
        `The table in ${place} is another one: the key of its index "GSI1" is (GSI1PK) instead of (GSI1PK, GSI1SK). ` +
          `An index cannot be changed: if nothing else uses it, delete it by ${update(remove("GSI1"))}; when it is gone, ` +
          `make it by ${update(create("GSI1", ["GSI1PK", "GSI1SK"]))}.`,
      )
    })

    it("with an index on a number", async () => {
      await make(engine, named(), { key: ["pk", "sk"], indexes: { GSI1: ["GSI1PK:N", "GSI1SK"] } })
      const message =
        `The table in ${place} is another one: the key attribute "GSI1PK" is a number (N) instead of a string (S). ` +
        `An index cannot be changed: if nothing else uses it, delete it by ${update(remove("GSI1"))}; when it is gone, ` +
        `make it by ${update(create("GSI1", ["GSI1PK", "GSI1SK"]))}.`
      const adapter = open()
      await expectMessage(
        adapter.getUserByEmail!("a@example.com"),
        "INVALID_CONFIG",
        "getUserByEmail",
        table,
        message,
      )
      const user = { id: "u", email: "a@example.com", emailVerified: null }
      await expectMessage(adapter.createUser!(user), "INVALID_CONFIG", "createUser", table, message)
      const session = { sessionToken: "t", userId: "u", expires: new Date() }
      await expectMessage(adapter.createSession!(session), "INVALID_CONFIG", "createSession", table, message)
    })

    it("on a table with other keys", async () => {
      await make(engine, named(), { key: ["id", "range"], indexes: right })
      const message =
        `The table in ${place} is another one: its key is (id, range) instead of (pk, sk). ` +
        `Give DynamoDBAdapter the options \`{ partitionKey: "id", sortKey: "range" }\`; or ${another()}`
      const adapter = open()
      const user = { id: "u", email: "a@example.com", emailVerified: null }
      const session = { sessionToken: "t", userId: "u", expires: new Date() }
      for (const [method, call] of [
        ["getUser", () => adapter.getUser!("u")],
        ["createUser", () => adapter.createUser!(user)],
        ["updateUser", () => adapter.updateUser!({ id: "u", name: "Ada" })],
        ["deleteUser", () => adapter.deleteUser!("u")],
        ["createSession", () => adapter.createSession!(session)],
        ["listAuthenticatorsByUserId", () => adapter.listAuthenticatorsByUserId!("u")],
      ] as const)
        await expectMessage(call(), "INVALID_CONFIG", method, table, message)
      const adapted = open({ partitionKey: "id", sortKey: "range" })
      expect(await adapted.getUser!("u")).toBeNull()
    })

    it("on a table with a name that is not for keys", async () => {
      await make(engine, named(), { key: ["userId", "type"], indexes: right })
      await expectMessage(
        open().getUser!("u"),
        "INVALID_CONFIG",
        "getUser",
        table,
        `The table in ${place} is another one: its key is (userId, type) instead of (pk, sk). ` +
          `A table's key cannot be changed: ${another()}`,
      )
    })

    it("on a table without a sort key", async () => {
      await make(engine, named(), { key: ["pk"], indexes: right })
      await expectMessage(
        open().getUser!("u"),
        "INVALID_CONFIG",
        "getUser",
        table,
        `The table in ${place} is another one: its key is (pk) instead of (pk, sk). ` +
          `A table's key cannot be changed: ${another()}`,
      )
    })

    it.each([
      ["pk", ["pk:N", "sk"]],
      ["sk", ["pk", "sk:N"]],
    ])("on a table whose key %s is a number", async (name, key) => {
      await make(engine, named(), { key, indexes: right })
      await expectMessage(
        open().getUser!("u"),
        "INVALID_CONFIG",
        "getUser",
        table,
        `The table in ${place} is another one: the key attribute "${name}" is a number (N) instead of a string (S). ` +
          `A table's key cannot be changed: ${another()}`,
      )
    })
  })

  describe("Better Auth's adapter", () => {
    const authOptions: BetterAuthOptions = {}
    let config: DynamoDBAdapterConfig = {}
    const open = () => dynamodbAdapter(config)(authOptions)
    const email = [{ field: "email", value: "a@example.com" }] as never
    const id = [{ field: "id", value: "u" }] as never
    const user = {
      ...{ id: "u", name: "Ada", email: "a@example.com", emailVerified: false },
      ...{ createdAt: new Date(), updatedAt: new Date() },
    }

    /** Makes all tables but for those that are made otherwise, or not at all. */
    async function tables(changed: Record<string, Made | undefined>, more: DynamoDBAdapterConfig = {}) {
      const tablePrefix = `${named()}-`
      config = { client: connection, tablePrefix, ...more }
      for (const definition of betterAuthTables(authOptions, config)) {
        const model = definition.tableName.replace(tablePrefix, "")
        if (!(model in changed)) await createTables(connection, definition)
        else if (changed[model]) await make(engine, definition.tableName, changed[model])
      }
      table = `${tablePrefix}user`
    }

    const made = 'ake it with createTables(connection, betterAuthTables(auth.options)) from "dynauth/tables"'

    it("without the table of a model, as after a plugin was added", async () => {
      await tables({ user: undefined })
      const message =
        `The table is not there in ${place}; needed is one with the key (id) and the index "email-index" on (email). ` +
        `M${made}, or correct its name, the region or the endpoint.`
      for (const [operation, call] of [
        ["findOne", () => open().findOne({ model: "user", where: email })],
        ["findMany", () => open().findMany({ model: "user" })],
        ["create", () => open().create({ model: "user", data: user, forceAllowId: true })],
        ["delete", () => open().delete({ model: "user", where: id })],
      ] as const)
        await expectMessage(call(), "TABLE_NOT_FOUND", operation, table, message)
    })

    it("without the table of claims", async () => {
      await tables({ claims: undefined })
      table = table.replace(/user$/, "claims")
      await expectMessage(
        open().create({ model: "user", data: user, forceAllowId: true }),
        "TABLE_NOT_FOUND",
        "create",
        table,
        `The table is not there in ${place}; needed is one with the key (claim). M${made}, or correct its name, the region or the endpoint.`,
      )
    })

    it("without the table of emails", async () => {
      const prefix = named()
      const names = ["user", "session", "account", "verification", "emailLookups"]
      const models = Object.fromEntries(names.map((name) => [name, `${prefix}-${name}`]))
      config = { client: connection, tables: models as never, enableEmailUniqueness: true }
      for (const definition of betterAuthTables(authOptions, config))
        if (!definition.tableName.endsWith("emailLookups")) await createTables(connection, definition)
      await expectMessage(
        open().create({ model: "user", data: user, forceAllowId: true }),
        "TABLE_NOT_FOUND",
        "create",
        `${prefix}-emailLookups`,
        `The table is not there in ${place}; needed is one with the key (email). M${made}, or correct its name, the region or the endpoint.`,
      )
    })

    it("with a table of claims that has another key", async () => {
      await tables({ claims: { key: ["id"] } })
      table = table.replace(/user$/, "claims")
      await expectMessage(
        open().create({ model: "user", data: user, forceAllowId: true }),
        "INVALID_CONFIG",
        "create",
        table,
        `The table in ${place} is another one: its key is (id) instead of (claim). ` +
          `A table's key cannot be changed: give another name in \`tablePrefix\`, and m${made}.`,
      )
    })

    it("without an index", async () => {
      await tables({ session: { key: ["token"] } })
      table = table.replace(/user$/, "session")
      await expectMessage(
        open().findMany({ model: "session", where: [{ field: "userId", value: "u" }] as never }),
        "MISSING_INDEX",
        "findMany",
        table,
        `The table in ${place} has no index "userId-expiresAt-index" on (userId, expiresAt); it has none. ` +
          `Make it by ${update(create("userId-expiresAt-index", ["userId", "expiresAt"]))}.`,
      )
    })

    it("with its index under another name", async () => {
      await tables({ account: { key: ["providerId", "accountId"], indexes: { byUser: ["userId"] } } })
      table = table.replace(/user$/, "account")
      const find = () =>
        open().findMany({ model: "account", where: [{ field: "userId", value: "u" }] as never })
      await expectMessage(
        find(),
        "MISSING_INDEX",
        "findMany",
        table,
        `The table in ${place} has no index "userId-index" on (userId); it has "byUser" on (userId). ` +
          'Give dynamodbAdapter `indexes: { account: { "userId": { indexName: "byUser", hashKey: "userId" } } }`.',
      )
      config = { ...config, indexes: { account: { userId: { indexName: "byUser", hashKey: "userId" } } } }
      expect(await find()).toEqual([])
    })

    it("with an index of other keys", async () => {
      const index = { "userId-index": ["accessToken"] }
      await tables({ account: { key: ["providerId", "accountId"], indexes: index } })
      table = table.replace(/user$/, "account")
      await expectMessage(
        open().findMany({ model: "account", where: [{ field: "userId", value: "u" }] as never }),
        "INVALID_CONFIG",
        "findMany",
        table,
        `The table in ${place} is another one: the key of its index "userId-index" is (accessToken) instead of (userId). ` +
          `An index cannot be changed: if nothing else uses it, delete it by ${update(remove("userId-index"))}; when it is gone, ` +
          `make it by ${update(create("userId-index", ["userId"]))}.`,
      )
    })

    it("with an index that holds only keys", async () => {
      const account = { key: ["providerId", "accountId"], indexes: { "userId-index": ["userId"] } }
      await tables({ account: { ...account, projection: "KEYS_ONLY" } })
      table = table.replace(/user$/, "account")
      const find = () =>
        open().findMany({ model: "account", where: [{ field: "userId", value: "u" }] as never })
      await expectMessage(
        find(),
        "INVALID_CONFIG",
        "findMany",
        table,
        `The table in ${place} is another one: its index "userId-index" projects only keys instead of all attributes. ` +
          "Give dynamodbAdapter `indexes: { account: { " +
          '"userId": { indexName: "userId-index", hashKey: "userId", projection: "KEYS_ONLY" } } }`.',
      )
      const index = { indexName: "userId-index", hashKey: "userId", projection: "KEYS_ONLY" } as const
      config = { ...config, indexes: { account: { userId: index } } }
      expect(await find()).toEqual([])
    })

    it("on a table with the key of another field", async () => {
      await tables({
        session: { key: ["id"], indexes: { "userId-expiresAt-index": ["userId", "expiresAt"] } },
      })
      table = table.replace(/user$/, "session")
      await expectMessage(
        open().findOne({ model: "session", where: [{ field: "token", value: "t" }] as never }),
        "INVALID_CONFIG",
        "findOne",
        table,
        `The table in ${place} is another one: its key is (id) instead of (token). ` +
          'Give dynamodbAdapter `keySchemas: { session: { pkField: "id" } }`; ' +
          `or give another name in \`tablePrefix\`, and m${made}.`,
      )
    })

    it.each<[string, Key, string]>([
      ["on a table for Auth.js", ["pk", "sk"], "its key is (pk, sk) instead of (id)"],
      ["on a table with one key too many", ["id", "sk"], "its key is (id, sk) instead of (id)"],
      [
        "on a table whose key is a number",
        ["id:N"],
        'the key attribute "id" is a number (N) instead of a string (S)',
      ],
    ])("%s", async (_, key, difference) => {
      await tables({ user: { key, indexes: { "email-index": ["email"] } } })
      await expectMessage(
        open().findOne({ model: "user", where: id }),
        "INVALID_CONFIG",
        "findOne",
        table,
        `The table in ${place} is another one: ${difference}. ` +
          `A table's key cannot be changed: give another name in \`tablePrefix\`, and m${made}.`,
      )
    })
  })

  describe("the secondary storage", () => {
    const open = () => dynamodbSecondaryStorage({ client: connection, tableName: table })
    const made = 'ake it with createTables(connection, secondaryStorageTable(config)) from "dynauth/tables"'
    const calls: [string, () => Promise<unknown>][] = [
      ["get", () => open().get("k")],
      ["set", () => open().set("k", "v")],
      ["delete", () => open().delete("k")],
      ["getAndDelete", () => open().getAndDelete("k")],
      ["increment", () => open().increment("k", 60)],
    ]

    it.each(calls)("without its table: %s", async (operation, call) => {
      named()
      await expectMessage(
        call(),
        "TABLE_NOT_FOUND",
        operation,
        table,
        `The table is not there in ${place}; needed is one with the key (key). M${made}, or correct its name, the region or the endpoint.`,
      )
    })

    it.each<[string, Key, string]>([
      ["with another key", ["id"], "its key is (id) instead of (key)"],
      ["with one key too many", ["key", "sk"], "its key is (key, sk) instead of (key)"],
      ["whose key is a number", ["key:N"], 'the key attribute "key" is a number (N) instead of a string (S)'],
    ])("on a table %s", async (_, key, difference) => {
      await make(engine, named(), { key })
      for (const [operation, call] of calls)
        await expectMessage(
          call(),
          "INVALID_CONFIG",
          operation,
          table,
          `The table in ${place} is another one: ${difference}. ` +
            `A table's key cannot be changed: give another name in \`tableName\`, and m${made}.`,
        )
    })
  })

  describe("createTables", () => {
    const message = async (definition: TableDefinition) => {
      const error = await failure(createTables(connection, definition))
      expect(error).toMatchObject({ code: "INVALID_CONFIG", operation: "createTables", table })
      return error.message.replace(
        `createTables on table "${table}": The table in ${place} is another one: `,
        "",
      )
    }

    it("names what lacks, and the command that makes it", async () => {
      await make(engine, named(), { key: ["pk", "sk"] })
      expect(await message(authJsTable({ tableName: table }))).toBe(
        `it has no index "GSI1". Make it by ${update(create("GSI1", ["GSI1PK", "GSI1SK"]))}.`,
      )
    })

    it("quotes names for a shell", async () => {
      await make(engine, named(), { key: ["pk", "sk"] })
      expect(await message(authJsTable({ tableName: table, indexPartitionKey: "it's" }))).toContain(
        `"AttributeName":"it'\\''s"`,
      )
    })

    it("names another projection", async () => {
      await make(engine, named(), {
        key: ["pk", "sk"],
        indexes: { GSI1: ["GSI1PK", "GSI1SK"] },
        projection: "KEYS_ONLY",
      })
      expect(await message(authJsTable({ tableName: table }))).toBe(
        'its index "GSI1" projects only keys instead of all attributes. ' +
          `An index cannot be changed: if nothing else uses it, delete it by ${update(remove("GSI1"))}; when it is gone, ` +
          `make it by ${update(create("GSI1", ["GSI1PK", "GSI1SK"]))}.`,
      )
    })

    it("names another key", async () => {
      await make(engine, named(), { key: ["id"], indexes: { GSI1: ["GSI1PK", "GSI1SK"] } })
      expect(await message(authJsTable({ tableName: table }))).toBe(
        "its key is (id) instead of (pk, sk). A table's key cannot be changed: give another name in `tableName`, and make it " +
          'with createTables(connection, definitions) from "dynauth/tables".',
      )
    })
  })
})

describe("in another region than its own, or at another endpoint", () => {
  const adapters: [string, (connection: ConnectionSettings, tableName: string) => Promise<unknown>][] = [
    ["getUser", (connection, tableName) => DynamoDBAdapter(connection, { tableName }).getUser!("u")],
    [
      "findOne",
      (connection, tableName) =>
        dynamodbAdapter({ client: connection, tablePrefix: tableName.replace(/user$/, "") })({}).findOne({
          model: "user",
          where: [{ field: "id", value: "u" }] as never,
        }),
    ],
    ["get", (client, tableName) => dynamodbSecondaryStorage({ client, tableName }).get("k")],
  ]

  it.each(adapters)("%s names where it looked", async (operation, call) => {
    const stub = await startStub(failing("ResourceNotFoundException", "Requested resource not found"))
    try {
      const error = await failure(call({ endpoint: stub.url, region: "eu-north-1", credentials }, "my-user"))
      expect(error).toMatchObject({ code: "TABLE_NOT_FOUND", operation, table: "my-user" })
      expect(error.message).toContain(`The table is not there in region "eu-north-1" at ${stub.url};`)
      expect(error.message).toMatch(/, or correct its name, the region or the endpoint\.$/)
      expect(stub.requests.map((request) => request.operation)).toEqual(["GetItem", "DescribeTable"])
    } finally {
      await stub.close()
    }
  })
})

describe("in an embedded database, which makes its tables by itself", () => {
  const [engine] = engines as [Engine]
  const { endpoint } = engine.connection()
  const place = `the embedded database ${endpoint}`

  it.each<[string, Made, string, string]>([
    [
      "other keys",
      { key: ["id", "range"] },
      'its key is (id, range) instead of (pk, sk); it has no index "GSI1"',
      'Give DynamoDBAdapter the options `{ partitionKey: "id", sortKey: "range" }`; or give another name in `tableName`, and ' +
        "the table is made on first use.",
    ],
    [
      "a key too few",
      { key: ["pk"], indexes: { GSI1: ["GSI1PK", "GSI1SK"] } },
      "its key is (pk) instead of (pk, sk)",
      "A table's key cannot be changed: give another name in `tableName`, and the table is made on first use.",
    ],
    [
      "another projection",
      { key: ["pk", "sk"], indexes: { GSI1: ["GSI1PK", "GSI1SK"] }, projection: "KEYS_ONLY" },
      'its index "GSI1" projects only keys instead of all attributes',
      "An index cannot be changed: give another name in `tableName`, and the table is made on first use.",
    ],
  ])("a table with %s", async (_, made, difference, remedy) => {
    const tableName = `set-up-${randomUUID().slice(0, 8)}`
    await make(engine, tableName, made)
    const error = await failure(DynamoDBAdapter({ endpoint }, { tableName }).getUser!("u"))
    expect(error).toMatchObject({ code: "INVALID_CONFIG", operation: "getUser", table: tableName })
    expect(error.message).toBe(
      `getUser on table "${tableName}": The table in ${place} is another one: ${difference}. ${remedy}`,
    )
    // The mistake of one adapter is not that of another one over the same connection.
    expect(await DynamoDBAdapter({ endpoint }, { tableName: `${tableName}-2` }).getUser!("u")).toBeNull()
  })

  it("a table without its index gets it", async () => {
    const tableName = `set-up-${randomUUID().slice(0, 8)}`
    await make(engine, tableName, { key: ["pk", "sk"] })
    expect(await DynamoDBAdapter({ endpoint }, { tableName }).getUserByEmail!("a@example.com")).toBeNull()
  })
})
