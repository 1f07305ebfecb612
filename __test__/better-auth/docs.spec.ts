// docs/better-auth/ says what is so: its lists are complete, its examples are what comes of them.

import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { apiKey } from "@better-auth/api-key"
import { oauthProvider } from "@better-auth/oauth-provider"
import { passkey } from "@better-auth/passkey"
import { sso } from "@better-auth/sso"
import { stripe } from "@better-auth/stripe"
import { betterAuth, type BetterAuthOptions } from "better-auth"
import { createAccessControl } from "better-auth/plugins/access"
import { deviceAuthorization, jwt, organization, siwe, twoFactor } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { dynamodbAdapter, type DynamoDBAdapterConfig, explain } from "../../js/better-auth.js"
import { dynamodbSecondaryStorage } from "../../js/secondary-storage.js"
import { betterAuthTables, createTables, secondaryStorageTable } from "../../js/tables.js"
import { type Engine, engines } from "../engines"
import { faultyEndpoint } from "../faults"
import { permissions, permissionsFor } from "../permissions"

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8")

/** The rows of a table, by what its heading begins with; cells without their spaces. */
function tableOf(page: string, heading: string): string[][] {
  const lines = read(page).split("\n")
  const start = lines.findIndex((line) => line.startsWith(`| ${heading}`))
  expect(start, `docs/${page} has a table "${heading}"`).toBeGreaterThan(-1)
  const length = lines.slice(start).findIndex((line) => !line.startsWith("|"))
  return lines.slice(start + 2, start + length).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  )
}

/** What is in code in a cell. */
const inCode = (cell = "") => [...cell.matchAll(/`([^`]*)`/g)].map(([, code]) => code!)

const message = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    return (error as Error).message
  }
  return expect.unreachable("it was accepted")
}

const secret = "a secret for tests that is long enough, and random 8Fz!"
const base = { baseURL: "http://localhost:3000", secret, telemetry: { enabled: false } }
const quiet = { warn() {} }

const nothing = async () => {}
/** All plugins that have models. */
const plugins: BetterAuthOptions["plugins"] = [
  apiKey(),
  deviceAuthorization(),
  jwt(),
  oauthProvider({ loginPage: "/sign-in", consentPage: "/consent" }),
  organization({
    ac: createAccessControl({}),
    teams: { enabled: true },
    dynamicAccessControl: { enabled: true },
    sendInvitationEmail: nothing,
  }),
  passkey(),
  siwe({ domain: "localhost", getNonce: async () => "nonce", verifyMessage: async () => true }),
  sso(),
  stripe({
    stripeClient: {} as never,
    stripeWebhookSecret: "",
    subscription: { enabled: true, plans: [] },
  }),
  twoFactor(),
]
const rateLimit = { enabled: true, storage: "database" as const }
const everything = { ...base, plugins, rateLimit }

describe("docs/better-auth/configuration.md", () => {
  const tables = read("better-auth/configuration.md").matchAll(/^\| field \|.*\n\|.*\n((?:\|.*\n)*)/gm)
  const rows = [...tables].flatMap(([, rows]) => rows!.trim().split("\n"))
  const fields = rows.flatMap((row) => {
    const [names, defaults] = row.slice(1, -1).split(" | ")
    return inCode(names).map((name) => ({ name, defaults: defaults!.trim() }))
  })

  it("has every field, and no other", () => {
    // The error for an unknown field names those that there are.
    const words = message(() => dynamodbAdapter({ anUnknownFieldOfManyLetters: 1 } as object))
    const all = [...words.split("It has:")[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
    expect(all.length).toBeGreaterThan(25)
    expect(fields.map(({ name }) => name).sort()).toEqual(all.sort())
  })

  it("has the defaults of the declarations", () => {
    const declarations = readFileSync(new URL("../../js/better-auth/types.d.ts", import.meta.url), "utf8")
    const config = declarations.slice(declarations.indexOf("interface DynamoDBAdapterConfig"))
    const plain = fields.filter(({ defaults }) => /^`("[^`]*"|true|false|\d+)`$/.test(defaults))
    expect(plain.length).toBeGreaterThan(10)
    const declared = plain.flatMap(({ name, defaults }) => {
      const comment = config.match(new RegExp(`/\\*\\*((?:(?!\\*/)[^])*?)\\*/\\s+${name}\\?:`))?.[1]
      if (comment === undefined) return []
      const text = comment.replace(/\s*\n\s*\*\s*/g, " ")
      const value = defaults.slice(1, -1)
      const said = text.match(/Default:\s+`?("[^"]*"|true|false|[\d ]*\d)`?/)?.[1]?.replaceAll(" ", "")
      return [{ name, documented: value, declared: said }]
    })
    expect(declared.length).toBeGreaterThan(8)
    expect(declared.filter(({ documented, declared }) => documented !== declared)).toEqual([])
  })
})

