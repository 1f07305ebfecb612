// Generated programs: calls of all methods with what collides and is used again, and with what is odd.
//
// A step holds references in place of ids, emails and tokens. They become values when it is their turn: all programs use
// one table, so each has names of its own, and an id that the adapter makes is known only then.

import fc from "fast-check"
import { objectOf, properties as oddProperties, type Properties } from "../../arbitraries"
import { type Call, type Method } from "./model"

/** Which program it is, and who was created in it so far; an id that was made has a name in what is shown. */
export interface Scope {
  program: number
  users: { id: unknown; name?: string }[]
}

/** A value that is known when the step is carried out. */
abstract class Reference {
  abstract resolve(scope: Scope): unknown
  /** As an expression, for people. */
  show(scope: Scope): string {
    return show(this.resolve(scope), scope)
  }
}

/** A text of this program's own. */
class Name extends Reference {
  constructor(private readonly text: string) {
    super()
  }
  resolve({ program }: Scope) {
    return `${this.text}~${program}`
  }
}

/** A number of this program's own, in one of its spellings. */
class NumericId extends Reference {
  constructor(
    private readonly number: number,
    private readonly spelling: (number: number) => unknown,
  ) {
    super()
  }
  resolve({ program }: Scope) {
    return this.spelling(program * 1_000_000_000 + this.number)
  }
}

/** The id of one of those who were created as users in this program. */
class SomeUser extends Reference {
  constructor(private readonly at: number) {
    super()
  }
  resolve(scope: Scope) {
    const { users } = scope
    return users.length > 0 ? users[this.at % users.length]!.id : new Name("nobody").resolve(scope)
  }
  override show(scope: Scope) {
    const { users } = scope
    return users[this.at % users.length]?.name ?? super.show(scope)
  }
}

const isRecord = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

const resolve = (value: unknown, scope: Scope): unknown => {
  if (value instanceof Reference) return value.resolve(scope)
  if (!isRecord(value)) return value
  return objectOf(Object.entries(value).map(([name, own]) => [name, resolve(own, scope)]))
}

/** A step of a program: which of the adapters is called, and how. */
export interface Step extends Call {
  /** The adapter's index, to be taken modulo their number. */
  by: number
}

export const resolveArguments = ({ args }: Call, scope: Scope) => args.map((value) => resolve(value, scope))

/** A value as an expression. */
export function show(value: unknown, scope: Scope): string {
  const all = (values: Iterable<unknown>) => [...values].map((each) => show(each, scope)).join(", ")
  if (value instanceof Reference) return value.show(scope)
  if (typeof value === "string")
    return value.length > 2000 ? `"${value[0]}".repeat(${value.length})` : JSON.stringify(value)
  if (typeof value === "bigint") return `${value}n`
  if (Object.is(value, -0)) return "-0"
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "new Date(NaN)" : `new Date("${value.toISOString()}")`
  if (Buffer.isBuffer(value)) return `Buffer.from([${value.join(", ")}])`
  if (value instanceof Uint8Array) return `new Uint8Array([${value.join(", ")}])`
  if (value instanceof Map) return `new Map([${all(value)}])`
  if (value instanceof Set) return `new Set([${all(value)}])`
  if (Array.isArray(value)) return `[${all(value)}]`
  if (!isRecord(value)) return String(value)
  const members = Object.entries(value).map(([name, own]) => {
    const plain = /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__proto__"
    return `${plain ? name : `[${JSON.stringify(name)}]`}: ${show(own, scope)}`
  })
  return members.length > 0 ? `{ ${members.join(", ")} }` : "{}"
}

// Small pools, so that most calls meet what another one left.

const names = (...texts: string[]): fc.Arbitrary<Reference> =>
  fc.constantFrom(...texts.map((text) => new Name(text)))

/** Longer than a key can be. */
const long = "x".repeat(3000)

/** What identifies nothing: for what is looked for. */
const nothing = fc.constantFrom<unknown>(
  undefined,
  undefined,
  null,
  "",
  0,
  42,
  true,
  {},
  [],
  [""],
  new Date(0),
  long,
)

/** The same for what is written, where 42 could be an id. */
const unfit = fc.constantFrom<unknown>(undefined, null, "", 1.5, NaN, true, {}, [""], long)

const spellings = [String, Number, BigInt]
const numeric = (...numbers: number[]): fc.Arbitrary<Reference> =>
  fc
    .tuple(fc.constantFrom(...numbers), fc.constantFrom(...spellings))
    .map(([number, spelling]) => new NumericId(number, spelling))

