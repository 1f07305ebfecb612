import type { Auth, BetterAuthOptions, DBAdapter } from "better-auth" with { "resolution-mode": "import" }

import type { DynamoDBAdapterConfig, ExplainedRequest, ExplainRequest } from "./better-auth/types.js"

export {
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
  type ErrorCode,
  type ErrorDetails,
} from "./errors.js"
export type {
  AdapterLogger,
  AdapterMetrics,
  DynamoAdapterMiddleware,
  DynamoDBAdapterConfig,
  ExplainedRequest,
  ExplainRequest,
  GsiDeclaration,
  KeySchemaOverride,
  WhereClause,
} from "./better-auth/types.js"
export {
  dynamodbSecondaryStorage,
  type DynamoDBSecondaryStorage,
  type SecondaryStorageConfig,
} from "./secondary-storage.js"
export type { AwsCredentials, Connection, ConnectionSettings, Provided } from "../index.js"

/**
 * The DynamoDB adapter for Better Auth.
 *
 * ```js
 * import { betterAuth } from "better-auth"
 * import { dynamodbAdapter } from "dynauth/better-auth"
 *
 * export const auth = betterAuth({ database: dynamodbAdapter() })
 * ```
 *
 * Nothing is read, connected or sent before the first operation. Adapters with equal connections share one client.
 *
 * Operations reject with a `DynamoAdapterError`. Where something is taken already, or others wrote the same rows at the same
 * time (`EMAIL_EXISTS`, `ACCOUNT_EXISTS`, `CONDITIONAL_CHECK_FAILED`, `TRANSACTION_FAILED`), it is an `APIError` of Better
 * Auth's as well, which its endpoints answer with 409 or 422. An `updateMany` that failed for some rows rejects with an
 * `AggregateError` with the code `PARTIAL_FAILURE`.
 *
 * @param config Where DynamoDB is, and how the adapter works. Default: what the environment and AWS's configuration say,
 *   and tables that follow from Better Auth's schema.
 * @returns What `betterAuth` takes as its `database`.
 * @throws `DynamoAdapterError` with the code `INVALID_CONFIG` for unknown fields, wrong types, and names that cannot be.
 */
export declare function dynamodbAdapter(
  config?: DynamoDBAdapterConfig | null,
): (options: BetterAuthOptions) => DBAdapter<BetterAuthOptions>

/**
 * The requests that an operation becomes, without sending any. An operation with a request that depends on the answer of
 * another shows it as it will be.
 *
 * ```js
 * console.log(await explain(auth, { model: "session", where: [{ field: "userId", value: "1" }] }))
 * ```
 *
 * The same is at `adapter.options.explain`.
 *
 * @param auth What `betterAuth` returned.
 * @returns One object a request. Rejects with `INVALID_CONFIG` if `auth` has another adapter, and as the operation would
 *   where it is refused.
 */
export declare function explain(
  auth: Pick<Auth<any>, "$context">,
  request: ExplainRequest,
): Promise<ExplainedRequest[]>
