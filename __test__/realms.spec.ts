// Values and errors belong to the load of the package that made them. Test runners load it once for each test file, in a realm
// of its own (Jest, Vitest's VM pools) or in the same one again (`jest.resetModules()`, hot reload). The addon is loaded once.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname } from "node:path"
import { fileURLToPath } from "node:url"
import { createContext, runInContext } from "node:vm"
import { describe, expect, it } from "vitest"
import { engines } from "./engines"

const root = fileURLToPath(new URL("..", import.meta.url))
const outer = createRequire(import.meta.url)

/** Loads the package's JavaScript anew, in a realm or in this one; the addon and Node's own modules are the process's. */
function load(context?: object) {
  const loaded = new Map<string, { exports: any }>()
  const requireFrom = (from: string) => (id: string) => {
    const path = createRequire(from).resolve(id)
    if (!path.startsWith(root) || !path.endsWith(".js") || path.includes("/node_modules/")) return outer(path)
    const known = loaded.get(path)
    if (known) return known.exports
    const module = { exports: {} as any }
    loaded.set(path, module)
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, "utf8")}\n})`
    const run = context ? runInContext(source, context, { filename: path }) : (0, eval)(source)
    run(module.exports, requireFrom(path), module, path, dirname(path))
    return module.exports
  }
  return requireFrom(`${root}index.js`)
}

/** Clears Node's own cache of the package's modules and loads it once more, as `jest.resetModules()` and hot reload do. */
function reload(entry: string) {
  const own = Object.keys(outer.cache).filter(
    (path) => path.startsWith(root) && !path.includes("/node_modules/") && path.endsWith(".js"),
  )
  const before = own.map((path) => [path, outer.cache[path]] as const)
  for (const path of own) delete outer.cache[path]
  const loaded = outer(entry)
  for (const [path, module] of before) outer.cache[path] = module
  return loaded
}

/** The prototypes of a value and of all in it, by where they stand. */
function prototypes(value: any, path = "value"): [string, unknown][] {
  if (typeof value !== "object" || value === null) return []
  const members = Object.keys(value).toSorted()
  return [
    [path, Object.getPrototypeOf(value)],
    ...members.flatMap((name) => prototypes(value[name], `${path}.${name}`)),
  ]
}

/** A realm as Jest makes one: globals of its own, with those of Node.js that it has to be given. */
function realm() {
  const context = createContext({
    process,
    console,
    setTimeout,
    setImmediate,
    queueMicrotask,
    structuredClone,
    URL,
  })
  return { context, run: <T = any>(source: string): T => runInContext(source, context) }
}

describe.each(engines)("in a realm of its own on $name", (engine) => {
  const values = `({
    when: new Date("2026-02-03T04:05:06.789Z"),
    bytes: new Uint8Array([0, 1, 255]),
    list: [1, [new Date(7)], { deep: [] }],
    map: new Map([["a", new Set([1, "b"])]]),
    nested: { empty: {}, nothing: null },
  })`

  it("what comes back is made by that realm's constructors", async () => {
    const { context, run } = realm()
    const { DynamoDBAdapter } = load(context)("./index.js")
    const adapter = DynamoDBAdapter(engine.connection(), await engine.createTable())
    const user = run(`Object.assign(${values}, { email: "a@example.com", emailVerified: new Date(1) })`)
    const promise = adapter.createUser(user)
    Object.assign(context, { adapter, promise, created: await promise, user })
    const stored = await adapter.getUser((context as any).created.id)
    Object.assign(context, { stored, listed: await adapter.listSessionsByUserId(stored.id) })
    const isOfRealm = run(`({
      adapter: adapter instanceof Object,
      function: adapter.getUser instanceof Function && adapter.getUser.name === "getUser",
      promise: promise instanceof Promise,
      user: stored instanceof Object && Object.getPrototypeOf(stored) === Object.prototype,
      date: stored.when instanceof Date && stored.emailVerified instanceof Date && stored.list[1][0] instanceof Date,
      bytes: stored.bytes instanceof Uint8Array && stored.bytes.length === 3 && stored.bytes[2] === 255,
      array: stored.list instanceof Array && stored.list[2].deep instanceof Array && listed instanceof Array,
      map: stored.map instanceof Map && stored.map.get("a") instanceof Set,
      object: stored.nested.empty instanceof Object && stored.list[2] instanceof Object,
    })`)
    expect(isOfRealm).toEqual(Object.fromEntries(Object.keys(isOfRealm).map((name) => [name, true])))
    expect(stored.list[1][0].getTime()).toBe(7)
    // As `toStrictEqual` asks: the same prototypes all the way down.
    expect([stored.id, stored.email, stored.emailVerified.getTime()]).toEqual([
      (context as any).created.id,
      "a@example.com",
      1,
    ])
    for (const name of ["id", "email", "emailVerified"]) delete stored[name]
    const expected = prototypes(run(values))
    const found = prototypes(stored)
    expect(found.map(([path]) => path)).toEqual(expected.map(([path]) => path))
    for (const [at, [path, prototype]] of found.entries()) {
      expect([path, prototype === expected[at]![1]]).toEqual([path, true])
    }
  })

  it("errors are instances of the classes that its module exports, and of those of every other load", async () => {
    const { context, run } = realm()
    const { DynamoDBAdapter, DynamoAdapterError } = load(context)("./index.js")
    const adapter = DynamoDBAdapter(engine.connection(), await engine.createTable())
    const error = await adapter.createUser(1).catch((error: unknown) => error)
    Object.assign(context, { error })
    expect(run("error instanceof Error")).toBe(true)
    expect(error instanceof DynamoAdapterError).toBe(true)
    expect(Object.getPrototypeOf(error)).toBe(DynamoAdapterError.prototype)
    expect(error).toMatchObject({ code: "INVALID_VALUE", operation: "createUser" })
    expect(error instanceof outer("../index.js").DynamoAdapterError).toBe(true)
    expect(error instanceof outer("../index.js").InvalidWhereError).toBe(false)
    expect(error.stack).toContain("realms.spec.ts")
  })

  it("arguments of another realm are what they are", async () => {
    const { run } = realm()
    const { DynamoDBAdapter } = outer("../index.js")
    const adapter = DynamoDBAdapter(engine.connection(), await engine.createTable())
    const foreign = run(values)
    const { id } = await adapter.createUser({ ...foreign, email: "b@example.com" })
    const stored = await adapter.getUser(id)
    expect(stored).toStrictEqual({
      id,
      email: "b@example.com",
      when: new Date("2026-02-03T04:05:06.789Z"),
      bytes: new Uint8Array([0, 1, 255]),
      list: [1, [new Date(7)], { deep: [] }],
      map: new Map([["a", new Set([1, "b"])]]),
      nested: { empty: {}, nothing: null },
    })
  })

  it("settings, credentials and URLs of another realm are understood", async () => {
    const { context, run } = realm()
    Object.assign(context, { connection: engine.connection() })
    const connection = run(
      `({ ...connection, credentials: async () => ({ ...connection.credentials, expiration: new Date(Date.now() + 9e5) }) })`,
    )
    const { DynamoDBAdapter } = load(realm().context)("./index.js")
    const adapter = DynamoDBAdapter(connection, await engine.createTable())
    expect(await adapter.getUser("nobody")).toBeNull()
  })
})

describe("a second load of the package", () => {
  it.each([
    ["in the same realm", () => load()],
    ["in another realm", () => load(realm().context)],
  ])("%s has classes and functions of its own, and both adapters work on", async (_, again) => {
    const first = outer("../index.js")
    const second = again()("./index.js")
    expect(second.DynamoAdapterError).not.toBe(first.DynamoAdapterError)
    const adapters = [first, second].map(({ DynamoDBAdapter }) =>
      DynamoDBAdapter({ endpoint: "memory:realms" }),
    )
    for (const [at, own] of [first, second].entries()) {
      const error = await adapters[at]!.linkAccount({}).catch((error: unknown) => error)
      expect(Object.getPrototypeOf(error)).toBe(own.DynamoAdapterError.prototype)
      expect(error instanceof first.DynamoAdapterError && error instanceof second.DynamoAdapterError).toBe(
        true,
      )
    }
    // An app's own class derives from one of them, and has only its own instances.
    class Own extends (first.DynamoAdapterError as new (...given: any[]) => Error) {}
    const error = await adapters[0]!.linkAccount({}).catch((error: unknown) => error)
    expect(error instanceof (Own as any)).toBe(false)
    expect(new Own("INTERNAL", "x") instanceof second.DynamoAdapterError).toBe(true)
  })

  it("keeps the status that a loser is answered with over HTTP", async () => {
    outer("../js/better-auth.js")
    const { dynamodbAdapter, DynamoAdapterError } = reload("../js/better-auth.js")
    expect(DynamoAdapterError).not.toBe(outer("../js/better-auth.js").DynamoAdapterError)
    const { betterAuth } = await import("better-auth")
    const auth = betterAuth({
      database: dynamodbAdapter({ endpoint: `memory:realms-${Math.random()}` }),
      emailAndPassword: { enabled: true },
      secret: "a secret of thirty-two letters or more",
      baseURL: "http://localhost",
    })
    const { adapter } = await auth.$context
    const create = () => adapter.create({ model: "user", data: { email: "a@example.com", name: "A" } as any })
    await create()
    const error: any = await create().catch((error: unknown) => error)
    expect(error instanceof DynamoAdapterError).toBe(true)
    expect(error).toMatchObject({ code: "EMAIL_EXISTS", statusCode: 422 })
  })

  it("is collected with its realm once nobody uses it", async () => {
    const { runInNewContext } = await import("node:vm")
    const { setFlagsFromString } = await import("node:v8")
    setFlagsFromString("--expose-gc")
    const collect = runInNewContext("gc") as () => void
    const registry = { collected: 0 }
    const finalization = new FinalizationRegistry(() => (registry.collected += 1))
    const rounds = 12
    for (let round = 0; round < rounds; round++) {
      await (async () => {
        const { context } = realm()
        const { DynamoDBAdapter } = load(context)("./index.js")
        const adapter = DynamoDBAdapter({ endpoint: "memory:realms" })
        await adapter.getUser("nobody")
        finalization.register(adapter, undefined)
        finalization.register(context, undefined)
      })()
    }
    for (let turn = 0; turn < 20 && registry.collected < rounds; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect()
    }
    // Some may stay for reasons of V8's own; those that a reference of ours held would all stay.
    expect(registry.collected).toBeGreaterThan(rounds)
  })
})
