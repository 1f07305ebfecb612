// A request whose answer is lost is sent again by the SDK; the repetition comes out as the first would have.

import { randomUUID } from "node:crypto"
import { describe, expect, it } from "vitest"
import { dynamodbAdapter } from "../../js/better-auth.mjs"
import { betterAuthTables, createTables } from "../../js/tables.js"
import { engines } from "../engines"
import { faultyEndpoint } from "../faults"

const options = {
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: true, storage: "database" as const },
  user: { additionalFields: { logins: { type: "number" as const, required: false } } },
}

const user = {
  name: "Ada",
  email: "ada@example.com",
  emailVerified: false,
  createdAt: new Date(),
  updatedAt: new Date(),
}
const rateLimit = { key: "127.0.0.1/sign-in", count: 1, lastRequest: 1 }
const WRITES = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"]

const equal = (field: string, value: string | null) => ({ field, value })
const id = (row: any) => equal("id", row.id)

describe.each(engines)("an answer that is lost, on $name", (engine) => {
  async function stage() {
    const endpoint = await faultyEndpoint(engine)
    const database = dynamodbAdapter({ ...endpoint.connection(), tablePrefix: `lost-${randomUUID()}-` })
    await createTables(endpoint.connection(), betterAuthTables({ ...options, database }))
    return { endpoint, adapter: database({ ...options, database }) }
  }

  it.each([
    {
      name: "a row with unique values is made once",
      act: (adapter: any) => adapter.create({ model: "user", data: { ...user, email: "eve@example.com" } }),
      expected: { email: "eve@example.com" },
    },
    {
      name: "a row without is made once",
      act: (adapter: any) => adapter.create({ model: "rateLimit", data: rateLimit }),
      expected: { count: 1 },
    },
    {
      name: "a guarded update has done what it says",
      act: (adapter: any, ada: any) =>
        adapter.update({ model: "user", where: [id(ada), equal("image", null)], update: { image: "one" } }),
      expected: { image: "one" },
    },
    {
      name: "a changed email is changed",
      act: (adapter: any, ada: any) =>
        adapter.update({ model: "user", where: [id(ada)], update: { email: "countess@example.com" } }),
      expected: { email: "countess@example.com" },
    },
    {
      name: "a count counts once",
      act: (adapter: any, ada: any) =>
        adapter.incrementOne({ model: "user", where: [id(ada)], increment: { logins: 1 } }),
      expected: { logins: 1 },
    },
    {
      name: "what is taken once is taken",
      act: (adapter: any, ada: any) => adapter.consumeOne({ model: "user", where: [id(ada)] }),
      expected: { email: "ada@example.com" },
    },
    {
      name: "what is deleted is counted",
      act: (adapter: any) => adapter.deleteMany({ model: "user", where: [equal("name", "Ada")] }),
      expected: 1,
    },
    {
      name: "a transaction is done",
      act: (adapter: any, ada: any) =>
        adapter.transaction((trx: any) =>
          trx.update({ model: "user", where: [id(ada)], update: { name: "Countess" } }),
        ),
      expected: { name: "Countess" },
    },
  ])("$name", async ({ act, expected }) => {
    const { endpoint, adapter } = await stage()
    const ada = await adapter.create({ model: "user", data: { ...user } })
    let isLost = false
    void endpoint.inject("lost answer", { operation: WRITES }).then(() => (isLost = true))
    const outcome = await act(adapter, ada)
    expect(isLost, "it wrote").toBe(true)
    if (typeof expected === "number") expect(outcome).toBe(expected)
    else expect(outcome).toMatchObject(expected)
    endpoint.close()
  })
})
