// What crosses between JavaScript and the native part, and how.
import { createContext, runInContext } from "node:vm"
import { randomUUID } from "node:crypto"
import { describe, expect, it } from "vitest"
import { DynamoAdapterError, DynamoDBAdapter } from "../index.js"

const METHODS = [
  "createUser",
  "getUser",
  "getUserByEmail",
  "getUserByAccount",
  "updateUser",
  "deleteUser",
  "linkAccount",
  "unlinkAccount",
  "getAccount",
  "createSession",
  "getSessionAndUser",
  "updateSession",
  "deleteSession",
  "createVerificationToken",
  "useVerificationToken",
  "createAuthenticator",
  "getAuthenticator",
  "listAuthenticatorsByUserId",
  "updateAuthenticatorCounter",
]

type Methods = Record<string, (...values: unknown[]) => Promise<any>>

function open(): Methods {
  return DynamoDBAdapter({ endpoint: `memory:${randomUUID()}` }) as unknown as Methods
}

/** Stores a user with a property and gives back what comes of it: from `createUser` and, once stored, from `getUser`. */
async function roundTrip(value: unknown, adapter = open()): Promise<any> {
  const created = await adapter.createUser({ email: `${randomUUID()}@example.com`, value })
  const found = await adapter.getUser(created.id)
  expect(found).toStrictEqual(created)
  return found.value
}

async function rejection(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    () => expect.unreachable("it was accepted"),
    (error: unknown) => error,
  )
}

describe("the adapter object", () => {
  it("has the nineteen methods as own enumerable functions, in the order of the interface", () => {
    const adapter = open()
    expect(Object.keys(adapter)).toEqual(METHODS)
    expect(Object.getPrototypeOf(adapter)).toBe(Object.prototype)
    for (const name of METHODS) {
      expect(adapter[name]).toBeTypeOf("function")
      expect(adapter[name].name).toBe(name)
    }
  })

  it("works with its methods taken out of it", async () => {
    const { createUser, getUser } = open()
    const user = await createUser({ email: "ada@example.com" })
    expect(await getUser.call(undefined, user.id)).toEqual(user)
    expect(await Reflect.apply(getUser, { not: "the adapter" }, [user.id])).toEqual(user)
  })

  it("outlives the object that it came from", async () => {
    const { createUser } = open()
    for (let round = 0; round < 3; round++) global.gc?.()
    expect(await createUser({ email: "ada@example.com" })).toHaveProperty("id")
  })
})

describe("a call never throws", () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {})
  revoke()
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  const thrower = {
    get email() {
      throw new RangeError("from the getter")
    },
  }
  const hostile: [string, unknown[]][] = [
    ["no arguments", []],
    ["undefined", [undefined, undefined]],
    ["null", [null, null]],
    ["numbers", [1, NaN]],
    ["symbols", [Symbol("a"), Symbol("b")]],
    ["functions", [() => 1, class {}]],
    ["an array", [[], []]],
    ["a cycle", [cycle, cycle]],
    ["a getter that throws", [thrower, thrower]],
    ["a revoked proxy", [revoked, revoked]],
    ["an object without prototype", [Object.create(null), Object.create(null)]],
    ["more arguments than there are", [{}, {}, {}, {}, {}]],
    [
      "a proxy whose traps throw",
      [
        new Proxy(
          {},
          {
            ownKeys() {
              throw new RangeError("from the trap")
            },
          },
        ),
      ],
    ],
    ["a huge sparse array", [{ email: "a@example.com", tags: new Array(4_000_000_000) }]],
  ]

  it.each(hostile)("with %s", async (_, values) => {
    const adapter = open()
    for (const name of METHODS) {
      let promise: unknown
      expect(() => {
        promise = adapter[name](...values)
      }).not.toThrow()
      expect(promise).toBeInstanceOf(Promise)
      await (promise as Promise<unknown>).catch((error: unknown) => {
        expect(error).toBeInstanceOf(Error)
        if (error instanceof DynamoAdapterError) expect(error.code).not.toBe("INTERNAL")
      })
    }
  })

  it("rejects with the error that a getter or a trap throws", async () => {
    const adapter = open()
    const error = new RangeError("from the getter")
    const throwing = Object.defineProperty({}, "email", {
      enumerable: true,
      get() {
        throw error
      },
    })
    expect(await rejection(adapter.createUser(throwing))).toBe(error)
    expect(await rejection(adapter.createUser({ email: "a@example.com", profile: [throwing] }))).toBe(error)
    expect(await rejection(adapter.createUser(revoked))).toBeInstanceOf(TypeError)
    // And the environment is as good as before.
    expect(await adapter.createUser({ email: "a@example.com" })).toHaveProperty("id")
  })

  it("reads its arguments before it returns", async () => {
    const adapter = open()
    const user = { email: "ada@example.com", tags: ["first"], bytes: new Uint8Array([1]) }
    const promise = adapter.createUser(user)
    user.tags.push("second")
    user.bytes[0] = 2
    user.email = "other@example.com"
    const { email, tags, bytes } = await promise
    expect({ email, tags, bytes }).toEqual({
      email: "ada@example.com",
      tags: ["first"],
      bytes: new Uint8Array([1]),
    })
  })
})

