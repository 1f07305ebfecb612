import type { Connection, ConnectionSettings } from "../../index.js"

/** A global secondary index of a model's table. */
export interface GsiDeclaration {
  /** Its name in DynamoDB. */
  indexName: string
  /** The attribute that is its partition key. */
  hashKey: string
  /** The attribute that is its sort key, if it has one. */
  rangeKey?: string
  /**
   * What it holds of each item beside the keys: `"ALL"` attributes, nothing (`"KEYS_ONLY"`), or some. What it does not hold
   * is read from the table in a second request. Default: `"ALL"`.
   */
  projection?: "ALL" | "KEYS_ONLY" | { include: string[] }
}

/** The key attributes of a model's table. */
export interface KeySchemaOverride {
  /** The partition key. */
  pkField: string
  /** The sort key, if there is one. */
  skField?: string
}

/** Where the adapter's warnings and debug messages go. */
export interface AdapterLogger {
  /** Scans, large counts and the like, each once in a process; always if `debugLogs` is on. */
  warn(message: string, meta?: Record<string, unknown>): void
  /** The requests that each operation becomes, if `debugLogs` is on. Default: Better Auth's own log. */
  debug?(message: string, meta?: Record<string, unknown>): void
}

/** One clause of a where clause, as hooks of extensions see it. Fields have the names that they are stored by. */
export interface WhereClause {
  field: string
  value: string | number | boolean | string[] | number[] | Date | null
  operator?: string
  connector?: "AND" | "OR"
  mode?: "sensitive" | "insensitive"
}

type Hook<Args, Given = void> = (args: Args) => Promise<Given | void> | Given | void
type Row = Record<string, unknown>
type Where = WhereClause[]

/**
 * Functions of yours before and after operations, inside and outside of transactions. Those of several extensions run in
 * their order, one after the other. What a hook before an operation gives back replaces the arguments that it names, such
 * as `{ where }` or `{ data }`; from those before `create`, `update` and `updateMany`, also the data itself. What a hook
 * throws ends the operation with that error; after a write, the write has been done.
 *
 * Models and fields have the names that they are stored by.
 */
export interface DynamoAdapterMiddleware {
  /** For your own use. */
  name: string
  onBeforeCreate?: Hook<{ model: string; data: Row }, Row>
  onAfterCreate?: Hook<{ model: string; data: Row; result: Row }>
  onBeforeFindOne?: Hook<{ model: string; where: Where }, Row>
  onAfterFindOne?: Hook<{ model: string; where: Where; result: Row | null }>
  onBeforeFindMany?: Hook<{ model: string; where?: Where; limit?: number }, Row>
  onAfterFindMany?: Hook<{ model: string; where?: Where; limit?: number; result: Row[] }>
  onBeforeCount?: Hook<{ model: string; where?: Where }, Row>
  onAfterCount?: Hook<{ model: string; where?: Where; result: number }>
  onBeforeUpdate?: Hook<{ model: string; where: Where; update: Row }, Row>
  onAfterUpdate?: Hook<{ model: string; where: Where; update: Row; result: Row | null }>
  onBeforeUpdateMany?: Hook<{ model: string; where: Where; update: Row }, Row>
  onAfterUpdateMany?: Hook<{ model: string; where: Where; update: Row; result: number }>
  onBeforeDelete?: Hook<{ model: string; where: Where }, Row>
  onAfterDelete?: Hook<{ model: string; where: Where; result: Row | null }>
  onBeforeDeleteMany?: Hook<{ model: string; where: Where }, Row>
  onAfterDeleteMany?: Hook<{ model: string; where: Where; result: number }>
  onBeforeConsumeOne?: Hook<{ model: string; where: Where }, Row>
  onAfterConsumeOne?: Hook<{ model: string; where: Where; result: Row | null }>
  onBeforeIncrementOne?: Hook<
    { model: string; where: Where; increment: Record<string, number>; set?: Row },
    Row
  >
  onAfterIncrementOne?: Hook<{
    model: string
    where: Where
    increment: Record<string, number>
    set?: Row
    result: Row | null
  }>
  /** Before a transaction is committed, with the number of its writes. Again before each further try. */
  onBeforeTransaction?: Hook<{ operations: number }>
  /** After a transaction has been committed; `result` is the number of actions that were sent. */
  onAfterTransaction?: Hook<{ operations: number; result: unknown }>
}

/**
 * Is told of each operation, and of each commit of a transaction (`operation: "transaction"`, `model: ""`): how long it
 * took, in milliseconds, and what it failed by. What it throws is logged as a warning.
 */
export interface AdapterMetrics {
  (event: { operation: string; model: string; durationMs: number; error?: Error }): void
}

/**
 * The configuration of {@link dynamodbAdapter}; all fields are optional.
 *
 * Where DynamoDB is, either `client` says, or the fields of {@link ConnectionSettings} do, or else the environment. Without
 * `tables`, everything else follows from Better Auth's schema: tables, keys, indexes and claims.
 */
