// The types that a user of the Better Auth adapter sees.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb"
import { betterAuth } from "better-auth"
import { organization } from "better-auth/plugins"
import {
  type AdapterMetrics,
  DynamoAdapterError,
  type DynamoAdapterMiddleware,
  type DynamoDBAdapterConfig,
  dynamodbAdapter,
  type ErrorCode,
  explain,
  type ExplainedRequest,
  type GsiDeclaration,
  InvalidWhereError,
  type KeySchemaOverride,
} from "dynauth/better-auth"
import { betterAuthTables, createTables, type TableDefinition } from "dynauth/tables"

export const auth = betterAuth({ database: dynamodbAdapter(), plugins: [organization()] })

// All forms of the connection.
dynamodbAdapter(null)
dynamodbAdapter({ client: new DynamoDBClient({}) })
dynamodbAdapter({ client: DynamoDBDocument.from(new DynamoDBClient({})), tablePrefix: "app-" })
dynamodbAdapter({ client: { region: "eu-central-1" } })
dynamodbAdapter({
  region: async () => "eu-central-1",
  credentials: async () => ({ accessKeyId: "", secretAccessKey: "", expiration: new Date() }),
  requestTimeout: 1000,
})

const index: GsiDeclaration = { indexName: "email-index", hashKey: "email", projection: "KEYS_ONLY" }
const keys: KeySchemaOverride = { pkField: "providerId", skField: "accountId" }
const metrics: AdapterMetrics = ({ operation, durationMs, error }) => void [operation, durationMs, error]
const tenants: DynamoAdapterMiddleware = {
  name: "tenants",
  onBeforeCreate: async ({ data }) => ({ ...data, tenantId: "1" }),
  onBeforeUpdate: ({ update }) => ({ update: { ...update, tenantId: "1" } }),
  onAfterFindMany: ({ result }) => void result.length,
  onAfterTransaction: async ({ operations }) => void operations,
}
const config: DynamoDBAdapterConfig = {
  tables: { user: "U", session: "S", account: "A", verification: "V", emailLookups: "E", organization: "O" },
  indexes: {
    user: { email: index, name: { indexName: "n", hashKey: "name", projection: { include: ["id"] } } },
  },
  keySchemas: { account: keys },
  enableEmailUniqueness: true,
  logger: { warn: () => {} },
  debugLogs: { create: true },
  metrics,
  extensions: [tenants],
  transactionRetries: 0,
  strict: true,
}
dynamodbAdapter(config)

// @ts-expect-error: no such field
dynamodbAdapter({ tabels: {} })
// @ts-expect-error: a table is missing
dynamodbAdapter({ tables: { user: "U" } })
// @ts-expect-error: of another type
dynamodbAdapter({ transactionRetries: "3" })

export async function use(error: unknown): Promise<string | ErrorCode | undefined> {
  const requests: ExplainedRequest[] = await explain(auth, {
    model: "session",
    where: [{ field: "userId", value: "1" }],
  })
  // @ts-expect-error: no such operation
  await explain(auth, { model: "session", operation: "findAll" })
  const definitions: TableDefinition[] = betterAuthTables(auth.options)
  await createTables(undefined, [...definitions, ...betterAuthTables({}, config)])
  const projection = definitions[0]?.indexes?.[0]?.projection
  if (typeof projection === "object") return projection.include[0]
  if (error instanceof InvalidWhereError || error instanceof DynamoAdapterError) return error.code
  return requests[0]?.operation
}