const rarely = (often: fc.Arbitrary<unknown>, otherwise: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 14, arbitrary: often }, { weight: 1, arbitrary: otherwise })

const givenId = fc.oneof(
  { weight: 3, arbitrary: names("ada", "Ada", "a#b", "USER#1 🦀") },
  { weight: 1, arbitrary: numeric(111_122_233) },
)
const someUser = fc.nat(5).map((at) => new SomeUser(at))
const userId = fc.oneof({ weight: 1, arbitrary: givenId }, { weight: 4, arbitrary: someUser })
const email = names(
  "ada@example.com",
  "Ada@Example.com",
  "a#b c@ö.example",
  // The same to the eye, and other characters.
  "\u00e9@example.com",
  "e\u0301@example.com",
)
const accountId = fc.oneof(
  { weight: 3, arbitrary: names("c", "b#c", "1 🦀") },
  { weight: 1, arbitrary: numeric(1815) },
)
/** Often the same one. Of the odd ones, some are one text when provider and id are joined. */
const accountKey: fc.Arbitrary<[provider: unknown, id: unknown]> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("github"), names("c")) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("github"), accountId) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom("a", "a#b", "a%23b", "ACCOUNT#a"), accountId) },
)
const token = names("token", "token", "token", "token", "Token", "SESSION#", "#ü 🦀")
const credential = names("credential", "+/=", "AUTHENTICATOR#a")
/** Often the same one. */
const tokenKey: fc.Arbitrary<[identifier: unknown, token: unknown]> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(names("ada@example.com"), names("token")) },
  {
    weight: 1,
    arbitrary: fc.tuple(names("ada@example.com", "Ada@example.com", "VT#a"), names("token", "#ü 🦀", "VT#")),
  },
)

/** Past and future, with milliseconds and without; no two in one second. */
const time = fc.constantFrom(
  ...["1970-01-01T00:00:00.000Z", "1999-12-31T23:59:59.999Z", "2001-02-03T04:05:06.789Z"],
  ...["2026-01-31T09:30:00.250Z", "2037-01-01T00:00:00.001Z", "2099-06-15T12:00:00.000Z"],
  "2100-01-01T00:00:00.500Z",
)
const expires = time.map((text) => new Date(text))
const noTime = fc.constantFrom<unknown>(undefined, null, "", 7, "2037-01-01T00:00:00.001Z", new Date(NaN))

/** Properties of any name with any values. */
const odd = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Properties>({}) },
  { weight: 4, arbitrary: oddProperties },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Properties>(
      { type: "own", expires: new Date(0) },
      { pk: "own", hash: 1, "lookup hash": null, _expiresMs: 250, name: null, image: undefined },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Properties>(
      ...[NaN, -Infinity, new Date(NaN), () => 1, Symbol("own")].map((broken) => ({ broken })),
    ),
  },
)

const plainValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom("text", "ünïcödé 🦀", null, true, false, 0, 42, -0.5, undefined),
  expires,
  fc.constantFrom<unknown>(["a", 1, null], { nested: { list: [true] } }, []),
  // What `@auth/dynamodb-adapter` cannot keep.
  fc.constantFrom("", "2024-11-21T10:40:00.000Z", { born: new Date(0) }, 12345678901234567890n),
)

/** What `@auth/dynamodb-adapter` can keep too, for the most part. */
const plain = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Properties>({}) },
  {
    weight: 3,
    arbitrary: fc
      .uniqueArray(
        fc.tuple(
          fc.oneof(
            { weight: 4, arbitrary: fc.constantFrom("name", "image", "role", "level", "tags", "first-name") },
            { weight: 1, arbitrary: fc.constantFrom("type", "expires", "pk") },
          ),
          plainValue,
        ),
        { selector: ([name]) => name, maxLength: 3 },
      )
      .map(objectOf),
  },
)

/** A record with what the adapter knows of it and what somebody adds. */
function record(
  known: Record<string, fc.Arbitrary<unknown>>,
  added: fc.Arbitrary<Properties>,
  optional = {},
) {
  const isKnown = (name: string) => name in known || name in optional
  return fc
    .tuple(fc.record(known), fc.record(optional, { requiredKeys: [] }), added)
    .map(([required, more, own]) =>
      objectOf([
        ...Object.entries(own).filter(([name]) => !isKnown(name)),
        ...Object.entries(required),
        ...Object.entries(more),
      ]),
    )
}

