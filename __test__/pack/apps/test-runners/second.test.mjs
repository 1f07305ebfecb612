import { betterAuth } from "better-auth"
import * as dynauth from "dynauth"
import { DynamoAdapterError, dynamodbAdapter } from "dynauth/better-auth"
import { expect, test } from "vitest"
import { story } from "./user.mjs"

test("what comes back is of the test's realm", () => story(dynauth, expect))

test("Better Auth's losers keep their status", async () => {
  const auth = betterAuth({
    database: dynamodbAdapter({ endpoint: "memory:second" }),
    secret: "a secret of thirty-two letters or more",
    baseURL: "http://localhost",
  })
  const { adapter } = await auth.$context
  const create = () => adapter.create({ model: "user", data: { email: "a@example.com", name: "A" } })
  expect((await create()).createdAt).toBeInstanceOf(Date)
  const error = await create().catch((error) => error)
  expect(error).toBeInstanceOf(DynamoAdapterError)
  expect(error).toMatchObject({ code: "EMAIL_EXISTS", statusCode: 422 })
})
