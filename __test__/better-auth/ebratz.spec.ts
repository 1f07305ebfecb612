// Tables, rows and configuration of `@ebratz/dynamodb-better-auth` 1.0.0, used with the import changed and nothing else;
// and rows that we write there, as that package writes and reads them.
//
// The items below are what its code wrote, in DynamoDB's wire format. It is not on npm: where EBRATZ_PACKAGE names the
// folder of a built checkout, its own code reads and changes what we wrote, too.

import { randomUUID } from "node:crypto"
import { createRequire } from "node:module"
import { join } from "node:path"
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  type ProjectionType,
  PutItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb"
import { betterAuth } from "better-auth"
import { beforeEach, describe, expect, it } from "vitest"
import { dynamodbAdapter } from "../../js/better-auth.js"
import { credentials, type Engine, engines, region } from "../engines"

type Tables = Record<"user" | "session" | "account" | "verification" | "emailLookups", string>
type WireItem = Record<string, any>

/** The configuration of its README, with unique emails. */
const configuration = (client: DynamoDBClient, tables: Tables) => ({
  client,
  tables,
  indexes: {
    user: { email: { indexName: "email-index", hashKey: "email" } },
    session: {
      userId: { indexName: "userId-index", hashKey: "userId" },
      id: { indexName: "by-id", hashKey: "id", projection: "KEYS_ONLY" as const },
    },
    account: {
      userId: { indexName: "by-userId", hashKey: "userId", projection: "ALL" as const },
      id: { indexName: "by-id", hashKey: "id", projection: "KEYS_ONLY" as const },
    },
    verification: {
      identifier: {
        indexName: "identifier-index",
        hashKey: "identifier",
        projection: { include: ["value", "expiresAt"] },
      },
    },
  },
  enableEmailUniqueness: true,
  warnOnLargeCount: 10_000,
  unsafeBatchUpdate: false,
  updateManyConcurrency: 10,
  maxUpdateManyItems: 1000,
  maxDeleteManyItems: 1000,
  maxScanItems: 10_000,
  usePlural: false,
  debugLogs: false,
  logger: { warn() {} },
})

const options = {
  baseURL: "http://localhost:3000",
  secret: "a secret for tests that is long enough, and random 8Fz!",
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
  user: {
    deleteUser: { enabled: true },
    changeEmail: { enabled: true, updateEmailWithoutVerification: true },
    additionalFields: {
      tags: { type: "string[]", required: false },
      score: { type: "number", required: false },
      preferences: { type: "json", required: false },
      born: { type: "date", required: false },
    },
  },
} as const

/** The password whose hash is stored. */
const password = "correct horse"
const id = {
  user: "Q6s8XoXUHO3Ou26fCeJhZVBdPEbX9RY1",
  session: "Dk8T53duSEs1xfYj3aIAxx5S1FqwmJPg",
  account: "l6B75n2AsecTb3OI4VH2A2FLBSlXip0o",
  github: "0a7SDmLiiuXRtQHJd9rSz8oGmGkAXGJb",
  verification: "FxKuliZGXgUfaBD08xbESVO5WNAD0zjU",
}
const token = "p4p5X2wD00tyNYm9vfPFPTa8xBEBuIag"
const identifier = "reset-password:BVxVxCXyZoYdt5biSgBYERkH"