/** A record with the two properties that are its key, of which rarely one is something else. */
function withKey(
  [first, second]: [string, string],
  key: fc.Arbitrary<[unknown, unknown]>,
  record: fc.Arbitrary<Properties>,
  otherwise: fc.Arbitrary<unknown>,
) {
  const isWrong = rarely(fc.constant(false), fc.constant(true))
  return fc
    .tuple(record, key, isWrong, isWrong, otherwise)
    .map(([record, key, firstIsWrong, secondIsWrong, instead]) =>
      objectOf([
        ...Object.entries(record).filter(([name]) => name !== first && name !== second),
        [first, firstIsWrong ? instead : key[0]],
        [second, secondIsWrong ? instead : key[1]],
      ]),
    )
}
const withAccount = withKey.bind(null, ["provider", "providerAccountId"], accountKey)
const withToken = withKey.bind(null, ["identifier", "token"], tokenKey)

/** A step that is generated from one arbitrary for each argument. */
const call = (weight: number, method: Method, ...args: fc.Arbitrary<unknown>[]) => ({
  weight,
  arbitrary: fc.tuple(fc.nat(5), ...args).map(([by, ...args]): Step => ({ by, method, args })),
})

/**
 * A program of at most so many steps.
 *
 * @param kind `"odd"`: with properties of any name and value. `"plain"`: with such as `@auth/dynamodb-adapter` keeps.
 */
export function programs(kind: "odd" | "plain", maxLength: number): fc.Arbitrary<Step[]> {
  const own = kind === "odd" ? odd : plain
  const argument = (record: fc.Arbitrary<Properties>) =>
    fc.oneof({ weight: 14, arbitrary: record }, { weight: 1, arbitrary: nothing })
  /** What is looked for. */
  const sought = (reference: fc.Arbitrary<unknown>) => rarely(reference, nothing)
  /** What is written. */
  const fit = (reference: fc.Arbitrary<unknown>) => rarely(reference, unfit)
  const orNone = (email: fc.Arbitrary<unknown>) =>
    fc.oneof(
      { weight: 6, arbitrary: email },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(undefined, null, "") },
    )
  const account = argument(withAccount(record({}, own), nothing))
  const step = fc.oneof(
    call(
      10,
      "createUser",
      argument(record({ email: rarely(orNone(email), unfit) }, own, { id: rarely(givenId, unfit) })),
    ),
    call(2, "getUser", sought(userId)),
    call(2, "getUserByEmail", sought(email)),
    call(3, "getUserByAccount", account),
    call(
      6,
      "updateUser",
      argument(record({ id: fit(userId) }, own, { email: rarely(orNone(email), unfit) })),
    ),
    call(2, "deleteUser", sought(userId)),
    call(
      5,
      "linkAccount",
      argument(
        withAccount(
          record({ userId: fit(userId), type: fc.constantFrom("oauth", "oidc", "email", "webauthn") }, own),
          unfit,
        ),
      ),
    ),
    call(3, "unlinkAccount", account),
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.nat(5), accountKey)
        .map(([by, [provider, id]]): Step => ({ by, method: "getAccount", args: [id, provider] })),
    },
    call(1, "listAccountsByUserId", sought(userId)),
    call(
      6,
      "createSession",
      argument(
        record({ sessionToken: fit(token), userId: fit(userId), expires: rarely(expires, noTime) }, own),
      ),
    ),
    call(4, "getSessionAndUser", sought(token)),
    call(
      4,
      "updateSession",
      argument(
        record({ sessionToken: fit(token) }, own, {
          expires: rarely(expires, noTime),
          userId: rarely(fc.constant(undefined), fc.oneof(someUser, unfit)),
        }),
      ),
    ),
    call(2, "deleteSession", sought(token)),
    call(1, "listSessionsByUserId", sought(userId)),
    call(
      3,
      "createVerificationToken",
      argument(withToken(record({ expires: rarely(expires, noTime) }, own), unfit)),
    ),
    call(4, "useVerificationToken", argument(withToken(record({}, own), nothing))),
    call(
      4,
      "createAuthenticator",
      argument(
        record(
          {
            credentialID: fit(credential),
            userId: fit(userId),
            providerAccountId: accountId,
            counter: fc.nat(),
            credentialBackedUp: fc.boolean(),
          },
          own,
        ),
      ),
    ),
    call(1, "getAuthenticator", sought(credential)),
    call(1, "listAuthenticatorsByUserId", sought(userId)),
    call(
      3,
      "updateAuthenticatorCounter",
      sought(credential),
      rarely(fc.nat(), fc.constantFrom<unknown>(undefined, null, "7", NaN, Infinity, {}, 7n)),
    ),
    call(1, "deleteAuthenticator", sought(credential)),
  )
  return fc.array(step, { minLength: 1, maxLength, size: "max" })
}
