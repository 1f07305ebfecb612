import type { Connection } from "../index.js"

/** The configuration of {@link dynamodbSecondaryStorage}. */
export interface SecondaryStorageConfig {
  /**
   * Where DynamoDB is: settings such as `{ region }` or `{ endpoint: "memory:" }`, or a client of the AWS SDK for
   * JavaScript. Default: what the environment and AWS's configuration say.
   */
  client?: Connection | null
  /** The table's name, or its ARN. Default: `"better-auth-secondary-storage"`. */
  tableName?: string
}

/**
 * What {@link dynamodbSecondaryStorage} returns: the `SecondaryStorage` of Better Auth. The methods need no `this`. They
 * never throw, but reject with a `DynamoAdapterError`: with `INVALID_VALUE`, before anything is sent, for a key of more
 * than 2048 bytes, and where something is to be written for one that is no string or an empty one; and with the codes
 * of the connection. No message holds a key or a value.
 */
export interface DynamoDBSecondaryStorage {
  /**
   * The value of a key, a counter's in digits; `null` if there is none, or if it has expired: what has is gone at once,
   * although DynamoDB takes up to days to delete it. One strongly consistent read.
   */
  get(key: string): Promise<string | null>
  /**
   * Stores a value, whatever was there. One request. Rejects with `ITEM_TOO_LARGE` if it is larger than DynamoDB's
   * 400 KB, and with `INVALID_VALUE` if it is no string or `ttl` no finite number.
   *
   * @param ttl How long it is kept, in seconds; parts of one count. Default: for ever, also where the key expired before.
   *   Zero or less deletes the key.
   */
  set(key: string, value: string, ttl?: number): Promise<void>
  /** Deletes a key, if it is there. One request. */
  delete(key: string): Promise<void>
  /**
   * Takes the value of a key out and returns it: to one caller, once; `null` to all others. An answer that is lost on
   * the way loses nothing. Two requests, one if there is nothing.
   */
  getAndDelete(key: string): Promise<string | null>
  /**
   * Counts one up, and returns the new count. A key that is not there or has expired begins at 1. One request; two where
   * an expired counter has not been deleted yet.
   *
   * A number that was `set` is counted on from; any other text gives way to a new counter. A request that is repeated
   * because its answer was lost is counted once, unless another one for the key came between.
   *
   * @param ttl How long a counter that begins is kept, in seconds; later calls do not prolong it. Zero or less: not at all.
   */
  increment(key: string, ttl: number): Promise<number>
}

/**
 * Secondary storage for Better Auth in one DynamoDB table: sessions, verification values and rate limits, with TTL.
 *
 * ```js
 * import { dynamodbAdapter, dynamodbSecondaryStorage } from "dynauth/better-auth"
 *
 * betterAuth({ database: dynamodbAdapter(), secondaryStorage: dynamodbSecondaryStorage(), … })
 * ```
 *
 * Nothing is read, connected or sent before the first call of a method. The table is `secondaryStorageTable()` of
 * `dynauth/tables`.
 *
 * @throws `DynamoAdapterError` with the code `INVALID_CONFIG` for unknown fields, wrong types, and a table name that
 *   cannot be.
 */
export declare function dynamodbSecondaryStorage(
  config?: SecondaryStorageConfig | null,
): DynamoDBSecondaryStorage
