// Generated values and records: everything that can be stored, under names of any kind.

import fc from "fast-check"
import { customNames } from "./engines"

export type Properties = Record<string, unknown>

/** Text without lone surrogates, which are no Unicode; some of it looks like something else. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "grapheme" }) },
  { weight: 2, arbitrary: fc.string({ unit: "binary" }) },
  { weight: 2, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
  fc.constantFrom(
    "",
    "USER",
    "SESSION",
    "1",
    "null",
    "2024-11-21",
    "2024-11-21T10:40:00Z",
    "at 2024-11-21T10:40:00.123Z",
  ),
)

/** Any finite number. */
export const number: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    -0,
    1e-130,
    1e-131,
    1e125,
    1e126,
    2 ** 53,
    2 ** 60,
    1e21,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
  ),
)

const largest = 10n ** 38n - 1n

/** Any bigint of at most 38 digits. */
export const bigint: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt(-1000n, 1000n),
  fc.bigInt(-largest, largest),
  fc.constantFrom(largest, -largest, 2n ** 53n, 2n ** 53n + 1n),
)

export const date: fc.Arbitrary<Date> = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }),
)

const bytes = fc.oneof(
  fc.uint8Array(),
  fc.uint8Array().map((array) => Buffer.from(array)),
  // A view of a part.
  fc.uint8Array().map((array) => array.subarray(1)),
)

/** Names that the adapters, DynamoDB, or JavaScript use for something else. */
const takenNames = [
  ...["pk", "sk", "GSI1PK", "GSI1SK", "GSI1", ...Object.values(customNames)],
  ...[
    "type",
    "expires",
    "id",
    "ID",
    "_id",
    "userId",
    "email",
    "name",
    "sessionToken",
    "token",
    "data",
    "size",
    "ttl",
  ],
  ...["_expiresMs", "_as:", "_as:note", "_own:", "_own:type", "_own:_own:type", "_as:_own:type", "_", "note"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "toJSON", "length"],
  ...["", " ", ".", "a.b", "a[0]", "[0]", "0", "#a", ":a", "#", ":", '"', "\\", "ünïcödé", "名前", "🦀"],
]

/** The name of a property. */
export const propertyName: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...takenNames) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 8 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 5 }).map((name) => `_${name}`) },
)

/** An object with such properties, `__proto__` as its own. */
export function objectOf(entries: Iterable<readonly [string, unknown]>): Properties {
  const object = {}
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return object
}

/** An object whose properties have names of any kind. */
export function propertiesOf(value: fc.Arbitrary<unknown>, maxLength = 6): fc.Arbitrary<Properties> {
  return fc
    .uniqueArray(fc.tuple(propertyName, value), { selector: ([name]) => name, maxLength })
    .map(objectOf)
}

const { anyValue } = fc.letrec<{ anyValue: unknown }>((tie) => {
  const value = tie("anyValue")
  const orUndefined = fc.option(value, { nil: undefined, freq: 8 })
  const members = fc.array(orUndefined, { maxLength: 5 })
  return {
    anyValue: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      { weight: 3, arbitrary: text },
      { weight: 3, arbitrary: number },
      { weight: 3, arbitrary: date },
      bigint,
      fc.boolean(),
      fc.constant(null),
      bytes,
      members,
      propertiesOf(orUndefined),
      fc.array(fc.tuple(orUndefined, orUndefined), { maxLength: 4 }).map((pairs) => new Map(pairs)),
      members.map((values) => new Set(values)),
    ),
  }
})

/** A value of any kind that can be stored. */
export const value: fc.Arbitrary<unknown> = anyValue!

/** What somebody may add to a record: any names, any values, some of them `undefined`. */
export const properties: fc.Arbitrary<Properties> = propertiesOf(
  fc.option(value, { nil: undefined, freq: 6 }),
)

/** How ids, tokens and emails may begin; what follows makes them unique. */
export const prefix: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("", "#", "USER#", "a#b", "ACCOUNT#github#", "🦀", " ", "@"),
  fc.string({ unit: "grapheme", maxLength: 8 }),
)

/** What is read after this was written: without what is `undefined` in objects, bytes as Uint8Array. */
export function asRead(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asRead)
  if (value instanceof Map) return new Map([...value].map(([key, own]) => [asRead(key), asRead(own)]))
  if (value instanceof Set) return new Set([...value].map(asRead))
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (value instanceof Date || typeof value !== "object" || value === null) return value
  return objectOf(
    Object.entries(value)
      .filter(([, own]) => own !== undefined)
      .map(([name, own]) => [name, asRead(own)]),
  )
}

/** A record as it is read after these were written one after the other, a later property in place of an earlier one. */
export function merged(...records: Properties[]): Properties {
  return objectOf(records.flatMap((record) => Object.entries(asRead(record) as Properties)))
}

/** The same with maps and sets as lists, so that a comparison sees their order. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (value instanceof Map) return { map: [...value].map(ordered) }
  if (value instanceof Set) return { set: [...value].map(ordered) }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return objectOf(Object.entries(value).map(([name, own]) => [name, ordered(own)]))
}