describe("docs/better-auth/queries.md", () => {
  const database = dynamodbAdapter({ endpoint: `memory:${randomUUID()}`, logger: quiet })
  const auth = betterAuth({ ...base, database })

  it("has every operator", async () => {
    const { adapter } = await auth.$context
    const where = [{ field: "name", operator: "unknown" as never, value: "x" }]
    const error = await adapter.findMany({ model: "user", where }).catch((error: Error) => error)
    const all = /Use one of (.*)\.$/.exec((error as Error).message)![1]!.split(", ")
    expect(all.length).toBeGreaterThan(10)
    const rows = tableOf("better-auth/queries.md", "operator")
    expect(rows.flatMap(([operators]) => inCode(operators)).sort()).toEqual(all.sort())
  })

  it("tells which operators DynamoDB judges", async () => {
    for (const [operators, judge] of tableOf("better-auth/queries.md", "operator")) {
      for (const operator of inCode(operators)) {
        const list = ["in", "not_in", "between"].includes(operator)
        const where = [{ field: "name", operator, value: list ? ["a", "b"] : "a" }]
        const [step] = await explain(auth, { model: "user", where })
        const by = step!.filteredByDynamoDB ? "DynamoDB" : "the adapter"
        expect(by, operator).toBe(judge)
        const [insensitive] = await explain(auth, {
          model: "user",
          where: [{ ...where[0]!, mode: "insensitive" }],
        })
        expect(insensitive, operator).toMatchObject({ filteredByAdapter: ["name"] })
      }
    }
  })

  /** A request in the words of the page. */
  const inWords = (step: Record<string, any>, model: string) => {
    const table = step.table === `better-auth-${model}` ? "" : ` of \`${step.table}\``
    const index = step.index ? ` of \`${step.index}\`` : ""
    return `${step.onlyIf === "there is no claim" ? "without a claim, " : ""}${step.operation}${table}${index}`
  }

  it.each(tableOf("better-auth/queries.md", "model | where"))(
    "%s by %s: %s",
    async (model, clauses, said) => {
      const where = clauses!.split(", ").map((clause) => {
        const [, field = "", operator = "eq", given] = /^`(\w+)(?: (\w+))?`(?: \((\w+)\))?$/.exec(clause)!
        const value =
          field === "expiresAt"
            ? new Date(Date.now() + (given === "now" ? 0 : 60_000))
            : given
              ? Array.from({ length: Number(given) }, (_, at) => `value ${at}`)
              : "value"
        return { field, operator, value }
      })
      const [key] = inCode(model)
      const steps = await explain(auth, { model: key!, where })
      const words = steps.map((step) => inWords(step, key!))
      expect(words.join(", ").replace(", without a claim", "; without a claim") || "none").toBe(said)
    },
  )

  it("quotes the warning of a scan", async () => {
    const warnings: string[] = []
    const logger = { warn: (warning: string) => warnings.push(warning) }
    const database = dynamodbAdapter({ endpoint: `memory:${randomUUID()}`, logger })
    const { adapter } = await betterAuth({ ...base, database }).$context
    await adapter.findMany({ model: "user", where: [{ field: "name", operator: "contains", value: "x" }] })
    const [, quoted = ""] = /^> (.*): …$/m.exec(read("better-auth/queries.md")) ?? []
    expect(quoted).not.toBe("")
    expect(warnings).toEqual([expect.stringContaining(quoted)])
  })
})

