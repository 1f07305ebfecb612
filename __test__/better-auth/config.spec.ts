// What a configuration may be, and the words for what it may not.

import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { createRequire } from "node:module"
import { promisify } from "node:util"
import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb"
import { describe, expect, it } from "vitest"
import { DynamoAdapterError } from "../../index.js"
import { type DynamoDBAdapterConfig, dynamodbAdapter } from "../../js/better-auth.mjs"
import { betterAuthTables } from "../../js/tables.js"
import { credentials, engines, region } from "../engines"

/** What a configuration is refused with. */
function refusal(config: unknown): string {
  try {
    dynamodbAdapter(config as DynamoDBAdapterConfig)
  } catch (error) {
    expect(error).toBeInstanceOf(DynamoAdapterError)
    expect(error).toMatchObject({ code: "INVALID_CONFIG" })
    return (error as Error).message
  }
  return expect.unreachable("it was accepted")
}

const tables = { user: "users", session: "sessions", account: "accounts", verification: "verifications" }

describe("a configuration is refused, and the words say why", () => {
  it.each<[unknown, string]>([
    ["eu-central-1", "`config` must be an object, but is a string."],
    [{ tablePrefx: "x" }, "Did you mean `tablePrefix`?"],
    [{ tableName: "users" }, "Each model has a table of its own: use `tables`, or `tablePrefix`."],
    [{ accessKeyId: "x" }, "Put it into `credentials: { accessKeyId, secretAccessKey }`."],
    [
      { client: "x" },
      "`config.client` must be a client of the AWS SDK for JavaScript, or connection settings",
    ],
    [{ client: {}, region, endpoint: "memory:" }, "`config` has `client` and `region`, `endpoint`."],
    [{ region: 7 }, "`config.region` must be a string that is not empty, or a function that returns it"],
    [{ tables: { user: "users" } }, "`config.tables` has no name for session, account, verification."],
    [{ tables: { ...tables, member: 7 } }, "`config.tables.member` must be a string that is not empty"],
    [{ indexes: [] }, "`config.indexes` must be an object, but is an array."],
    [{ indexes: { user: "email" } }, "`config.indexes.user` must be an object, but is a string."],
    [{ indexes: { user: { email: { indexName: "e" } } } }, "`config.indexes.user.email.hashKey` is missing."],
    [{ indexes: { user: { email: { hashkey: "e" } } } }, "Did you mean `hashKey`?"],
    [
      { indexes: { user: { email: { indexName: "e", hashKey: "e", projection: "SOME" } } } },
      '`config.indexes.user.email.projection` must be "ALL", "KEYS_ONLY" or { include: [attribute names] }',
    ],
    [{ keySchemas: { account: {} } }, "`config.keySchemas.account.pkField` is missing."],
    [{ enableEmailUniqueness: 1 }, "`config.enableEmailUniqueness` must be true or false, but is 1."],
    [
      { updateManyConcurrency: 0 },
      "`config.updateManyConcurrency` must be a whole number, at least 1, but is 0.",
    ],
    [{ maxScanItems: -1 }, "`config.maxScanItems` must be a whole number, at least 0, but is -1."],
    [
      { transactionRetries: 1.5 },
      "`config.transactionRetries` must be a whole number from 0 to 100, but is 1.5.",
    ],
    [{ debugLogs: "all" }, "`config.debugLogs` must be true, false, or an object"],
    [{ logger: { debug: () => {} } }, "`config.logger` must be an object with the function `warn`"],
    [{ metrics: {} }, "`config.metrics` must be a function"],
    [{ extensions: {} }, "`config.extensions` must be an array"],
    [{ extensions: [null] }, "`config.extensions[0]` must be an object, but is null."],
    [
      { extensions: [{ name: "audit", onAfterCreate: true }] },
      "`config.extensions[0].onAfterCreate` must be a function, but is a boolean.",
    ],
  ])("%j", (config, words) => expect(refusal(config)).toContain(words))

  it("no value is shown, for it may be secret", () => {
    expect(refusal({ region: ["very secret"] })).not.toContain("very secret")
    expect(refusal({ ttlAttribute: { secret: "very secret" } })).not.toContain("very secret")
  })
})

describe("a configuration of @ebratz/dynamodb-better-auth is taken as it is", () => {
  it("with every field", () => {
    const config: DynamoDBAdapterConfig = {
      client: DynamoDBDocument.from(new DynamoDBClient({ region, credentials })),
      tables: { ...tables, emailLookups: "email-lookups", passkey: "passkeys" },
      indexes: {
        user: { email: { indexName: "email-index", hashKey: "email", projection: "ALL" } },
        session: { userId: { indexName: "userId-index", hashKey: "userId", rangeKey: "expiresAt" } },
        account: { id: { indexName: "id-index", hashKey: "id", projection: "KEYS_ONLY" } },
        passkey: { id: { indexName: "id", hashKey: "id", projection: { include: ["name"] } } },
      },
      keySchemas: { passkey: { pkField: "userId", skField: "credentialID" } },
      enableEmailUniqueness: true,
      warnOnLargeCount: 0,
      unsafeBatchUpdate: true,
      updateManyConcurrency: 5,
      maxUpdateManyItems: 0,
      maxDeleteManyItems: 500,
      maxScanItems: 1000,
      usePlural: false,
      debugLogs: { updateMany: false },
      logger: { warn: () => {} },
      metrics: () => {},
      extensions: [{ name: "nothing" }],
    }
    const adapter = dynamodbAdapter(config)({})
    expect(adapter.options?.adapterConfig).toMatchObject({ usePlural: false, supportsDates: true })
  })
})

