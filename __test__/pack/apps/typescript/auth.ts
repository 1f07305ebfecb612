// The configuration of an app with NextAuth 4, with the import changed.
import { DynamoDB } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb"
import NextAuth, { type NextAuthOptions } from "next-auth"
import type { Adapter } from "next-auth/adapters"
import { DynamoDBAdapter } from "dynauth"

const client = DynamoDBDocument.from(new DynamoDB({ region: "eu-central-1" }), {
  marshallOptions: { convertEmptyValues: true, removeUndefinedValues: true, convertClassInstanceToMap: true },
})

export const authOptions: NextAuthOptions = {
  adapter: DynamoDBAdapter(client, { tableName: "users" }),
  providers: [],
}

export const asserted = DynamoDBAdapter(client) as Adapter
export const annotated: Adapter = DynamoDBAdapter(client)
const base = DynamoDBAdapter(client)
export const kept: NextAuthOptions = { adapter: base, providers: [] }
export const spread: NextAuthOptions = {
  adapter: {
    ...base,
    createUser: async (user: Parameters<typeof base.createUser>[0]) => base.createUser(user),
    getUser: base.getUser.bind(base),
    deleteSession: (sessionToken: string) => base.deleteSession(sessionToken),
  },
  providers: [],
}
export const returned: Adapter = base as ReturnType<typeof DynamoDBAdapter>

export async function nameOf(documents: Parameters<typeof DynamoDBAdapter>[0], id: string): Promise<string> {
  const { Item } = await documents.get({ TableName: "users", Key: { pk: `USER#${id}`, sk: `USER#${id}` } })
  return Item.name
}
nameOf(client, "1")

export default NextAuth(authOptions)
