import type { Connection, DynamoDBAdapterOptions } from "../index.js"
import type { SecondaryStorageConfig } from "./secondary-storage.js"
import type { DynamoDBAdapterConfig } from "./better-auth/types.js"

/** A table: its keys, its indexes, and the attribute by which items expire. */
export interface TableDefinition {
  /** Its name. */
  tableName: string
  /** Its partition key. */
  partitionKey: string
  /** Its sort key, if it has one. */
  sortKey?: string
  /** Its global secondary indexes. */
  indexes?: IndexDefinition[]
  /** The key attributes, of the table or of an index, that are numbers. All others are strings. Default: none. */
  numberAttributes?: string[]
  /** The Number attribute with the epoch second after which DynamoDB may delete an item (TTL). */
  ttlAttribute?: string
}

/** A global secondary index. */
export interface IndexDefinition {
  /** Its name. */
  indexName: string
  /** Its partition key. */
  partitionKey: string
  /** Its sort key, if it has one. */
  sortKey?: string
  /**
   * What it holds of each item beside the keys: everything, nothing, or some attributes. Default: `"ALL"`.
   */
  projection?: "ALL" | "KEYS_ONLY" | { include: string[] }
}

/**
 * The table of an Auth.js adapter with these options.
 *
 * @throws `DynamoAdapterError` with the code `INVALID_CONFIG` for options that cannot be.
 */
export declare function authJsTable(options?: DynamoDBAdapterOptions | null): TableDefinition

/**
 * The tables of Better Auth with these options, plugins included: those of the adapter that is their `database`.
 *
 * ```js
 * import { betterAuthTables, createTables } from "dynauth/tables"
 *
 * await createTables({ region: "eu-central-1" }, betterAuthTables(auth.options))
 * ```
 *
 * @param options Better Auth's options: `auth.options`, or what is given to `betterAuth`.
 * @param config The adapter's configuration, if `options.database` is not what `dynamodbAdapter` returned. Default: the
 *   adapter's defaults.
 * @returns One definition a model, and those of the tables beside them (claims, counters).
 * @throws `DynamoAdapterError` with the code `INVALID_CONFIG` for a configuration that cannot be, and if `better-auth` is
 *   not installed.
 */
export declare function betterAuthTables(
  options: object,
  config?: DynamoDBAdapterConfig | null,
): TableDefinition[]

/**
 * The table of a secondary storage with this configuration.
 *
 * @throws `DynamoAdapterError` with the code `INVALID_CONFIG` for a configuration that cannot be.
 */
export declare function secondaryStorageTable(config?: SecondaryStorageConfig | null): TableDefinition

/**
 * Makes the tables that are missing, with on-demand capacity, waits until all are active, and turns TTL on where it is
 * off. A table that is there is not changed otherwise.
 *
 * ```js
 * import { authJsTable, createTables } from "dynauth/tables"
 *
 * await createTables({ region: "eu-central-1" }, authJsTable())
 * ```
 *
 * Needs `dynamodb:DescribeTable`, `CreateTable`, `DescribeTimeToLive` and `UpdateTimeToLive`.
 *
 * @param connection As for `DynamoDBAdapter`; `undefined` for what the environment says.
 * @returns The names of the tables that were made. Rejects with `INVALID_CONFIG` if a table is there with other keys or
 *   indexes, and says which.
 */
export declare function createTables(
  connection: Connection | null | undefined,
  definitions: TableDefinition | TableDefinition[],
): Promise<string[]>
