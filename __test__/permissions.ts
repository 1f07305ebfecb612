// What IAM policies allow, and what requests need, in the same words: "dynamodb:Query index".

import { expect } from "vitest"
import type { WireRequest } from "./faults"

/** The permissions of a policy: action and resource, such as `dynamodb:Query index`. */
export function permissions(statements: any[]): string[] {
  const all = statements.flatMap(({ Effect, Action, Resource }) => {
    expect(Effect).toBe("Allow")
    return [Action]
      .flat()
      .flatMap((action) =>
        [Resource]
          .flat()
          .map((resource) => `${action} ${JSON.stringify(resource).includes("/index/") ? "index" : "table"}`),
      )
  })
  return all.sort()
}

/** What IAM asks for a request: for a transaction, the permissions of what is inside. */
export function permissionsFor({ operation, body }: WireRequest): string[] {
  if (operation !== "TransactWriteItems")
    return [`dynamodb:${operation} ${body.IndexName ? "index" : "table"}`]
  const actions: Record<string, string> = {
    Put: "PutItem",
    Update: "UpdateItem",
    Delete: "DeleteItem",
    ConditionCheck: "ConditionCheckItem",
  }
  return body.TransactItems.flatMap((item: object) =>
    Object.keys(item).map((kind) => `dynamodb:${actions[kind]} table`),
  )
}