/** What it wrote for one person: sign-up, a linked provider, a session, a password to be reset. */
const written: Record<keyof Tables, WireItem[]> = {
  user: [
    {
      id: { S: id.user },
      name: { S: "Ada" },
      email: { S: "ada@example.com" },
      emailVerified: { BOOL: false },
      // Where Better Auth hands over null, it stores NULL.
      image: { NULL: true },
      createdAt: { S: "2026-06-21T14:55:07.494Z" },
      updatedAt: { S: "2026-06-21T14:55:07.494Z" },
      tags: { L: [{ S: "a" }, { S: "b" }] },
      score: { N: "1.5" },
      preferences: { M: { theme: { S: "dark" }, sizes: { L: [{ N: "1" }, { NULL: true }] } } },
      born: { S: "1815-12-10T00:00:00.123Z" },
    },
  ],
  session: [
    {
      token: { S: token },
      id: { S: id.session },
      userId: { S: id.user },
      expiresAt: { S: "2126-06-28T14:55:07.497Z" },
      ipAddress: { S: "" },
      userAgent: { S: "" },
      createdAt: { S: "2026-06-21T14:55:07.497Z" },
      updatedAt: { S: "2026-06-21T14:55:07.497Z" },
    },
  ],
  account: [
    {
      providerId: { S: "credential" },
      accountId: { S: id.user },
      id: { S: id.account },
      userId: { S: id.user },
      password: {
        S: "30784264aa7b171060d09e1fa12b95f4:26f29de99ce37505acf0cde7c59d7d08e745ff3bd6b5beff0c7a449b1d27ee287810d2dcf09c32b962bc9c6bc852a69fc5fd47c49dde00f8e39db21807fec9fe",
      },
      createdAt: { S: "2026-06-21T14:55:07.496Z" },
      updatedAt: { S: "2026-06-21T14:55:07.496Z" },
    },
    {
      providerId: { S: "github" },
      accountId: { S: "1815" },
      id: { S: id.github },
      userId: { S: id.user },
      accessToken: { S: "gho_example" },
      refreshToken: { NULL: true },
      scope: { S: "read:user" },
      createdAt: { S: "2026-06-22T14:55:07.496Z" },
      updatedAt: { S: "2026-06-22T14:55:07.496Z" },
    },
  ],
  verification: [
    {
      id: { S: id.verification },
      identifier: { S: identifier },
      value: { S: id.user },
      expiresAt: { S: "2126-06-21T15:55:07.651Z" },
      createdAt: { S: "2026-06-21T14:55:07.652Z" },
      updatedAt: { S: "2026-06-21T14:55:07.652Z" },
    },
  ],
  emailLookups: [{ email: { S: "ada@example.com" }, userId: { S: id.user } }],
}

/** The user as Better Auth has it. */
const ada = {
  id: id.user,
  name: "Ada",
  email: "ada@example.com",
  emailVerified: false,
  image: null,
  createdAt: new Date("2026-06-21T14:55:07.494Z"),
  updatedAt: new Date("2026-06-21T14:55:07.494Z"),
  tags: ["a", "b"],
  score: 1.5,
  preferences: { theme: "dark", sizes: [1, null] },
  born: new Date("1815-12-10T00:00:00.123Z"),
}

/** Its tables, as its README has them made. */
async function makeTables(client: DynamoDBClient): Promise<Tables> {
  const prefix = `e-${randomUUID()}-`
  const tables = {
    user: `${prefix}users`,
    session: `${prefix}sessions`,
    account: `${prefix}accounts`,
    verification: `${prefix}verifications`,
    emailLookups: `${prefix}emails`,
  }
  const make = (
    TableName: string,
    keys: string[],
    indexes: { name: string; key: string; type?: ProjectionType; include?: string[] }[] = [],
  ) =>
    client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [...new Set([...keys, ...indexes.map(({ key }) => key)])].map(
          (AttributeName) => ({ AttributeName, AttributeType: "S" }),
        ),
        KeySchema: keys.map((AttributeName, at) => ({ AttributeName, KeyType: at ? "RANGE" : "HASH" })),
        GlobalSecondaryIndexes:
          indexes.length === 0
            ? undefined
            : indexes.map(({ name, key, type = "ALL", include }) => ({
                IndexName: name,
                KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
                Projection: { ProjectionType: type, NonKeyAttributes: include },
              })),
      }),
    )
  await make(tables.user, ["id"], [{ name: "email-index", key: "email" }])
  await make(
    tables.session,
    ["token"],
    [
      { name: "userId-index", key: "userId" },
      { name: "by-id", key: "id", type: "KEYS_ONLY" },
    ],
  )
  await make(
    tables.account,
    ["providerId", "accountId"],
    [
      { name: "by-userId", key: "userId" },
      { name: "by-id", key: "id", type: "KEYS_ONLY" },
    ],
  )
  await make(
    tables.verification,
    ["id"],
    [{ name: "identifier-index", key: "identifier", type: "INCLUDE", include: ["value", "expiresAt"] }],
  )
  await make(tables.emailLookups, ["email"])
  return tables
}

