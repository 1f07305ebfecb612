import {
  DynamoAdapterError,
  DynamoDBAdapter,
  type DynamoDBAdapterOptions,
  type ErrorCode,
  format,
  generateUpdateExpression,
} from "dynauth"
import { withDynauth } from "dynauth/next"
import { authJsTable, createTables } from "dynauth/tables"

const options: DynamoDBAdapterOptions = { tableName: "users" }
const adapter = DynamoDBAdapter({ region: "eu-central-1" }, options)

export async function use(): Promise<ErrorCode | string | undefined> {
  try {
    const user = await adapter.createUser({ email: "ada@example.com", emailVerified: null })
    const found = await adapter.getSessionAndUser("token")
    const deleted: { name?: string | null } | null = await adapter.deleteUser(user.id)
    await createTables(undefined, authJsTable(options))
    return found?.session.sessionToken ?? deleted?.name ?? undefined
  } catch (error) {
    return error instanceof DynamoAdapterError ? error.code : undefined
  }
}

export const { UpdateExpression } = generateUpdateExpression(format.to({ expires: new Date() }))
export default withDynauth({ reactStrictMode: true })

// @ts-expect-error: no such option
DynamoDBAdapter(undefined, { tabelName: "users" })
// @ts-expect-error: a user has an email
adapter.createUser({ emailVerified: null })