describe("values come back as they went in", () => {
  const inOrder = { z: 1, a: { y: 2, b: 3 }, "1": 4, "0": 5 }
  const values: [string, unknown][] = [
    ["a string", "plain"],
    ["an empty string", ""],
    ["a long string", "x".repeat(5000)],
    ["a string at the stack buffer's length", "y".repeat(191)],
    ["a string of Latin-1", "café ÿ"],
    ["a string beyond", "日本語 🦀 \u0000 \uFFFD"],
    ["a string that looks like a date", "2026-01-01T00:00:00.000Z"],
    ["true", true],
    ["false", false],
    ["null", null],
    ["zero", 0],
    ["minus zero", -0],
    ["a fraction", 0.1],
    ["a large number", Number.MAX_SAFE_INTEGER],
    ["the largest number", Number.MAX_VALUE],
    ["the smallest number", Number.MIN_VALUE],
    ["a bigint", 12345678901234567890n],
    ["a negative bigint", -(10n ** 38n - 1n)],
    ["the largest bigint", 10n ** 38n - 1n],
    ["a bigint that a number could be", 1n],
    ["a Date", new Date("2026-01-02T03:04:05.678Z")],
    ["a Date before 1970", new Date(-1)],
    ["the last Date", new Date(8.64e15)],
    ["the first Date", new Date(-8.64e15)],
    ["bytes", new Uint8Array([0, 1, 254, 255])],
    ["no bytes", new Uint8Array(0)],
    ["a part of a buffer", new Uint8Array([0, 1, 2, 3]).subarray(1, 3)],
    ["an array", [1, "two", [3, null], { four: 4 }]],
    ["an empty array", []],
    ["an object", { a: 1, b: { c: [new Date(0)] } }],
    ["an empty object", {}],
    ["an object with index-like properties", inOrder],
    ["an object with odd names", { "": 1, " ": 2, "a.b": 3, 日本: 4, constructor: 5, toString: 6 }],
    [
      "a Map",
      new Map<unknown, unknown>([
        ["a", 1],
        [2, new Date(0)],
        [{ k: 1 }, [undefined]],
      ]),
    ],
    ["a Set", new Set<unknown>(["a", 1, null, new Date(0)])],
    ["an empty Map", new Map()],
    ["an empty Set", new Set()],
    ["undefined in an array", [1, undefined, 2]],
  ]

  it.each(values)("%s", async (_, value) => {
    expect(await roundTrip(value)).toStrictEqual(value)
  })

  it("with properties in the same order each time", async () => {
    const adapter = open()
    const { id } = await adapter.createUser({
      email: "ada@example.com",
      name: "Ada",
      zeta: 1,
      alpha: inOrder,
    })
    const orders = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const user = await adapter.getUser(id)
        return JSON.stringify([Object.keys(user), Object.keys(user.alpha), Object.keys(user.alpha.a)])
      }),
    )
    expect(new Set(orders).size).toBe(1)
  })

  it("however many lists of property names there are, of whatever length", async () => {
    const adapter = open()
    const object = (length: number, list: number, round: number) =>
      Object.fromEntries(
        Array.from({ length }, (_, at) => [`${list}-${(at * 7 + list) % length}`, `${round}.${list}.${at}`]),
      )
    // More lists of each length than are remembered, in turn, and objects of more properties than are.
    for (let round = 0; round < 3; round++) {
      const value = [0, 1, 2, 3, 23, 24, 25, 60].flatMap((length) =>
        Array.from({ length: 20 }, (_, list) => object(length, list, round)),
      )
      const back = await roundTrip(value, adapter)
      expect(back).toStrictEqual(value)
      expect(JSON.stringify(back)).toBe(JSON.stringify((await roundTrip(value, adapter)) as unknown))
    }
  })

  it("with names of any length", async () => {
    const value = { ["n".repeat(499)]: 1, ["ñ".repeat(600)]: { ["m".repeat(70_000)]: 2 }, short: 3 }
    expect(await roundTrip(value)).toStrictEqual(value)
  })

  it("with what a getter has others read meanwhile", async () => {
    const adapter = open()
    const others: Promise<any>[] = []
    const value = {
      first: 1,
      get second() {
        // Enough lists of as many names for those of this object to be forgotten.
        for (let list = 0; list < 20; list++)
          others.push(roundTrip({ [`a${list}`]: list, [`b${list}`]: "b" }, adapter))
        return 2
      },
    }
    expect(await roundTrip(value, adapter)).toStrictEqual({ first: 1, second: 2 })
    expect(await Promise.all(others)).toEqual(
      others.map((_, at) => ({ [`a${at % 20}`]: at % 20, [`b${at % 20}`]: "b" })),
    )
  })

  it("gives a property named __proto__ back as one", async () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}, "a": 1}')
    const back = await roundTrip(value)
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(back, "__proto__")).toEqual({
      value: { polluted: true },
      enumerable: true,
      writable: true,
      configurable: true,
    })
    expect(({} as any).polluted).toBeUndefined()
  })

  it("takes a Buffer and gives a plain Uint8Array", async () => {
    const back = await roundTrip(Buffer.from("bytes"))
    expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype)
    expect(Buffer.from(back).toString()).toBe("bytes")
  })

  it("leaves undefined properties and symbol keys out, and takes holes as undefined", async () => {
    // eslint-disable-next-line no-sparse-arrays
    const back = await roundTrip({ a: undefined, [Symbol("b")]: 1, c: [1, , 3] })
    expect(back).toStrictEqual({ c: [1, undefined, 3] })
  })

  it("takes instances of classes by their own enumerable properties", async () => {
    class Profile {
      #secret = 1
      visible = true
      get computed() {
        return this.#secret
      }
    }
    const hidden = Object.defineProperty(new Profile(), "hidden", { value: 1, enumerable: false })
    expect(await roundTrip(hidden)).toStrictEqual({ visible: true })
    expect(await roundTrip(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 })
    expect(
      await roundTrip(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })),
    ).toStrictEqual({
      own: 2,
    })
  })

  it("takes values of other realms", async () => {
    const context = createContext({})
    const value = runInContext(
      `({
        object: { a: 1 }, array: [1, { b: 2 }], date: new Date(5), bytes: new Uint8Array([1, 2]),
        map: new Map([["k", new Date(6)]]), set: new Set([1]),
      })`,
      context,
    )
    expect(await roundTrip(value)).toStrictEqual({
      object: { a: 1 },
      array: [1, { b: 2 }],
      date: new Date(5),
      bytes: new Uint8Array([1, 2]),
      map: new Map([["k", new Date(6)]]),
      set: new Set([1]),
    })
  })

  it("takes proxies of plain objects and arrays", async () => {
    expect(await roundTrip(new Proxy({ a: new Proxy([1, 2], {}) }, {}))).toStrictEqual({ a: [1, 2] })
  })

  it("takes the same object twice, which is no cycle", async () => {
    const shared = { a: 1 }
    expect(await roundTrip([shared, shared])).toStrictEqual([shared, shared])
  })
})

