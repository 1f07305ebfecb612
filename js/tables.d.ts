import type { Connection, DynamoDBAdapterOptions } from "../index.js"
import type { SecondaryStorageConfig } from "./secondary-storage.js"

/** A table: its keys, its indexes, and the attribute by which items expire. All key attributes are strings. */
export interface TableDefinition {
  /** Its name. */
  tableName: string
  /** Its partition key. */
  partitionKey: string
  /** Its sort key, if it has one. */
  sortKey?: string
  /** Its global secondary indexes, each of which projects all attributes. */
  indexes?: IndexDefinition[]
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
}

/**
 * The table of an Auth.js adapter with these options.
 *
 * @throws `DynamoAdapterError` with the code `INVALID_CONFIG` for options that cannot be.
 */
export declare function authJsTable(options?: DynamoDBAdapterOptions | null): TableDefinition

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