async function stageOf(engine: Engine) {
  const client = new DynamoDBClient({ endpoint: await engine.endpoint(), region, credentials })
  const tables = await makeTables(client)
  const config = configuration(client, tables)
  const auth = betterAuth({ ...options, database: dynamodbAdapter(config) })
  const { adapter } = await auth.$context
  return {
    tables,
    config,
    auth,
    adapter,
    async write() {
      for (const [model, items] of Object.entries(written))
        for (const Item of items)
          await client.send(new PutItemCommand({ TableName: tables[model as keyof Tables], Item }))
    },
    /** An item in the wire format, without what begins with `_`, which is ours. */
    async item(model: keyof Tables, Key: WireItem): Promise<WireItem | undefined> {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: tables[model], Key, ConsistentRead: true }),
      )
      return Item && Object.fromEntries(Object.entries(Item).filter(([name]) => !name.startsWith("_")))
    },
    async items(model: keyof Tables): Promise<WireItem[]> {
      const { Items = [] } = await client.send(
        new ScanCommand({ TableName: tables[model], ConsistentRead: true }),
      )
      return Items.map((item) =>
        Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith("_"))),
      )
    },
  }
}

const where = (field: string, value: any, operator: any = "eq") => [{ field, value, operator }]
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: { code?: string }) => error.code,
  )

