// Applications of `@auth/dynamodb-adapter` as they are, with the import changed: each kind of client that they give, the
// names that their tables have, their own requests to the table beside the adapter, and what they put around its methods.

import { randomUUID } from "node:crypto"
import { Auth } from "@auth/core"
import type { Adapter } from "@auth/core/adapters"
import { DynamoDB, DynamoDBClient } from "@aws-sdk/client-dynamodb"
import {
  DynamoDBDocument,
  DynamoDBDocumentClient,
  type TranslateConfig,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb"
import { beforeEach, describe, expect, it } from "vitest"
import { DynamoDBAdapter } from "../../index.js"
import { credentials, engines, region } from "../engines"
import { Browser } from "./browser"
import {
  newAccount,
  newSession,
  newUser,
  newVerificationToken,
  type Stage,
  stage,
  type TestAdapter,
} from "./stage"

const allOptions: TranslateConfig = {
  marshallOptions: {
    convertEmptyValues: true,
    removeUndefinedValues: true,
    convertClassInstanceToMap: true,
    convertTopLevelContainer: true,
  },
  unmarshallOptions: { wrapNumbers: true },
}

type Config = { endpoint: string; region: string; credentials: typeof credentials }

const clients: [string, (config: Config) => any][] = [
  ["DynamoDBClient", (config) => new DynamoDBClient(config)],
  ["DynamoDB", (config) => new DynamoDB(config)],
  ["DynamoDBDocument without options", (config) => DynamoDBDocument.from(new DynamoDB(config))],
  ["DynamoDBDocument with all options", (config) => DynamoDBDocument.from(new DynamoDB(config), allOptions)],
  ["DynamoDBDocument of a DynamoDBClient", (config) => DynamoDBDocument.from(new DynamoDBClient(config))],
  [
    "DynamoDBDocumentClient without options",
    (config) => DynamoDBDocumentClient.from(new DynamoDBClient(config)),
  ],
  [
    "DynamoDBDocumentClient with all options",
    (config) => DynamoDBDocumentClient.from(new DynamoDBClient(config), allOptions),
  ],
]

/** The names of tables in the wild: of templates of SST and the CDK, and of single-table designs. */
const names: [string, () => Record<string, string>][] = [
  ["of SST", () => ({ tableName: `${STAGE}-app-AuthTable-${shortId()}` })],
  ["of a stage", () => ({ tableName: `next-auth_${STAGE}.eu-${shortId()}` })],
  ["with keys in capital letters", () => ({ partitionKey: "PK", sortKey: "SK" })],
  [
    "of a single-table design",
    () => ({
      partitionKey: "PK",
      sortKey: "SK",
      indexName: "gsi1",
      indexPartitionKey: "gsi1pk",
      indexSortKey: "gsi1sk",
    }),
  ],
]

/** As such an application has it of its environment. */
const STAGE = "dev"
const shortId = () => randomUUID().slice(0, 8).toUpperCase()

/** A person who signs up, links an account, comes back, changes things, and goes: each method once, and what it said. */
async function story(adapter: TestAdapter, id: string): Promise<unknown[]> {
  const email = `${id}@example.com`
  const user = {
    ...newUser({
      id,
      email,
      image: undefined,
      bio: "",
      visits: 3,
      seen: [new Date(5)],
      tags: new Set(["a"]),
    }),
  }
  const account = newAccount(id, {
    providerAccountId: `github-${id}`,
    refresh_token: undefined,
    session_state: "",
  })
  const session = { sessionToken: `session-${id}`, userId: id, expires: new Date("2100-01-01T00:00:00.789Z") }
  const token = { identifier: email, token: `token-${id}`, expires: new Date("2100-01-01T00:00:00.789Z") }
  return [
    await adapter.createVerificationToken(token),
    await adapter.useVerificationToken(token),
    await adapter.useVerificationToken(token),
    await adapter.createUser(user),
    await adapter.linkAccount(account),
    await adapter.getUser(id),
    await adapter.getUserByEmail(email),
    await adapter.getUserByAccount(account),
    await adapter.getAccount(account.providerAccountId, "github"),
    await adapter.createSession(session),
    await adapter.getSessionAndUser(session.sessionToken),
    await adapter.updateUser({ id, name: null, emailVerified: new Date(7) }),
    await adapter.updateSession({ sessionToken: session.sessionToken, expires: new Date(4102444800000) }),
    await adapter.deleteSession(session.sessionToken),
    await adapter.getSessionAndUser(session.sessionToken),
    await adapter.unlinkAccount(account),
    await adapter.deleteUser(id),
    await adapter.getUser(id),
  ]
}

describe.each(engines)("an application with its import changed on $name", (engine) => {
  const config = async (): Promise<Config> => ({ endpoint: await engine.endpoint(), region, credentials })

  describe("and its client", () => {
    it.each(clients)("%s: every method returns what it does without a client", async (_, open) => {
      const { table, adapter, items } = await stage(engine)
      const id = randomUUID()
      const expected = await story(adapter, id)
      expect(await items()).toEqual([])
      expect(await story(DynamoDBAdapter(open(await config()), table), id)).toEqual(expected)
      expect(await items()).toEqual([])
    })
  })

  describe("and a table", () => {
    it.each(names)("with names %s", async (_, given) => {
      const { table } = await stage(engine, given())
      const { tableName, ...keys } = table
      const client = DynamoDBDocument.from(new DynamoDB(await config()))
      const adapter = DynamoDBAdapter(client, { tableName, ...keys })
      const id = randomUUID()
      expect(await story(adapter, id)).toEqual(await story((await stage(engine)).adapter, id))
    })
  })

  describe("and requests of its own", () => {
    let here: Stage
    let adapter: TestAdapter
    let client: DynamoDBDocument
    let TableName: string
    let user: Awaited<ReturnType<TestAdapter["createUser"]>>
    let account: ReturnType<typeof newAccount>
    let session: ReturnType<typeof newSession>

    beforeEach(async () => {
      here = await stage(engine)
      TableName = here.table.tableName
      client = DynamoDBDocument.from(new DynamoDB(await config()), allOptions)
      adapter = DynamoDBAdapter(client, here.table)
      user = await adapter.createUser(newUser())
      account = newAccount(user.id)
      await adapter.linkAccount(account)
      session = newSession(user.id)
      await adapter.createSession(session)
      // From here on, the process may remember where they lie.
      await everyRead()
    })

    const userKey = () => ({ pk: `USER#${user.id}`, sk: `USER#${user.id}` })

    /** The user by each method that reads one. */
    async function everyRead() {
      const found = await adapter.getSessionAndUser(session.sessionToken)
      return [
        await adapter.getUser(user.id),
        await adapter.getUserByEmail(user.email),
        await adapter.getUserByAccount(account),
        found?.user,
      ]
    }

    it("updates USER#id between reads: each read sees it, and updates of the adapter keep it", async () => {
      for (const visits of [1, 2]) {
        await client.send(
          new UpdateCommand({
            TableName,
            Key: userKey(),
            UpdateExpression:
              "SET #role = :role, seats = :seats, tags = list_append(if_not_exists(tags, :none), :tag) ADD visits :one",
            ExpressionAttributeNames: { "#role": "role" },
            ExpressionAttributeValues: {
              ...{
                ":role": "admin",
                ":seats": { plan: "pro", most: 5 },
                ":none": [],
                ":tag": [visits],
                ":one": 1,
              },
            },
          }),
        )
        const tags = [1, 2].slice(0, visits)
        const expected = { ...user, role: "admin", seats: { plan: "pro", most: 5 }, tags, visits }
        for (const found of await everyRead()) expect(found).toEqual(expected)
        const named = { ...expected, name: `Visit ${visits}` }
        expect(await adapter.updateUser({ id: user.id, name: named.name })).toEqual(named)
        user = { ...user, name: named.name }
      }
      await client.update({
        TableName,
        Key: userKey(),
        UpdateExpression: "REMOVE #role, seats, tags, visits, image",
        ExpressionAttributeNames: { "#role": "role" },
      })
      const { image: _, ...rest } = user
      for (const found of await everyRead()) expect(found).toEqual(rest)
    })

    it("changes an email with its index keys: the new one signs in, the old one is free", async () => {
      const email = `new-${user.email}`
      await client.update({
        TableName,
        Key: userKey(),
        UpdateExpression: "SET email = :email, GSI1PK = :key, GSI1SK = :key",
        ExpressionAttributeValues: { ":email": email, ":key": `USER#${email}` },
      })
      expect(await adapter.getUserByEmail(email)).toEqual({ ...user, email })
      expect(await adapter.getUserByEmail(user.email)).toBeNull()
      const next = await adapter.createUser(newUser({ email: user.email }))
      expect(await adapter.getUserByEmail(user.email)).toEqual(next)
    })

    it("finds the accounts of a user by begins_with(ACCOUNT#), and nothing else", async () => {
      const second = newAccount(user.id, { provider: "google" })
      await adapter.linkAccount(second)
      const { Items = [] } = await DynamoDBDocument.from(new DynamoDB(await config())).query({
        TableName,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues: { ":pk": `USER#${user.id}`, ":sk": "ACCOUNT#" },
      })
      expect(Items.map(({ pk, sk, GSI1PK, GSI1SK, ...account }) => account)).toEqual(
        [account, second].toSorted((a, b) => (a.provider < b.provider ? -1 : 1)),
      )
    })

    it("finds users and accounts on the index, and users by their type, without claims among them", async () => {
      const indexed = async (pk: string) =>
        (
          await client.query({
            TableName,
            IndexName: "GSI1",
            KeyConditionExpression: "GSI1PK = :pk",
            ExpressionAttributeValues: { ":pk": pk },
          })
        ).Items?.map(({ pk, sk }) => [pk, sk])
      expect(await indexed(`USER#${user.email}`)).toEqual([[`USER#${user.id}`, `USER#${user.id}`]])
      expect(await indexed("ACCOUNT#github")).toEqual([
        [`USER#${user.id}`, `ACCOUNT#github#${account.providerAccountId}`],
      ])
      const { Count } = await client.scan({
        TableName,
        FilterExpression: "#type = :user",
        ExpressionAttributeNames: { "#type": "type" },
        ExpressionAttributeValues: { ":user": "USER" },
      })
      expect(Count).toBe(1)
    })

    it("rotates the tokens of an account: the adapter reads the new ones", async () => {
      const Key = { pk: `USER#${user.id}`, sk: `ACCOUNT#github#${account.providerAccountId}` }
      await client.update({
        TableName,
        Key,
        UpdateExpression: "SET access_token = :access, expires_at = :at, refresh_token = :refresh",
        ExpressionAttributeValues: { ":access": "new", ":at": 2000000000, ":refresh": "next" },
      })
      const rotated = { ...account, access_token: "new", expires_at: 2000000000, refresh_token: "next" }
      expect(await adapter.getAccount(account.providerAccountId, "github")).toEqual(rotated)
      expect(await adapter.unlinkAccount(account)).toEqual(rotated)
    })

    it("signs everybody out by deleting sessions, and unlinks by deleting the account", async () => {
      await client.delete({
        TableName,
        Key: { pk: `USER#${user.id}`, sk: `SESSION#${session.sessionToken}` },
      })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
      expect(await adapter.updateSession({ ...session })).toBeNull()
      await client.delete({
        TableName,
        Key: { pk: `USER#${user.id}`, sk: `ACCOUNT#github#${account.providerAccountId}` },
      })
      expect(await adapter.getUserByAccount(account)).toBeNull()
      // The account may go to somebody else now.
      const next = await adapter.createUser(newUser())
      await adapter.linkAccount({ ...account, userId: next.id })
      expect(await adapter.getUserByAccount(account)).toEqual(next)
    })

    it("deletes the user's item: no method finds the user, and the email is free", async () => {
      await client.delete({ TableName, Key: userKey() })
      for (const found of await everyRead()) expect(found ?? null).toBeNull()
      expect(await adapter.createUser(newUser({ email: user.email }))).toMatchObject({ email: user.email })
    })

    it("puts users, accounts and sessions of its own, as seeds for tests do: they sign in", async () => {
      const seed = newUser({ id: "seed", email: "seed@example.com", image: null })
      const expires = new Date("2100-01-01T00:00:00.000Z")
      await client.put({
        TableName,
        Item: {
          ...seed,
          ...{
            pk: "USER#seed",
            sk: "USER#seed",
            GSI1PK: "USER#seed@example.com",
            GSI1SK: "USER#seed@example.com",
          },
          type: "USER",
        },
      })
      const seedAccount = { userId: "seed", type: "oauth", provider: "github", providerAccountId: "12345" }
      await client.put({
        TableName,
        Item: {
          ...seedAccount,
          ...{
            pk: "USER#seed",
            sk: "ACCOUNT#github#12345",
            GSI1PK: "ACCOUNT#github",
            GSI1SK: "ACCOUNT#12345",
          },
        },
      })
      await client.put({
        TableName,
        Item: {
          ...{ pk: "USER#seed", sk: "SESSION#seeded", GSI1PK: "SESSION#seeded", GSI1SK: "SESSION#seeded" },
          ...{ type: "SESSION", sessionToken: "seeded", userId: "seed", expires: expires.getTime() / 1000 },
        },
      })
      expect(await adapter.getUserByEmail("seed@example.com")).toEqual(seed)
      expect(await adapter.getUserByAccount(seedAccount)).toEqual(seed)
      expect(await adapter.getAccount("12345", "github")).toEqual(seedAccount)
      const found = await adapter.getSessionAndUser("seeded")
      expect(found).toEqual({ session: { sessionToken: "seeded", userId: "seed", expires }, user: seed })
    })

    it("keeps items of its own in the user's partition: nothing but deleteUser touches them", async () => {
      const own = [
        { pk: `USER#${user.id}`, sk: "ORDER#1", type: "ORDER", total: 12 },
        {
          pk: `USER#${user.id}`,
          sk: "PROFILE",
          type: "oauth",
          expires: 5,
          GSI1PK: "PROFILE#1",
          GSI1SK: "PROFILE#1",
        },
      ]
      for (const Item of own) await client.put({ TableName, Item })
      for (const found of await everyRead()) expect(found).toEqual(user)
      expect(await adapter.listAccountsByUserId(user.id)).toEqual([account])
      expect(await adapter.listSessionsByUserId(user.id)).toEqual([session])
      expect(await adapter.listAuthenticatorsByUserId(user.id)).toEqual([])
      await adapter.updateUser({ id: user.id, name: "Changed" })
      await adapter.unlinkAccount(account)
      await adapter.deleteSession(session.sessionToken)
      for (const Item of own) expect(await here.item(Item.pk, Item.sk)).toEqual(Item)
      // As that adapter does it, too.
      await adapter.deleteUser(user.id)
      for (const Item of own) expect(await here.item(Item.pk, Item.sk)).toBeUndefined()
    })
  })

  describe("and code around the methods", () => {
    /** What is put around an adapter, and the methods that were called through it. */
    const around: [string, (adapter: any, calls: string[]) => Adapter][] = [
      [
        "spread, with methods replaced",
        (base, calls) => ({
          ...base,
          async createUser(user: any) {
            calls.push("createUser")
            return base.createUser({ ...user, role: "member" })
          },
          async createSession(session: any) {
            calls.push("createSession")
            return base.createSession(session)
          },
        }),
      ],
      [
        "Object.assign",
        (base, calls) =>
          Object.assign({}, base, {
            createUser: (user: any) => (
              calls.push("createUser"),
              base.createUser({ ...user, role: "member" })
            ),
            createSession: (session: any) => (calls.push("createSession"), base.createSession(session)),
          }),
      ],
      [
        "every method wrapped",
        (base, calls) =>
          Object.fromEntries(
            Object.entries<any>(base).map(([name, method]) => [
              name,
              async (...values: any[]) => {
                calls.push(name)
                if (name === "createUser") values[0] = { ...values[0], role: "member" }
                return method(...values)
              },
            ]),
          ),
      ],
      [
        "every method bound",
        (base, calls) => {
          const bound = Object.fromEntries(
            Object.entries<any>(base).map(([name, method]) => [name, method.bind(base)]),
          ) as any
          const createUser = bound.createUser.bind(null)
          bound.createUser = (user: any) => (
            calls.push("createUser"),
            createUser({ ...user, role: "member" })
          )
          bound.createSession = ((create) => (session: any) => (
            calls.push("createSession"),
            create(session)
          ))(bound.createSession)
          return bound
        },
      ],
      [
        "methods assigned to the adapter itself",
        (adapter, calls) => {
          const { createUser, createSession } = adapter
          adapter.createUser = (user: any) => (
            calls.push("createUser"),
            createUser({ ...user, role: "member" })
          )
          adapter.createSession = (session: any) => (
            calls.push("createSession"),
            createSession.call(adapter, session)
          )
          return adapter
        },
      ],
      [
        "a Proxy",
        (base, calls) =>
          new Proxy(base, {
            get(target, name, receiver) {
              const method = Reflect.get(target, name, receiver)
              if (typeof method !== "function") return method
              return (...values: any[]) => {
                calls.push(String(name))
                if (name === "createUser") values[0] = { ...values[0], role: "member" }
                return Reflect.apply(method, target, values)
              }
            },
          }),
      ],
    ]

    it.each(around)("%s: a person signs in through Auth.js", async (_, wrap) => {
      const { table, items } = await stage(engine)
      const client = DynamoDBDocument.from(new DynamoDB(await config()), allOptions)
      const calls: string[] = []
      const adapter = wrap(DynamoDBAdapter(client, table), calls)
      const mails: string[] = []
      const errors: Error[] = []
      const browser = new Browser((request) =>
        Auth(request, {
          adapter,
          providers: [
            {
              ...{ id: "email", type: "email", name: "Email", from: "app@app.example", maxAge: 600 },
              sendVerificationRequest: ({ url }: { url: string }) => void mails.push(url),
            } as never,
          ],
          session: { strategy: "database" },
          callbacks: { session: ({ session, user }) => ({ ...session, user }) },
          ...{ secret: "secret", trustHost: true, basePath: "/api/auth" },
          logger: { error: (error) => void errors.push(error), warn() {}, debug() {} },
        }),
      )
      await browser.askForLink("ada@example.com")
      await browser.open(mails[0]!)
      expect(errors).toEqual([])
      expect(await browser.session()).toMatchObject({ user: { email: "ada@example.com", role: "member" } })
      expect(calls).toEqual(expect.arrayContaining(["createUser", "createSession"]))
      await browser.signOut()
      expect(await browser.session()).toBeNull()
      expect((await items()).map(({ type }) => type).toSorted()).toEqual(["CLAIM", "USER"])
    })

    it("methods that are taken out work without the adapter, and forms of one client are one connection", async () => {
      const { table } = await stage(engine)
      const client = DynamoDBDocument.from(new DynamoDB(await config()))
      const { createUser } = DynamoDBAdapter(client, table)
      const getUser = DynamoDBAdapter(client, table).getUser.bind(undefined)
      const created = await createUser(newUser())
      expect(await getUser(created.id)).toEqual(created)
      const token = newVerificationToken(created.email)
      const { createVerificationToken, useVerificationToken } = { ...DynamoDBAdapter(client, table) }
      await createVerificationToken.call({}, token)
      expect(await Promise.all([0, 1].map(() => useVerificationToken.apply(null, [token])))).toContainEqual(
        token,
      )
    })
  })
})