export interface DynamoDBAdapterConfig extends ConnectionSettings {
  /** A client of the AWS SDK for JavaScript v3, or connection settings. Nothing is sent through a client. */
  client?: Connection
  /**
   * The names of the tables, by model: at least those of `user`, `session`, `account` and `verification`. Other models have
   * a table of their own name. `emailLookups` is for `enableEmailUniqueness`, `claims` for `uniqueness`. Default: by
   * `tablePrefix`.
   */
  tables?: {
    user: string
    session: string
    account: string
    verification: string
    emailLookups?: string
    claims?: string
  } & Record<string, string | undefined>
  /** What the names of tables begin with, if there is no `tables`. Default: `"better-auth-"`. */
  tablePrefix?: string
  /** The indexes of tables, by model and then by a name of yours. Default: those that Better Auth's schema asks for. */
  indexes?: Record<string, Record<string, GsiDeclaration>>
  /**
   * The keys of tables, by model. Default: `token` for sessions, `providerId` and `accountId` for accounts, `key` for rate
   * limits, `id` for all others; without `tables`, `identifier` and `id` for verifications.
   */
  keySchemas?: Record<string, KeySchemaOverride>
  /** Whether emails of users are unique by the table `tables.emailLookups`. Default: `false`. */
  enableEmailUniqueness?: boolean
  /**
   * Whether what Better Auth's schema calls unique is so, by claims: items in one more table that change in one
   * transaction with the row. Default: `true` without `tables`, `false` with them.
   */
  uniqueness?: boolean
  /**
   * The Number attribute by which DynamoDB's TTL deletes rows of models that expire. Default: `"_ttl"`.
   */
  ttlAttribute?: string
  /**
   * Whether to refuse, as `@ebratz/dynamodb-better-auth` does, what takes more than DynamoDB's own operators:
   * `UNSUPPORTED_OPERATOR` for `ends_with` and for `mode: "insensitive"`, `UNSUPPORTED_OPTION` for `offset` on an index,
   * `INVALID_WHERE` for an empty `where` of `updateMany` and `deleteMany` and for a `consumeOne` without a key or an
   * index. Default: `false`: all of it is answered.
   */
  strict?: boolean
  /** A `count` of more items than this warns. `0`: never. Default: 10 000. */
  warnOnLargeCount?: number
  /**
   * Whether `updateMany` puts whole items, 25 a request: cheaper, but what others write between its read and its write is
   * lost. Default: `false`.
   */
  unsafeBatchUpdate?: boolean
  /** How many items `updateMany` writes at once. Default: 10. */
  updateManyConcurrency?: number
  /**
   * An `updateMany` of more items than this is refused with `TOO_MANY_ITEMS`. `0`: no limit. Default: 1000 with `tables`, `0`
   * without.
   */
  maxUpdateManyItems?: number
  /**
   * A `deleteMany` of more items than this is refused with `TOO_MANY_ITEMS`. `0`: no limit. Default: 1000 with `tables`, `0`
   * without.
   */
  maxDeleteManyItems?: number
  /**
   * A `findMany` that has to scan and sort more items than this is refused with `SCAN_LIMIT_EXCEEDED`. `0`: none.
   * Default: 10 000.
   */
  maxScanItems?: number
  /** Whether reads of tables are strongly consistent, at twice the price; those of indexes never are. Default: `true`. */
  consistentReads?: boolean
  /**
   * How often a transaction's callback is run again when others wrote the same rows at the same time (`0` to `100`), after
   * a pause of up to a second. Where something unique was taken, it is run again once. `0`: never. Default: 5.
   */
  transactionRetries?: number
  /** Whether models are named in plural. Default: `false`. */
  usePlural?: boolean
  /**
   * Whether Better Auth logs each operation, and this adapter the requests that it becomes: all, or those named. Default:
   * `false`.
   */
  debugLogs?: boolean | Record<string, any>
  /** Where warnings go. Default: `console.warn`. */
  logger?: AdapterLogger
  /** Is told of each operation. Default: none. */
  metrics?: AdapterMetrics
  /** Hooks before and after operations. Default: none. */
  extensions?: DynamoAdapterMiddleware[]
}

/** What {@link explain} is asked. Models and fields have Better Auth's names. */
export interface ExplainRequest {
  model: string
  /** Default: `"findMany"`. */
  operation?:
    | "create"
    | "findOne"
    | "findMany"
    | "count"
    | "update"
    | "updateMany"
    | "delete"
    | "deleteMany"
    | "consumeOne"
    | "incrementOne"
  /** As for Better Auth's adapters. Default: none. */
  where?: {
    field: string
    value: string | number | boolean | string[] | number[] | Date | null
    operator?: string
    connector?: "AND" | "OR"
    mode?: "sensitive" | "insensitive"
  }[]
  sortBy?: { field: string; direction: "asc" | "desc" }
  limit?: number
  offset?: number
  select?: string[]
  /** For `create`. */
  data?: Record<string, unknown>
  /** For `update` and `updateMany`. */
  update?: Record<string, unknown>
  /** For `incrementOne`. */
  increment?: Record<string, number>
  /** For `incrementOne`. */
  set?: Record<string, unknown>
}

/** A request that an operation becomes. Values that it compares with are not shown. */
export interface ExplainedRequest {
  /** DynamoDB's name for it, such as `"Query"`. */
  operation: string
  /** The table that it asks. */
  table: string
  /** The index of it, if it asks one. */
  index?: string
  /** Whether it is strongly consistent. */
  consistent: boolean
  /** The key attributes that it asks by. */
  by?: string[]
  /** How many keys a batch asks for, if it is more than one. */
  keys?: number
  /** How often a query is sent, each for another key, if it is more than once. */
  times?: number
  /** The fields that DynamoDB compares on what it has read. */
  filteredByDynamoDB?: string[]
  /** The fields that the adapter compares on what it was answered. */
  filteredByAdapter?: string[]
  /** Who sorts, if it is not the key. */
  sortedBy?: "the adapter"
  /** The field whose index would spare a scan. */
  missingIndex?: string
  /** When it is sent, if that depends on the answer of another one. */
  onlyIf?: string
}