describe.each(engines)("the tables of @ebratz/dynamodb-better-auth on $name", (engine) => {
  let stage: Awaited<ReturnType<typeof stageOf>>

  beforeEach(async () => {
    stage = await stageOf(engine)
    await stage.write()
  })

  describe("each method with its rows", () => {
    it("findOne by the table's key", async () => {
      const { adapter } = stage
      expect(await adapter.findOne({ model: "user", where: where("id", id.user) })).toEqual(ada)
      expect(await adapter.findOne({ model: "session", where: where("token", token) })).toEqual({
        id: id.session,
        token,
        userId: id.user,
        expiresAt: new Date("2126-06-28T14:55:07.497Z"),
        ipAddress: "",
        userAgent: "",
        createdAt: new Date("2026-06-21T14:55:07.497Z"),
        updatedAt: new Date("2026-06-21T14:55:07.497Z"),
      })
      const account = [...where("providerId", "github"), ...where("accountId", "1815")]
      expect(await adapter.findOne({ model: "account", where: account })).toMatchObject({
        id: id.github,
        accessToken: "gho_example",
        refreshToken: null,
        password: null,
      })
    })

    it("findOne by an index that has all, some, or only the keys", async () => {
      const { adapter } = stage
      expect(await adapter.findOne({ model: "user", where: where("email", "ada@example.com") })).toEqual(ada)
      expect(await adapter.findOne({ model: "session", where: where("id", id.session) })).toMatchObject({
        token,
        userId: id.user,
        createdAt: new Date("2026-06-21T14:55:07.497Z"),
      })
      expect(await adapter.findOne({ model: "account", where: where("id", id.account) })).toMatchObject({
        providerId: "credential",
        password: written.account[0]!.password.S,
      })
      expect(
        await adapter.findOne({ model: "verification", where: where("identifier", identifier) }),
      ).toEqual({
        id: id.verification,
        identifier,
        value: id.user,
        expiresAt: new Date("2126-06-21T15:55:07.651Z"),
        createdAt: new Date("2026-06-21T14:55:07.652Z"),
        updatedAt: new Date("2026-06-21T14:55:07.652Z"),
      })
    })

    it("findMany and count, NULL and absent being one", async () => {
      const { adapter } = stage
      const accounts = (more: object[]) => ({
        model: "account",
        where: [...where("userId", id.user), ...more] as any,
      })
      expect(await adapter.count(accounts([]))).toBe(2)
      expect(await adapter.count(accounts(where("refreshToken", null)))).toBe(2)
      expect(await adapter.count(accounts(where("refreshToken", null, "ne")))).toBe(0)
      expect(await adapter.count(accounts(where("password", null, "ne")))).toBe(1)
      const sorted = await adapter.findMany<{ id: string }>({
        ...accounts([]),
        sortBy: { field: "createdAt", direction: "desc" },
      })
      expect(sorted.map((account) => account.id)).toEqual([id.github, id.account])
      expect(await adapter.findMany({ model: "user", where: where("image", null) })).toEqual([ada])
      expect(await adapter.count({ model: "user", where: where("born", ada.born, "lte") })).toBe(1)
    })

    it("create: a row in its form, and a taken key is refused", async () => {
      const { adapter } = stage
      const now = new Date("2026-07-01T00:00:00.001Z")
      const account = {
        providerId: "google",
        accountId: "7",
        userId: id.user,
        createdAt: now,
        updatedAt: now,
      }
      const made = await adapter.create<Record<string, any>>({
        model: "account",
        data: { ...account, scope: "" },
      })
      expect(await stage.item("account", { providerId: { S: "google" }, accountId: { S: "7" } })).toEqual({
        id: { S: made.id },
        providerId: { S: "google" },
        accountId: { S: "7" },
        userId: { S: id.user },
        scope: { S: "" },
        createdAt: { S: "2026-07-01T00:00:00.001Z" },
        updatedAt: { S: "2026-07-01T00:00:00.001Z" },
      })
      expect(await codeOf(adapter.create({ model: "account", data: account }))).toBe("ACCOUNT_EXISTS")
    })

    it("update and updateMany", async () => {
      const { adapter } = stage
      const update = {
        name: "Countess",
        image: "https://example.com/ada.png",
        tags: [] as string[],
        score: null,
      }
      expect(await adapter.update({ model: "user", where: where("id", id.user), update })).toMatchObject({
        ...ada,
        ...update,
        updatedAt: expect.any(Date),
      })
      const { updatedAt: _, ...stored } = (await stage.item("user", { id: { S: id.user } }))!
      const { updatedAt: __, score: ___, ...expected } = written.user[0]!
      expect(stored).toEqual({
        ...expected,
        name: { S: "Countess" },
        image: { S: "https://example.com/ada.png" },
        tags: { L: [] },
      })
      const scope = { model: "account", where: where("userId", id.user), update: { scope: "all" } }
      expect(await adapter.updateMany(scope)).toBe(2)
      const scopes = (await stage.items("account")).map((account) => account.scope)
      expect(scopes).toEqual([{ S: "all" }, { S: "all" }])
    })

    it("update of a row by NULL as a guard", async () => {
      const { adapter } = stage
      const guarded = { model: "user", where: [...where("id", id.user), ...where("image", null)] as any }
      expect(await adapter.update({ ...guarded, update: { image: "one" } })).toMatchObject({ image: "one" })
      expect(await adapter.update({ ...guarded, update: { image: "two" } })).toBeNull()
    })

    it("incrementOne of a field that is NULL", async () => {
      const Item = { ...written.user[0]!, id: { S: "another" }, score: { NULL: true } }
      await stage.config.client.send(new PutItemCommand({ TableName: stage.tables.user, Item }))
      const increment = { model: "user", where: where("id", "another"), increment: { score: 2 } }
      expect(await stage.adapter.incrementOne(increment)).toMatchObject({ score: 2 })
    })

    it("incrementOne and consumeOne", async () => {
      const { adapter } = stage
      const increment = { model: "user", where: where("id", id.user), increment: { score: 2 } }
      expect(await adapter.incrementOne(increment)).toMatchObject({ id: id.user, score: 3.5 })
      const consume = { model: "verification", where: where("id", id.verification) }
      const taken = await Promise.all(Array.from({ length: 20 }, () => adapter.consumeOne(consume)))
      expect(taken.filter((row) => row !== null)).toMatchObject([{ identifier, value: id.user }])
      expect(await stage.items("verification")).toEqual([])
    })

    it("update of a field of the key, which it leaves out: the row moves", async () => {
      const update = { model: "account", where: where("id", id.github), update: { accountId: "1816" } }
      expect(await stage.adapter.update(update)).toMatchObject({ id: id.github, accountId: "1816" })
      const key = (accountId: string) => ({ providerId: { S: "github" }, accountId: { S: accountId } })
      expect(await stage.item("account", key("1815"))).toBeUndefined()
      const { refreshToken: _, updatedAt: __, ...rest } = written.account[1]!
      expect(await stage.item("account", key("1816"))).toMatchObject({ ...rest, accountId: { S: "1816" } })
    })

    it("delete and deleteMany", async () => {
      const { adapter } = stage
      await adapter.delete({ model: "session", where: where("id", id.session) })
      expect(await stage.items("session")).toEqual([])
      expect(await adapter.deleteMany({ model: "account", where: where("userId", id.user) })).toBe(2)
      expect(await stage.items("account")).toEqual([])
    })

    it("transaction", async () => {
      const { adapter } = stage
      await adapter.transaction(async (transaction) => {
        await transaction.update({ model: "user", where: where("id", id.user), update: { name: "Countess" } })
        await transaction.delete({ model: "session", where: where("token", token) })
        expect(await transaction.findOne({ model: "user", where: where("id", id.user) })).toMatchObject({
          name: "Countess",
        })
        expect(await transaction.count({ model: "session", where: where("userId", id.user) })).toBe(0)
      })
      expect((await stage.item("user", { id: { S: id.user } }))!.name).toEqual({ S: "Countess" })
      expect(await stage.items("session")).toEqual([])
    })
  })

  describe("its emails", () => {
    const user = (email: string) => ({
      model: "user",
      data: { name: "Eve", email, emailVerified: false, createdAt: new Date(), updatedAt: new Date() },
    })

    it("that are taken stay taken, however they are written", async () => {
      expect(await codeOf(stage.adapter.create(user("ada@example.com")))).toBe("EMAIL_EXISTS")
      expect(await stage.items("user")).toHaveLength(1)
    })

    it("are claimed in its form, in lower case, once", async () => {
      const racers = Array.from({ length: 10 }, () => stage.adapter.create<any>(user("Eve@Example.com")))
      const made = (await Promise.allSettled(racers)).flatMap((outcome) =>
        outcome.status === "fulfilled" ? [outcome.value] : [],
      )
      expect(made).toHaveLength(1)
      expect(await stage.item("emailLookups", { email: { S: "eve@example.com" } })).toEqual({
        email: { S: "eve@example.com" },
        userId: { S: made[0].id },
      })
    })

    it("move with a change, and go with the user", async () => {
      const { adapter } = stage
      await adapter.update({
        model: "user",
        where: where("id", id.user),
        update: { email: "new@example.com" },
      })
      expect(await stage.items("emailLookups")).toEqual([
        { email: { S: "new@example.com" }, userId: { S: id.user } },
      ])
      await adapter.create(user("ada@example.com"))
      await adapter.delete({ model: "user", where: where("id", id.user) })
      expect(await stage.items("emailLookups")).toMatchObject([{ email: { S: "ada@example.com" } }])
    })

    it("that it left behind lock nobody out", async () => {
      const { adapter } = stage
      // Its update changes the user and leaves the lookup.
      const Item = { ...written.user[0]!, email: { S: "changed@example.com" } }
      await stage.config.client.send(new PutItemCommand({ TableName: stage.tables.user, Item }))
      expect(await adapter.findOne({ model: "user", where: where("email", "ada@example.com") })).toBeNull()
      const made = await adapter.create<any>(user("ada@example.com"))
      expect(await stage.items("emailLookups")).toEqual([
        { email: { S: "ada@example.com" }, userId: { S: made.id } },
      ])
      const found = { model: "user", where: where("email", "changed@example.com") }
      expect(await adapter.findOne(found)).toMatchObject({ id: id.user })
    })

    it("of users from before there were lookups are found, and can be changed", async () => {
      const { adapter } = stage
      const client = stage.config.client
      const TableName = stage.tables.user
      const Item = { ...written.user[0]!, id: { S: "older" }, email: { S: "older@example.com" } }
      await client.send(new PutItemCommand({ TableName, Item }))
      const found = { model: "user", where: where("email", "older@example.com") }
      expect(await adapter.findOne(found)).toMatchObject({ id: "older" })
      await adapter.update({
        model: "user",
        where: where("id", "older"),
        update: { email: "newer@example.com" },
      })
      expect(await stage.item("emailLookups", { email: { S: "newer@example.com" } })).toEqual({
        email: { S: "newer@example.com" },
        userId: { S: "older" },
      })
    })
  })

  it("people sign in with their passwords, and everything goes on", async () => {
    const { auth } = stage
    const { headers } = await auth.api.signInEmail({
      body: { email: "ada@example.com", password },
      returnHeaders: true,
    })
    const cookie = headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ")
    const session = new Headers({ cookie })
    expect((await auth.api.getSession({ headers: session }))?.user).toEqual(ada)
    expect(await auth.api.listSessions({ headers: session })).toHaveLength(2)
    expect(await auth.api.listUserAccounts({ headers: session })).toHaveLength(2)
    const reset = { newPassword: "battery staple", token: identifier.slice("reset-password:".length) }
    await auth.api.resetPassword({ body: reset })
    await auth.api.signInEmail({ body: { email: "ada@example.com", password: reset.newPassword } })
    await auth.api.changeEmail({ body: { newEmail: "new@example.com" }, headers: session })
    expect(await stage.items("emailLookups")).toMatchObject([{ email: { S: "new@example.com" } }])
    await auth.api.deleteUser({ body: { password: reset.newPassword }, headers: session })
    for (const model of Object.keys(written) as (keyof Tables)[])
      expect(await stage.items(model), model).toEqual([])
  })
})

