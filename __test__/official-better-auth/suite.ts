// The conformance suites of Better Auth over our adapter: all seven, with nothing disabled, on every engine, in both
// configurations. They are run by scripts/better-auth-versions.mjs, with several versions of Better Auth.

import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { DeleteTableCommand } from "@aws-sdk/client-dynamodb"
import {
  authFlowTestSuite,
  caseInsensitiveTestSuite,
  joinsTestSuite,
  normalTestSuite,
  numberIdTestSuite,
  testAdapter,
  transactionsTestSuite,
  uuidTestSuite,
} from "@better-auth/test-utils/adapter"
import { getAuthTables } from "better-auth/db"
import type { BetterAuthOptions } from "better-auth"
import { dynamodbAdapter, type DynamoDBAdapterConfig } from "dynauth/better-auth"
import { betterAuthTables, createTables, type TableDefinition } from "dynauth/tables"
import { describe, expect, it } from "vitest"
import { engines } from "../engines"

const version = process.env.BETTER_AUTH_VERSION

it(`Better Auth is ${version}, for the adapter, too`, () => {
  for (const from of [import.meta.url, createRequire(import.meta.url).resolve("dynauth/better-auth")]) {
    const file = createRequire(from).resolve("better-auth")
    const manifest =
      file.slice(0, file.lastIndexOf("/better-auth/") + "/better-auth/".length) + "package.json"
    expect(JSON.parse(readFileSync(manifest, "utf8"))).toMatchObject({ name: "better-auth", version })
  }
})

/** Tables of other names for each migration, as a database that was made anew. */
const configurations: Record<string, (options: BetterAuthOptions, run: string) => DynamoDBAdapterConfig> = {
  "zero configuration": (_options, run) => ({ tablePrefix: `${run}-` }),
  "declared configuration": (options, run) => ({
    tables: {
      ...Object.fromEntries(Object.keys(getAuthTables(options)).map((model) => [model, `${run}-${model}`])),
      user: `${run}-user`,
      session: `${run}-session`,
      account: `${run}-account`,
      verification: `${run}-verification`,
      emailLookups: `${run}-email-lookups`,
      claims: `${run}-claims`,
    },
    enableEmailUniqueness: true,
    indexes: {
      user: { email: { indexName: "email-index", hashKey: "email", projection: "KEYS_ONLY" } },
      session: {
        userId: { indexName: "userId-index", hashKey: "userId", rangeKey: "expiresAt" },
        id: { indexName: "id-index", hashKey: "id", projection: "KEYS_ONLY" },
      },
      account: {
        userId: { indexName: "userId-index", hashKey: "userId", projection: { include: ["accountId"] } },
        id: { indexName: "id-index", hashKey: "id", projection: "KEYS_ONLY" },
      },
      verification: { identifier: { indexName: "identifier-index", hashKey: "identifier" } },
    },
  }),
}

/**
 * The suites of 1.6 set an adapter's `transaction` to `undefined` when they wrap it, and wrap it again to ask for it: their
 * test of it passes with no adapter, Better Auth's own included. So here it stays.
 */
function lasting<Adapter extends { transaction: unknown }>(adapter: Adapter): Adapter {
  const { transaction } = adapter
  if (!version?.startsWith("1.6.")) return adapter
  return Object.defineProperty(adapter, "transaction", { get: () => transaction, set: () => {} })
}

for (const engine of engines) {
  for (const [name, configuration] of Object.entries(configurations)) {
    let config = configuration({}, randomUUID())
    let tables: TableDefinition[] = []
    const suites = await testAdapter({
      adapter: () => (options) => lasting(dynamodbAdapter({ ...engine.connection(), ...config })(options)),
      async runMigrations(options) {
        config = { ...configuration(options, randomUUID()), logger: { warn: () => {} } }
        const old = tables
        // Without TTL: what the suites write has expired when they write it, and DynamoDB Local soon deletes it.
        tables = betterAuthTables(options, config).map(({ ttlAttribute: _, ...table }) => table)
        await createTables(engine.connection(), tables)
        const client = engine.documentClient()
        for (const { tableName } of old) await client.send(new DeleteTableCommand({ TableName: tableName }))
      },
      tests: [
        normalTestSuite(),
        authFlowTestSuite(),
        caseInsensitiveTestSuite(),
        joinsTestSuite(),
        numberIdTestSuite(),
        transactionsTestSuite(),
        uuidTestSuite(),
      ],
    })
    describe(engine.name, () => describe(name, () => suites.execute()))
  }
}
