// What a test of the Auth.js adapter starts from: an engine with an empty table, an adapter on it, and a view of the
// raw items behind the adapter.

import { randomUUID } from "node:crypto"
import { DynamoDBAdapter as OtherAdapter } from "@auth/dynamodb-adapter"
import { type AccountPageMethods, DynamoDBAdapter, type DynamoDBAuthAdapter } from "../../index.js"
import { documentClient, type Engine, type TableNames } from "../engines"
import { faultyEndpoint } from "../faults"

export type TestAdapter = DynamoDBAuthAdapter & AccountPageMethods
export type Item = Record<string, any>

export interface Stage {
  engine: Engine
  table: TableNames
  adapter: TestAdapter
  /** The options that the adapter was made with, the table's names included. */
  options: object
  /** Another adapter on the same table, as another process has it: it shares no knowledge with the first. */
  another(options?: object): Promise<TestAdapter>
  /** All items of the table as they are stored, in the order of their keys. */
  items(): Promise<Item[]>
  /** The stored item of a key. */
  item(partitionKey: string, sortKey?: string): Promise<Item | undefined>
  /** Stores an item as it is. */
  put(item: Item): Promise<void>
  /** Removes the item of a key. */
  remove(key: Item): Promise<void>
}

/** The adapter under test. With TEST_ADAPTER=@auth/dynamodb-adapter, that one in place of ours, for comparison. */
export function openAdapter(connection: { endpoint: string }, options?: object): TestAdapter {
  if (process.env.TEST_ADAPTER === "@auth/dynamodb-adapter") return other(connection, options)
  return DynamoDBAdapter(connection, options)
}

/** `@auth/dynamodb-adapter`, which may have written the items that ours finds. */
export function other(connection: { endpoint: string }, options?: object): TestAdapter {
  // Marshalled as its documentation has it.
  const client = documentClient(connection, {
    convertEmptyValues: true,
    removeUndefinedValues: true,
    convertClassInstanceToMap: true,
  })
  return OtherAdapter(client, options) as unknown as TestAdapter
}

export async function stage(
  engine: Engine,
  options: Partial<TableNames> & Record<string, unknown> = {},
): Promise<Stage> {
  const table = await engine.createTable(options)
  const client = engine.documentClient()
  const TableName = table.tableName
  const all = { ...options, ...table }
  return {
    engine,
    table,
    options: all,
    adapter: openAdapter(engine.connection(), all),
    // What a process learns, it learns of a connection; this one is new.
    another: async (more = {}) =>
      openAdapter((await faultyEndpoint(engine)).connection(), { ...all, ...more }),
    async items() {
      const { Items = [] } = await client.scan({ TableName, ConsistentRead: true })
      const key = (item: Item) => `${item[table.partitionKey]} ${item[table.sortKey]}`
      return Items.sort((a, b) => (key(a) < key(b) ? -1 : 1))
    },
    async item(partitionKey, sortKey = partitionKey) {
      const Key = { [table.partitionKey]: partitionKey, [table.sortKey]: sortKey }
      return (await client.get({ TableName, Key, ConsistentRead: true })).Item
    },
    async put(Item) {
      await client.put({ TableName, Item })
    },
    async remove(Key) {
      await client.delete({ TableName, Key })
    },
  }
}

/** A user as Auth.js 5 gives it to `createUser`. */
export function newUser(more: object = {}) {
  const id: string = randomUUID()
  return {
    id,
    name: "Ada Lovelace",
    email: `ada-${id}@example.com`,
    image: "https://example.com/ada.png",
    emailVerified: null as Date | null,
    ...more,
  }
}

/** An account as Auth.js gives it to `linkAccount`. */
export function newAccount(userId: string, more: object = {}) {
  return {
    userId,
    type: "oauth" as const,
    provider: "github",
    providerAccountId: randomUUID(),
    access_token: "gho_access",
    expires_at: 1900000000,
    token_type: "bearer" as const,
    scope: "read:user",
    ...more,
  }
}

/** A time from now, with milliseconds, which DynamoDB's TTL has no room for. */
export function inDays(days: number): Date {
  const date = new Date(Date.now() + days * 24 * 60 * 60 * 1000)
  date.setMilliseconds(789)
  return date
}

export function newSession(userId: string, more: object = {}) {
  return { sessionToken: randomUUID(), userId, expires: inDays(30), ...more }
}

export function newVerificationToken(identifier: string, more: object = {}) {
  return { identifier, token: randomUUID(), expires: inDays(1), ...more }
}

export function newAuthenticator(userId: string, more: object = {}) {
  const credentialID = Buffer.from(randomUUID()).toString("base64")
  return {
    userId,
    credentialID,
    providerAccountId: credentialID,
    credentialPublicKey: Buffer.from(randomUUID()).toString("base64"),
    counter: 0,
    credentialDeviceType: "multiDevice",
    credentialBackedUp: true,
    transports: "internal,hybrid",
    ...more,
  }
}

/** What identifies nothing: none of these may find anybody. */
export const nobody: unknown[] = [undefined, null, "", 0, 42, true, {}, [], [""], new Date(0)]

/** The error that a promise rejects with. */
export async function failure(
  promise: Promise<unknown>,
): Promise<Error & { code?: string; cause?: unknown }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error("it was expected to fail, and did not")
}
