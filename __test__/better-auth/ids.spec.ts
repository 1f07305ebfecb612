// Ids of new rows.

import { randomUUID } from "node:crypto"
import type { BetterAuthOptions } from "better-auth"
import { expect, it } from "vitest"
import { dynamodbAdapter } from "../../js/better-auth.mjs"
import { generateId } from "../../js/better-auth/ids.js"

async function idOf(database: NonNullable<BetterAuthOptions["advanced"]>["database"]) {
  const adapter = dynamodbAdapter({ client: { endpoint: `memory:${randomUUID()}` } })({
    advanced: { database },
  } as BetterAuthOptions)
  const data = { name: "Ada", email: "ada@example.com", emailVerified: false }
  const { id } = await adapter.create<Record<string, any>>({ model: "user", data })
  return id
}

it("are 32 letters and digits, as Better Auth's own, unless its options say otherwise", async () => {
  expect(await idOf({})).toMatch(/^[a-zA-Z0-9]{32}$/)
  expect(await idOf({ generateId: () => "mine" })).toBe("mine")
  expect(await idOf({ generateId: "uuid" })).toMatch(/^[0-9a-f-]{36}$/)
  expect(await idOf({ generateId: "serial" })).toBe("1")
})

it("have each letter and digit as often as any other, and never come twice", () => {
  const ids = Array.from({ length: 20_000 }, generateId)
  expect(new Set(ids).size).toBe(ids.length)
  const counts = new Map<string, number>()
  for (const letter of ids.join("")) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  expect(counts.size).toBe(62)
  // 10 323 of each are expected, with a standard deviation of 101: seven of those either way.
  expect(Math.min(...counts.values())).toBeGreaterThan(9_600)
  expect(Math.max(...counts.values())).toBeLessThan(11_050)
})
