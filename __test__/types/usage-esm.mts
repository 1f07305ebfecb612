// The same entries, as an ECMAScript module sees them.
import { DynamoAdapterError, DynamoDBAdapter, InvalidWhereError } from "dynauth"
import { withDynauth } from "dynauth/next"
import { authJsTable } from "dynauth/tables"

export const adapter = DynamoDBAdapter({ endpoint: "memory:" })
export const isOurs = (error: unknown): boolean =>
  error instanceof DynamoAdapterError || error instanceof InvalidWhereError
export const { tableName } = authJsTable()
export default withDynauth({ poweredByHeader: false })