describe("a configuration", () => {
  it("may be left out, or be undefined where it is not given", () => {
    for (const config of [undefined, null, {}, { client: undefined, tables: undefined, region: undefined }]) {
      expect(dynamodbAdapter(config)).toBeTypeOf("function")
    }
  })

  it("is read once: what is changed in its objects later changes nothing", () => {
    const changing = { ...tables }
    const adapter = dynamodbAdapter({ tables: changing, endpoint: "memory:" })
    changing.user = "others"
    const names = betterAuthTables({ database: adapter }).map(({ tableName }) => tableName)
    expect(names).toContain("users")
    expect(names).not.toContain("others")
  })

  it.each(engines)("connects by `client` and by its own fields on $name", async (engine) => {
    const tablePrefix = `${randomUUID()}-`
    const { endpoint, ...rest } = engine.connection()
    const forms: DynamoDBAdapterConfig[] = [
      { client: { endpoint, ...rest }, tablePrefix },
      { endpoint: async () => endpoint, ...rest, tablePrefix },
      { client: new DynamoDBClient({ endpoint: await engine.endpoint(), ...rest }), tablePrefix },
    ]
    const { createTables } = await import("../../js/tables.js")
    await createTables(engine.connection(), betterAuthTables({}, forms[0]))
    const [first, ...others] = forms.map((config) => dynamodbAdapter(config)({}))
    const user = await first!.create<Record<string, any>>({
      model: "user",
      data: { name: "Ada", email: "ada@example.com", emailVerified: false },
    })
    for (const other of others) {
      expect(await other.findOne({ model: "user", where: [{ field: "id", value: user.id }] })).toEqual(user)
    }
  })
})

describe("the entries", () => {
  it("are the same from import and require, with one set of classes", async () => {
    const require = createRequire(import.meta.url)
    const required = require("dynauth/better-auth")
    const imported: any = await import("dynauth/better-auth")
    const main: any = await import("dynauth")
    expect(Object.keys(required).sort()).toEqual(Object.keys(imported).sort())
    for (const name of [
      "DynamoAdapterError",
      "UnsupportedOperatorError",
      "UnsupportedOptionError",
      "InvalidWhereError",
    ]) {
      expect(required[name]).toBe(imported[name])
      expect(main[name]).toBe(imported[name])
    }
    // An adapter of one is known to the other.
    const database = required.dynamodbAdapter({ tablePrefix: "app-" })
    const { betterAuthTables } = await import("dynauth/tables")
    expect(betterAuthTables({ database }).map(({ tableName }) => tableName)).toContain("app-user")
  })

  it.each([
    ["dynauth/better-auth", "", /`require\("dynauth\/better-auth"\)` needs Node\.js 20\.19.*or use `import`/],
    ["dynauth/tables", ".betterAuthTables({})", /`betterAuthTables` needs Node\.js 20\.19/],
  ])("say which Node.js can require %s", async (entry, use, words) => {
    // As a Node.js before 20.19, which requires no ES modules.
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--no-experimental-require-module",
      "-e",
      `try { require("${entry}")${use} } catch ({ code, message }) { console.log(code, message) }`,
    ])
    expect(stdout).toMatch(/^INVALID_CONFIG /)
    expect(stdout).toMatch(words)
  })

  it("say what is missing where Better Auth is not", async () => {
    const { mkdtemp, cp, mkdir, rm } = await import("node:fs/promises")
    const { tmpdir } = await import("node:os")
    const { join } = await import("node:path")
    const folder = await mkdtemp(join(tmpdir(), "dynauth-"))
    try {
      const root = new URL("../../", import.meta.url)
      const copy = join(folder, "node_modules", "dynauth")
      await mkdir(copy, { recursive: true })
      for (const file of ["package.json", "index.js", "js"]) {
        await cp(new URL(file, root), join(copy, file), { recursive: true })
      }
      // The addon itself stays where it is.
      const { writeFile } = await import("node:fs/promises")
      const native = JSON.stringify(new URL("native.js", root).pathname)
      await writeFile(join(copy, "native.js"), `module.exports = require(${native})`)
      const { betterAuthTables } = createRequire(join(folder, "app.js"))("dynauth/tables")
      expect(() => betterAuthTables({})).toThrow(
        "`betterAuthTables` could not load Better Auth. Install `better-auth`",
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
