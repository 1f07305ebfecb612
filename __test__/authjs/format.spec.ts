// `format` and `generateUpdateExpression` do what those of `@auth/dynamodb-adapter` do, whatever they are given.

import { deepStrictEqual } from "node:assert"
import { runInNewContext } from "node:vm"
import { format as theirFormat, generateUpdateExpression as theirUpdate } from "@auth/dynamodb-adapter"
import fc from "fast-check"
import { beforeEach, describe, expect, it } from "vitest"
import dynauth from "../../index.js"
import * as esm from "../../index.mjs"
import { number, propertyName, text, value } from "../arbitraries"
import { engines } from "../engines"
import { newUser, type Stage, stage } from "./stage"

const { format, generateUpdateExpression } = dynauth

/** Names of which the two know, and names that objects have by themselves. */
const name = fc.oneof(
  propertyName,
  fc.constantFrom("pk", "sk", "GSI1PK", "GSI1SK", "type", "expires", "emailVerified"),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty"),
)
const dateText = fc
  .tuple(
    fc.constantFrom("", "at ", "2024", "("),
    fc.constantFrom(
      "2024-11-21T10:40",
      "2024-11-21T10:40:00",
      "2024-11-21T10:40:00.123456",
      "0000-19-39T29:59",
    ),
    fc.constantFrom("", "Z", "z", "+01:00", "-23:59", "+0100"),
    fc.constantFrom("", " or so", ")"),
  )
  .map((parts) => parts.join(""))
const any = fc.oneof(
  value,
  dateText,
  text,
  number,
  fc.date(),
  fc.constantFrom("USER", "SESSION", "VT", "CLAIM", "oauth"),
  fc.constantFrom(undefined, NaN, Infinity, Symbol.iterator, String, ["2024-11-21T10:40:00Z"]),
)
const entries = fc.array(fc.tuple(name, any), { maxLength: 6 })
const define = (object: object, [name, value]: [string, unknown]) =>
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
/** Objects with properties of their own, inherited ones, or without a prototype. */
const object = fc
  .tuple(entries, fc.oneof(fc.constant(Object.prototype), fc.constant(null), entries))
  .map(([own, inherited]) => {
    const prototype = Array.isArray(inherited) ? inherited.reduce(define, {}) : inherited
    return own.reduce(define, Object.create(prototype)) as Record<string, any>
  })

/** What a call returns (its properties in their order, and its prototype), or the class of what it throws. */
function outcome(call: () => unknown): unknown {
  try {
    const returned = call()
    if (typeof returned !== "object" || returned === null) return { returned }
    // To Node.js, no two invalid dates are equal.
    const told = (value: unknown) =>
      value instanceof Date && isNaN(value.getTime()) ? "Invalid Date" : value
    const properties = Object.entries(returned).map(([name, value]) => [name, told(value)])
    return { properties, prototype: told(Object.getPrototypeOf(returned)) }
  } catch (error) {
    return { thrown: (error as Error).constructor }
  }
}

describe("like those of @auth/dynamodb-adapter", () => {
  it.each<[string, (object: any) => unknown, (object: any) => unknown]>([
    ["format.to", format.to, theirFormat.to],
    ["format.from", format.from, theirFormat.from],
    ["generateUpdateExpression", generateUpdateExpression, theirUpdate],
  ])("%s returns the same", (_, ours, theirs) => {
    const same = (given: any) =>
      deepStrictEqual(
        outcome(() => ours(given)),
        outcome(() => theirs(given)),
      )
    fc.assert(fc.property(object, same), { numRuns: 2000 })
    for (const given of [undefined, null, {}, [], [new Date(0)], "text", "", 0, 1, false, new Date(0)]) {
      same(given)
    }
  })

  it("need no `this`", () => {
    const { to, from } = format
    expect(from(to({ emailVerified: new Date(0), expires: new Date(1500) }))).toEqual({
      emailVerified: new Date(0),
      expires: new Date(1500),
    })
  })

  it("are the same in both module systems", () => {
    expect(esm.format).toBe(format)
    expect(esm.generateUpdateExpression).toBe(generateUpdateExpression)
  })

  it("know a Date of another realm, which that package stores as an empty map", () => {
    const foreign = runInNewContext("({ expires: new Date(1500), emailVerified: new Date(0) })")
    expect(foreign.expires).not.toBeInstanceOf(Date)
    expect(format.to(foreign)).toEqual({ expires: 1.5, emailVerified: "1970-01-01T00:00:00.000Z" })
    expect(generateUpdateExpression(foreign).ExpressionAttributeValues).toEqual({
      ":expires": 1.5,
      ":emailVerified": "1970-01-01T00:00:00.000Z",
    })
  })
})

describe.each(engines)("beside the adapter on $name", (engine) => {
  let here: Stage
  beforeEach(async () => {
    here = await stage(engine)
  })

  it("format reads the adapter's items, and writes items that it reads", async () => {
    const { adapter, item, put } = here
    const user = await adapter.createUser(newUser({ emailVerified: new Date("2024-11-21T10:40:00.123Z") }))
    const stored = await item(`USER#${user.id}`)
    expect(format.from(stored)).toEqual(user)

    const mine = {
      id: "mine",
      name: "Mine",
      email: "mine@example.com",
      emailVerified: new Date(5),
      image: null,
    }
    const keys = {
      pk: "USER#mine",
      sk: "USER#mine",
      GSI1PK: `USER#${mine.email}`,
      GSI1SK: `USER#${mine.email}`,
    }
    await put(format.to({ ...mine, ...keys, type: "USER" }))
    expect(await adapter.getUser("mine")).toEqual(mine)
    expect(await adapter.getUserByEmail(mine.email)).toEqual(mine)
  })

  it("generateUpdateExpression makes updates that the adapter reads", async () => {
    const { adapter, table } = here
    const user = await adapter.createUser(newUser())
    const key = `USER#${user.id}`
    await engine.documentClient().update({
      TableName: table.tableName,
      Key: { pk: key, sk: key },
      ...generateUpdateExpression({ name: "Changed", emailVerified: new Date(7), role: "admin" }),
    })
    expect(await adapter.getUser(user.id)).toEqual({
      ...user,
      name: "Changed",
      emailVerified: new Date(7),
      role: "admin",
    })
  })
})
