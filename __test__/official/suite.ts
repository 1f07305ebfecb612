// The conformance suite of nextauthjs/next-auth over our adapter. It is run by scripts/official-suite.mjs, which says
// where it lies: it is not part of this repository.

import { randomUUID } from "node:crypto"
import { describe } from "vitest"
import { runBasicTests } from "next-auth-suite"
import { engines } from "../engines"
import { openAdapter, type Item } from "../authjs/stage"

for (const engine of engines) {
  const tableName = `official-${randomUUID()}`
  const client = engine.documentClient()

  describe(engine.name, () => {
    /** Reads behind the adapter's back. */
    const get = async (pk: string, sk = pk) => {
      const { Item } = await client.get({ TableName: tableName, Key: { pk, sk }, ConsistentRead: true })
      return plain(Item)
    }
    const find = async (GSI1PK: string, GSI1SK = GSI1PK) => {
      const { Items } = await client.query({
        TableName: tableName,
        IndexName: "GSI1",
        KeyConditionExpression: "GSI1PK = :pk AND GSI1SK = :sk",
        ExpressionAttributeValues: { ":pk": GSI1PK, ":sk": GSI1SK },
      })
      return plain(Items?.[0])
    }
    void runBasicTests({
      adapter: openAdapter(engine.connection(), { tableName }),
      db: {
        connect: () => engine.createTable({ tableName }),
        user: (id) => get(`USER#${id}`),
        session: (token) => find(`SESSION#${token}`),
        account: ({ provider, providerAccountId }) =>
          find(`ACCOUNT#${provider}`, `ACCOUNT#${providerAccountId}`),
        verificationToken: ({ identifier, token }) => get(`VT#${identifier}`, `VT#${token}`),
        authenticator: (credentialID) => find(`AUTHENTICATOR#${credentialID}`),
      },
      testWebAuthnMethods: true,
    })
  })
}

const discriminators = ["USER", "SESSION", "VT", "AUTHENTICATOR"]

/** What a stored item says, told by the documented layout. */
function plain(item: Item | undefined): Item | null {
  if (!item) return null
  const { pk, sk, GSI1PK, GSI1SK, _expiresMs, ...properties } = item
  if (discriminators.includes(properties.type)) delete properties.type
  if (typeof properties.expires === "number")
    properties.expires = new Date(_expiresMs ?? properties.expires * 1000)
  if (typeof properties.emailVerified === "string")
    properties.emailVerified = new Date(properties.emailVerified)
  return properties
}
