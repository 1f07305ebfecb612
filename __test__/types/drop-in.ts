// Code as applications write it around the adapter of `@auth/dynamodb-adapter` or `@next-auth/dynamodb-adapter`, with the import
// changed.
import { DynamoDB } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb"
import type { Adapter as CoreAdapter } from "@auth/core/adapters"
import type { NextAuthOptions } from "next-auth-4"
import type { Adapter as Adapter4 } from "next-auth-4/adapters"
import type { NextAuthConfig } from "next-auth-5"
import type { Adapter as Adapter5 } from "next-auth-5/adapters"
import { DynamoDBAdapter, type DynamoDBAdapterOptions, format, generateUpdateExpression } from "dynauth"

const document = DynamoDBDocument.from(new DynamoDB({}), { marshallOptions: { convertEmptyValues: true } })

// The types of the function's parameters and of what it returns.
type Client = Parameters<typeof DynamoDBAdapter>[0]
type Options = Parameters<typeof DynamoDBAdapter>[1]
type Returned = ReturnType<typeof DynamoDBAdapter>

export class Users {
  private adapter: Returned
  constructor(
    private client: Client,
    private options: Options = { tableName: "users" },
  ) {
    this.adapter = DynamoDBAdapter(this.client, this.options)
  }
  async nameOf(id: string): Promise<string | undefined> {
    const Key = { pk: `USER#${id}`, sk: `USER#${id}` }
    const { Item } = await this.client.get({ TableName: this.options?.tableName ?? "next-auth", Key })
    return Item?.name ?? (await this.adapter.getUser(id))?.name
  }
}
new Users(document)
new Users(document as DynamoDBDocumentClient, { partitionKey: "PK" })

export const returned: Returned = DynamoDBAdapter(document)
export const returned4: Adapter4 = returned
export const returned5: Adapter5 = returned
export const returnedAsCore = returned as CoreAdapter

const options: DynamoDBAdapterOptions = { tableName: "users", indexName: "GSI2" }
export const as4 = DynamoDBAdapter(document, options) as Adapter4
export const as5 = DynamoDBAdapter(document, options) as Adapter5
export const asCore = DynamoDBAdapter(document, options) as CoreAdapter
export const satisfies5 = DynamoDBAdapter(document, options) satisfies Adapter5

/** A function that makes the adapter, by its type. */
type Make<Adapter> = (client: DynamoDBDocument, options?: DynamoDBAdapterOptions) => Adapter
export const makers: [Make<Adapter4>, Make<Adapter5>, Make<CoreAdapter>] = [
  DynamoDBAdapter,
  DynamoDBAdapter,
  DynamoDBAdapter,
]

// Spread, with methods replaced, bound and wrapped.
const base = DynamoDBAdapter(document)
export const options4: NextAuthOptions = {
  adapter: { ...base, getUser: async (id) => ({ ...(await base.getUser(id))!, name: "Ada" }) },
  providers: [],
}
export const config5: NextAuthConfig = {
  adapter: {
    ...DynamoDBAdapter(document),
    createUser: base.createUser.bind(base),
    async createSession(session) {
      return base.createSession!(session)
    },
  },
  providers: [],
}

export function withLog(adapter: Adapter5): Adapter5 {
  return { ...adapter, linkAccount: (account) => adapter.linkAccount!(account) }
}
withLog(DynamoDBAdapter(document))
export const logged = withLog({ ...base, deleteUser: async () => undefined })

export function overridden(): Adapter5 {
  const adapter = DynamoDBAdapter(document) as Adapter5
  const { getUserByEmail, updateUser } = adapter
  adapter.getUserByEmail = (email) => getUserByEmail!(email.toLowerCase())
  adapter.updateUser = async (user) => ({ ...(await updateUser!(user)), name: user.name })
  return adapter
}

export const bound: Required<Pick<Adapter4, "getUser" | "deleteSession">> = {
  getUser: base.getUser.bind(base),
  deleteSession: base.deleteSession.bind(undefined),
}

// The helpers.
interface Order {
  id: string
  placed: Date
}
export async function order(id: string): Promise<Order | null> {
  const { UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues } = generateUpdateExpression({
    placed: new Date(),
  })
  const { Attributes } = await document.update({
    ...{ TableName: "next-auth", Key: { pk: `USER#${id}`, sk: "ORDER" }, ReturnValues: "ALL_NEW" as const },
    ...{ UpdateExpression, ExpressionAttributeNames, ExpressionAttributeValues },
  })
  await document.put({ TableName: "next-auth", Item: format.to({ id, placed: new Date() }) })
  const untyped: Record<string, unknown> | null = format.from(Attributes)
  return untyped && format.from<Order>(Attributes)
}

// @ts-expect-error: misspelt, with a client too
DynamoDBAdapter(document, { tabelName: "users" })
// @ts-expect-error: not a client
DynamoDBAdapter({ send: 1 })