describe("docs/better-auth/tables.md", () => {
  it("has the keys and indexes of Better Auth's own models", () => {
    const tables = betterAuthTables({ ...base, rateLimit }, {})
    const rows = tableOf("better-auth/tables.md", "model | partition").map(
      ([model, partitionKey, sortKey, indexes]) => ({
        tableName: `better-auth-${inCode(model)[0]}`,
        keys: [...inCode(partitionKey), ...inCode(sortKey)],
        indexes: indexes ? [inCode(indexes)] : [],
      }),
    )
    const keysOf = (keys: { partitionKey: string; sortKey?: string }) =>
      [keys.partitionKey, keys.sortKey].filter((key) => key !== undefined)
    const made = tables.map((table) => ({
      tableName: table.tableName,
      keys: keysOf(table),
      indexes: (table.indexes ?? []).map(keysOf),
    }))
    const claims = { tableName: "better-auth-claims", keys: ["claim"], indexes: [] }
    expect([...rows, claims]).toEqual(made)
  })

  it.each(engines)("shows what is in the tables after a sign-up, on $name", async (engine) => {
    const example = JSON.parse(/^```json\n(.*?)^```$/ms.exec(read("better-auth/tables.md"))![1]!)
    const tablePrefix = `docs-${randomUUID()}-`
    const database = dynamodbAdapter({ client: engine.connection(), tablePrefix })
    const auth = betterAuth({ ...base, database, emailAndPassword: { enabled: true } })
    const tables = betterAuthTables(auth.options)
    await createTables(engine.connection(), tables)
    await auth.api.signUpEmail({ body: { name: "Ada", email: "ada@example.com", password: "correct horse" } })
    /** The attributes and the kinds of their values, but for those that are the same in each run. */
    const shape = (items: Record<string, unknown>[]) =>
      items
        .map(({ _op, ...item }) =>
          Object.fromEntries(
            Object.entries(item)
              .map(([name, value]) => {
                const text = String(value)
                if (name === "claim") return [name, text.replace(/(?<=#id#).*/, "ID")]
                if (name === "key") return [name, Object.keys(value as object).sort()]
                if (["name", "email", "emailVerified", "providerId", "model"].includes(name))
                  return [name, value]
                return [name, /^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/.test(text) ? "a date" : typeof value]
              })
              .sort(),
          ),
        )
        .sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
    const stored: Record<string, unknown> = {}
    for (const { tableName } of tables) {
      const { Items = [] } = await engine
        .documentClient()
        .scan({ TableName: tableName, ConsistentRead: true })
      stored[tableName.replace(tablePrefix, "better-auth-")] = shape(Items)
    }
    const expected = Object.entries<any>(example).map(([table, items]) => [table, shape(items)])
    expect(stored).toEqual(Object.fromEntries(expected))
    const [session] = example["better-auth-session"]
    expect(session._ttl).toBe(Math.floor(Date.parse(session.expiresAt) / 1000))
  })
})

describe("docs/better-auth/ttl.md", () => {
  it("has the models that end, and those that never do", () => {
    const rows = tableOf("better-auth/ttl.md", "model | ends")
    const never = rows.find(([, ends]) => ends!.startsWith("never"))![0]
    const ends = rows.filter(([, ends]) => !ends!.startsWith("never")).flatMap(([models]) => inCode(models))
    const expiring = { type: "date", required: false } as const
    const additionalFields = { expiresAt: expiring }
    const tables = betterAuthTables(
      { ...everything, user: { additionalFields }, account: { additionalFields } } as BetterAuthOptions,
      {},
    )
    const models = tables.map(({ tableName, ttlAttribute }) => ({
      model: tableName.slice("better-auth-".length),
      ttlAttribute,
    }))
    const lasting = new Set(inCode(never))
    for (const { model, ttlAttribute } of models) {
      if (lasting.has(model)) expect(ttlAttribute, model).toBeUndefined()
      if (ends.includes(model)) expect(ttlAttribute, model).toBe("_ttl")
    }
    // Each that is named is there, and each that has TTL is named or has `expiresAt`.
    const all = models.map(({ model }) => model)
    for (const model of [...lasting, ...ends].filter((name) => !["expiresAt"].includes(name)))
      expect(all, model).toContain(model)
  })
})

describe.each(engines)("docs/iam.md for Better Auth on $name", (engine) => {
  async function used(engine: Engine, more: DynamoDBAdapterConfig = {}): Promise<string[]> {
    const endpoint = await faultyEndpoint(engine)
    const tablePrefix = `iam-${randomUUID()}-`
    const tableName = `${tablePrefix}storage`
    const client = endpoint.connection()
    const config = { client, tablePrefix, logger: quiet, ...more }
    const options = { ...base, rateLimit: { ...rateLimit, enabled: false } }
    const auth = betterAuth({
      ...options,
      database: dynamodbAdapter(config),
      emailAndPassword: { enabled: true },
    })
    await createTables(engine.connection(), [
      ...betterAuthTables(auth.options),
      secondaryStorageTable({ tableName }),
    ])
    const { adapter } = await auth.$context
    const id = (value: string) => [{ field: "id", value }]
    const body = { name: "Ada", email: "ada@example.com", password: "correct horse" }
    const { user } = await auth.api.signUpEmail({ body })
    await auth.api.signInEmail({ body })
    await adapter.findMany({ model: "user", where: [{ field: "id", operator: "in", value: [user.id, "x"] }] })
    await adapter.findMany({ model: "session", where: [{ field: "userId", value: user.id }] })
    await adapter.findMany({ model: "verification", where: [{ field: "identifier", value: "x" }] })
    await adapter.findMany({ model: "user", where: [{ field: "name", operator: "contains", value: "d" }] })
    await adapter.update({ model: "user", where: id(user.id), update: { name: "Grace" } })
    await adapter.updateMany({
      model: "session",
      where: [{ field: "userId", value: user.id }],
      update: { userAgent: "x" },
    })
    const [seen] = await adapter.findMany<any>({ model: "user", where: id(user.id) })
    await adapter.transaction(async (transaction) => {
      // Met, and not changed: it is to stay as it was.
      const { name, updatedAt } = seen
      await transaction.update({ model: "user", where: id(user.id), update: { name, updatedAt } })
      await transaction.deleteMany({ model: "session", where: [{ field: "userId", value: user.id }] })
    })
    const limit = { key: "key", count: 1, lastRequest: Date.now() }
    await adapter.create({ model: "rateLimit", data: limit })
    await adapter.delete({ model: "rateLimit", where: [{ field: "key", value: "key" }] })
    await adapter.delete({ model: "user", where: id(user.id) })
    const storage = dynamodbSecondaryStorage({ client, tableName })
    await storage.set("key", "value")
    await storage.getAndDelete("key")
    await storage.increment("key", 60)
    await storage.delete("key")
    return [...new Set(endpoint.requests.flatMap(permissionsFor))].sort()
  }

  it("allows what the adapter does, and nothing else", async () => {
    const [, policy] = [...read("iam.md").matchAll(/```json\n(.*?)```/gs)].map(([, policy]) =>
      JSON.parse(policy!),
    )
    const allowed = permissions(policy.Statement)
    expect(allowed).toEqual(await used(engine))
    const withBatches = [...allowed, "dynamodb:BatchWriteItem table"].sort()
    expect(await used(engine, { unsafeBatchUpdate: true })).toEqual(withBatches)
  })
})
