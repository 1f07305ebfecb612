// The types that a direct user of the package sees.
import { DynamoDB, DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { fromCognitoIdentityPool, fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { DynamoDBDocument, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb"
import { type AdapterUser, type ErrorCode, DynamoAdapterError, DynamoDBAdapter } from "dynauth"
import { withDynauth } from "dynauth/next"
import { type TableDefinition, authJsTable, createTables } from "dynauth/tables"

const adapter = DynamoDBAdapter({
  region: async () => "eu-central-1",
  credentials: async () => ({ accessKeyId: "", secretAccessKey: "", expiration: new Date() }),
  requestTimeout: 1000,
})

export async function use(): Promise<string | undefined> {
  const user: AdapterUser = await adapter.createUser({ email: "ada@example.com", emailVerified: null })
  const verified: Date | null = user.emailVerified
  // A user may have properties of any name.
  await adapter.updateUser({ id: user.id, role: "admin" } as { id: string })
  const found = await adapter.getSessionAndUser("token")
  const { createUser } = adapter
  void createUser
  try {
    await adapter.deleteUser(user.id)
  } catch (error) {
    if (error instanceof DynamoAdapterError) {
      const code: ErrorCode = error.code
      return code === "PARTIAL_FAILURE" ? error.table : error.operation
    }
  }
  return found?.session.sessionToken ?? verified?.toISOString()
}

// The drop-in forms of the other adapters.
DynamoDBAdapter(new DynamoDBClient({}))
DynamoDBAdapter(new DynamoDB({}), { tableName: "users" })
DynamoDBAdapter(DynamoDBDocument.from(new DynamoDB({}), { marshallOptions: { convertEmptyValues: true } }))
DynamoDBAdapter(DynamoDBDocumentClient.from(new DynamoDBClient({})), { indexName: "GSI2" })
DynamoDBAdapter(undefined, {
  uniqueness: false,
  consistentReads: true,
  indexLagTimeout: 0,
  shareReads: false,
})

// @ts-expect-error: no such option
DynamoDBAdapter(undefined, { tabelName: "users" })
// @ts-expect-error: no such field
DynamoDBAdapter({ regoin: "eu-central-1" })
// @ts-expect-error: of another type
DynamoDBAdapter({ maxAttempts: "3" })

const table: TableDefinition = authJsTable({ tableName: "users" })
export const made: Promise<string[]> = createTables(undefined, [table])

// Next.js's configuration keeps its type, and its kind.
export const object: { output: "standalone" } = withDynauth({ output: "standalone" })
export const configured: Promise<{ poweredByHeader: boolean }> = withDynauth(async (phase: string) => ({
  poweredByHeader: phase === "build",
}))("build")
export const { serverExternalPackages }: { serverExternalPackages?: string[] } = withDynauth()
// @ts-expect-error: not a configuration
withDynauth("standalone")

// Credentials functions of the AWS SDK's, and keys as other parts of it hand them over.
DynamoDBAdapter({ credentials: fromTemporaryCredentials({ params: { RoleArn: "arn" } }) })
DynamoDBAdapter({ credentials: fromCognitoIdentityPool({ identityPoolId: "pool" }) })
DynamoDBAdapter({
  credentials: async ({ callerClientConfig }) => ({
    accessKeyId: await callerClientConfig.region(),
    secretAccessKey: "",
    expiration: new Date().toISOString(),
  }),
})
DynamoDBAdapter(undefined, { deleteOnly: "auth" })