describe.each(engines)("what we write in its tables on $name", (engine) => {
  it("is what it writes", async () => {
    const { auth, items } = await stageOf(engine)
    const answer = await auth.api.signUpEmail({
      body: {
        email: "Ada@Example.com",
        password,
        name: ada.name,
        tags: ada.tags,
        score: ada.score,
        preferences: ada.preferences,
        born: ada.born,
      },
    })
    const date = { S: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) }
    const { image: _, ...user } = written.user[0]!
    const userId = { S: answer.user.id }
    expect(await items("user")).toEqual([{ ...user, id: userId, createdAt: date, updatedAt: date }])
    expect(await items("session")).toEqual([
      {
        ...written.session[0],
        token: { S: answer.token },
        id: { S: expect.any(String) },
        userId,
        expiresAt: date,
        createdAt: date,
        updatedAt: date,
      },
    ])
    expect(await items("account")).toEqual([
      {
        ...written.account[0],
        accountId: userId,
        id: { S: expect.any(String) },
        userId,
        password: { S: expect.any(String) },
        createdAt: date,
        updatedAt: date,
      },
    ])
    expect(await items("emailLookups")).toEqual([{ email: { S: "ada@example.com" }, userId }])
  })

  const { EBRATZ_PACKAGE } = process.env
  const theirs = EBRATZ_PACKAGE ? [createRequire(import.meta.url)(join(EBRATZ_PACKAGE, "dist/index.js"))] : []
  it.each(theirs)("its own code reads, changes and deletes", async ({ dynamodbAdapter: theirAdapter }) => {
    const { auth, config, adapter, items } = await stageOf(engine)
    const body = { email: "ada@example.com", password, name: ada.name, tags: ada.tags, born: ada.born }
    const { user } = await auth.api.signUpEmail({ body })
    const their = betterAuth({ ...options, database: theirAdapter(config) })
    const { headers } = await their.api.signInEmail({
      body: { email: body.email, password },
      returnHeaders: true,
    })
    const session = new Headers({
      cookie: headers
        .getSetCookie()
        .map((one) => one.split(";")[0])
        .join("; "),
    })
    const { password: _, ...shown } = body
    expect((await their.api.getSession({ headers: session }))?.user).toMatchObject(shown)
    expect((await auth.api.getSession({ headers: session }))?.user.id).toBe(user.id)
    expect(await their.api.listSessions({ headers: session })).toHaveLength(2)
    const theirContext = await their.$context
    for (const [model, clause] of [
      ["user", where("email", body.email)],
      ["account", where("userId", user.id)],
      ["session", where("userId", user.id)],
    ] as const) {
      const query = { model, where: clause as any }
      // What is absent is undefined there, and null here.
      const present = (rows: object[]) =>
        rows.map((row) => Object.entries(row).filter(([, value]) => value !== null && value !== undefined))
      expect(present(await theirContext.adapter.findMany(query))).toEqual(
        present(await adapter.findMany(query)),
      )
    }
    await their.api.changeEmail({ body: { newEmail: "new@example.com" }, headers: session })
    expect(await adapter.findOne({ model: "user", where: where("email", "new@example.com") })).toMatchObject({
      id: user.id,
    })
    await their.api.deleteUser({ body: { password }, headers: session })
    expect(await items("user")).toEqual([])
    expect(await items("account")).toEqual([])
  })
})
