// The items of the table, compared with those that a model says it holds: docs/table.md's keys, and no item beyond.

import type { TableNames } from "../../engines"
import type { Item } from "../stage"
import { accountSortKey, emailClaim, idKey, type Model } from "./model"

interface Expected {
  /** Of the items, by partition and sort key: the type, and the index keys. */
  items: Map<string, unknown>
  /** Claims that have to be there, by their key, with the user whose they are. */
  claims: Map<string, string>
  /** Claims that may be there, likewise. */
  possibleClaims: Map<string, string>
}

const key = (partitionKey: string, sortKey: string) => `${partitionKey} | ${sortKey}`

function expectedItems(model: Model): Expected {
  const items = new Map<string, unknown>()
  const claims = new Map<string, string>()
  const possibleClaims = new Map<string, string>()
  for (const [id, { record, claimed }] of model.users) {
    const user = `USER#${id}`
    const email = typeof record.email === "string" && record.email !== "" ? record.email : undefined
    const indexKey = email && `USER#${email}`
    items.set(key(user, user), { type: "USER", index: [indexKey, indexKey] })
    if (email) (claimed ? claims : possibleClaims).set(emailClaim(email), id)
  }
  for (const { record, claimed } of model.accounts.values()) {
    const [userId, id] = [idKey(record.userId)!, idKey(record.providerAccountId)!]
    const sortKey = accountSortKey(record.provider as string, id)
    items.set(key(`USER#${userId}`, sortKey), {
      type: "an account's own",
      index: [`ACCOUNT#${record.provider}`, `ACCOUNT#${id}`],
    })
    ;(claimed ? claims : possibleClaims).set(sortKey, userId)
  }
  for (const { userId, sessionToken } of model.sessions.values()) {
    const session = `SESSION#${sessionToken}`
    items.set(key(`USER#${idKey(userId)}`, session), { type: "SESSION", index: [session, session] })
  }
  for (const { userId, credentialID } of model.authenticators.values()) {
    const authenticator = `AUTHENTICATOR#${credentialID}`
    items.set(key(`USER#${idKey(userId)}`, authenticator), {
      type: "AUTHENTICATOR",
      index: [authenticator, authenticator],
    })
  }
  for (const { identifier, token } of model.verificationTokens.values()) {
    items.set(key(`VT#${identifier}`, `VT#${token}`), { type: "VT", index: [undefined, undefined] })
  }
  return { items, claims, possibleClaims }
}

/** How the table differs from the model: a line for each item that does. */
export function differences(items: Item[], model: Model, names: TableNames): string[] {
  const expected = expectedItems(model)
  const found: string[] = []
  for (const item of items) {
    const [partitionKey, sortKey] = [item[names.partitionKey], item[names.sortKey]]
    if (item.type === "CLAIM" && partitionKey === sortKey) {
      const required = expected.claims.get(sortKey)
      const owner = required ?? expected.possibleClaims.get(sortKey)
      // A claim whose owner is gone may stay until somebody asks for it.
      const mayBeStale = required === undefined && model.staleClaims.has(sortKey)
      if (item.userId !== owner && !mayBeStale)
        found.push(`the claim ${sortKey} is ${item.userId}'s, and should be ${owner ?? "nobody"}'s`)
      expected.claims.delete(sortKey)
      continue
    }
    const place = key(partitionKey, sortKey)
    const { type, index }: any = expected.items.get(place) ?? {}
    if (!expected.items.delete(place)) found.push(`${place} is there, and should not be`)
    else {
      const indexKeys = [item[names.indexPartitionKey], item[names.indexSortKey]]
      // `@auth/dynamodb-adapter` has the users without an email under `USER#undefined` and `USER#null`.
      const isTheirs = /^USER#(undefined|null)$/.test(indexKeys[0]) && index[0] === undefined
      if (type !== "an account's own" && item.type !== type) found.push(`${place} is of type ${item.type}`)
      if (JSON.stringify(indexKeys) !== JSON.stringify(index) && !isTheirs)
        found.push(`${place} has the index keys ${indexKeys.join(" | ")}`)
    }
  }
  for (const place of expected.items.keys()) found.push(`${place} is not there`)
  for (const claim of expected.claims.keys()) found.push(`the claim ${claim} is not there`)
  return found
}