describe("a refused value names its path", () => {
  const cycle: Record<string, unknown> = { name: "cycle" }
  cycle.list = [{ back: cycle }]
  const { proxy: array } = Proxy.revocable([], {})
  const refused: [string, unknown, string][] = [
    ["NaN", NaN, "is NaN"],
    ["Infinity", Infinity, "is infinite"],
    ["-Infinity", -Infinity, "is infinite"],
    ["a bigint of 39 digits", 10n ** 38n, "38 digits"],
    ["a negative one", -(10n ** 38n), "38 digits"],
    ["a huge bigint", 1n << 4096n, "38 digits"],
    ["a lone surrogate", "a\uD800b", "lone surrogate"],
    ["a lone surrogate in a long string", "x".repeat(400) + "\uDC00", "lone surrogate"],
    ["an invalid Date", new Date(NaN), "invalid Date"],
    ["a function", () => 1, "a function"],
    ["a class", class {}, "a function"],
    ["a symbol", Symbol("secret"), "a symbol"],
    ["a RegExp", /secret/, "a RegExp"],
    ["an Error", new TypeError("secret"), "an Error"],
    ["a Promise", Promise.resolve("secret"), "await"],
    ["a WeakMap", new WeakMap(), "a WeakMap"],
    ["a WeakSet", new WeakSet(), "a WeakSet"],
    ["a WeakRef", new WeakRef({}), "a WeakRef"],
    ["a boxed string", Object("secret"), "boxed"],
    ["a boxed number", Object(1), "boxed"],
    ["a boxed bigint", Object(1n), "boxed"],
    ["a URL", new URL("https://example.com/secret"), "a URL"],
    ["URLSearchParams", new URLSearchParams("a=secret"), "URLSearchParams"],
    ["an ArrayBuffer", new ArrayBuffer(8), "an ArrayBuffer"],
    ["a SharedArrayBuffer", new SharedArrayBuffer(8), "an ArrayBuffer"],
    ["a DataView", new DataView(new ArrayBuffer(8)), "a DataView"],
    ["a Float64Array", new Float64Array(1), "typed array of another kind"],
    ["a Uint8ClampedArray", new Uint8ClampedArray(1), "typed array of another kind"],
    ["shared bytes", new Uint8Array(new SharedArrayBuffer(2)), "SharedArrayBuffer"],
    ["a generator", (function* () {})(), "a Generator"],
    ["an Intl object", new Intl.NumberFormat(), "an Intl.NumberFormat"],
    ["an object with a tag of its own", { __proto__: { [Symbol.toStringTag]: "Money" } }, "a Money"],
    ["a Map behind a Proxy", new Proxy(new Map(), {}), "behind a Proxy"],
  ]
  void array

  it.each(refused)("%s", async (_, value, words) => {
    const adapter = open()
    const places: [string, Record<string, unknown>][] = [
      ["user.value", { value }],
      ["user.profile.tags[3]", { profile: { tags: [0, 1, 2, value] } }],
      ['user.profile["odd name"]', { profile: { "odd name": value } }],
      [
        "user.map.values()[1]",
        {
          map: new Map<unknown, unknown>([
            ["a", 1],
            ["b", value],
          ]),
        },
      ],
      ["user.map.keys()[0]", { map: new Map([[value, 1]]) }],
      ["user.set.values()[0]", { set: new Set([value]) }],
    ]
    for (const [path, properties] of places) {
      const error = await rejection(adapter.createUser({ email: "ada@example.com", ...properties }))
      expect(error).toBeInstanceOf(DynamoAdapterError)
      expect(error.code).toBe("INVALID_VALUE")
      expect(error.operation).toBe("createUser")
      expect(error.table).toBe("next-auth")
      expect(error.message).toContain(`\`${path}\``)
      expect(error.message).toContain(words)
      expect(error.message).not.toContain("secret")
    }
    expect(await adapter.getUserByEmail("ada@example.com")).toBeNull()
  })

  it("a cycle, where it closes", async () => {
    const error = await rejection(open().createUser({ email: "a@example.com", cycle }))
    expect(error.code).toBe("INVALID_VALUE")
    expect(error.message).toContain("`user.cycle.list[0].back` is a cycle")
  })

  it("a detached buffer", async () => {
    const bytes = new Uint8Array(4)
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    const error = await rejection(open().createUser({ email: "a@example.com", bytes }))
    expect(error.code).toBe("INVALID_VALUE")
    expect(error.message).toMatch(/`user\.bytes` .*detached/)
  })

  it("a property whose name is no Unicode text", async () => {
    const error = await rejection(open().createUser({ email: "a@example.com", profile: { "\uD800": 1 } }))
    expect(error.code).toBe("INVALID_VALUE")
    expect(error.message).toContain("`user.profile`")
  })

  it("what is nested too deep, and nothing less deep", async () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { d: nested(levels - 1) })
    expect(await roundTrip(nested(31))).toEqual(nested(31))
    const error = await rejection(open().createUser({ email: "a@example.com", deep: nested(40) }))
    expect(error.code).toBe("INVALID_VALUE")
    expect(error.message).toContain("`user.deep.d.d")
    expect(error.message).toContain("32 levels")
    let bottomless: unknown = 1
    for (let level = 0; level < 100_000; level++) bottomless = [bottomless]
    expect((await rejection(open().createUser({ email: "a@example.com", bottomless }))).code).toBe(
      "INVALID_VALUE",
    )
  })

  it("an argument itself, by its name", async () => {
    const adapter = open()
    expect((await rejection(adapter.getUser(Symbol("id")))).message).toContain("`id` is a symbol")
    expect((await rejection(adapter.getAccount("1", () => 1))).message).toContain("`provider` is a function")
    expect((await rejection(adapter.updateAuthenticatorCounter("1", NaN))).message).toContain(
      "`newCounter` is NaN",
    )
  })

  it("what no item can hold, without walking all of it", async () => {
    const adapter = open()
    const large: unknown[] = [
      "x".repeat(2_000_000),
      new Uint8Array(2_000_000),
      new Array(4_000_000_000),
      Array.from({ length: 2000 }, () => "y".repeat(1000)),
    ]
    for (const value of large) {
      const error = await rejection(adapter.createUser({ email: "a@example.com", value }))
      expect(error.code).toBe("ITEM_TOO_LARGE")
      expect(error.message).toContain("`user.value")
    }
  })
})

describe("many calls at once", () => {
  it("all end, each with its own answer", async () => {
    const adapter = open()
    const users = await Promise.all(
      Array.from({ length: 300 }, (_, n) => adapter.createUser({ email: `${n}@example.com`, n })),
    )
    expect(users.map((user) => user.n)).toEqual(Array.from({ length: 300 }, (_, n) => n))
    const found = await Promise.all(users.map((user) => adapter.getUser(user.id)))
    expect(found).toEqual(users)
  })
})
