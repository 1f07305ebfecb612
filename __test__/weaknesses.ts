// What `@auth/dynamodb-adapter` does not get right, as checks that run over any adapter with its layout. They make
// docs/compare.md (`npm run compare`), and weaknesses.spec.ts sees to it that what is said there stays true.

import { randomUUID } from "node:crypto"
import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb"
import { DynamoDBAdapter as OtherAdapter } from "@auth/dynamodb-adapter"
import { expect } from "vitest"
import { DynamoDBAdapter } from "../index.js"
import { failure, inDays, newAccount, newSession, newUser, newVerificationToken, stage } from "./authjs/stage"
import { customNames, type Engine, type TableNames } from "./engines"
import { faultyEndpoint, type FaultyEndpoint } from "./faults"

export interface Subject {
  name: string
  /** An adapter as its documentation says, which knows nothing of what others in this process did. */
  open(connection: any, options: object): any
}

export const theirs: Subject = {
  name: "@auth/dynamodb-adapter",
  open(connection, options) {
    // The client of its documentation.
    const client = DynamoDBDocument.from(new DynamoDBClient(connection), {
      marshallOptions: {
        convertEmptyValues: true,
        removeUndefinedValues: true,
        convertClassInstanceToMap: true,
      },
    })
    return OtherAdapter(client, options)
  },
}

export const ours: Subject = {
  name: "dynauth",
  open: (connection, options) => DynamoDBAdapter(connection, options),
}

export interface Scene {
  adapter: any
  /** Another process's. */
  another(): any
  /** What is between the adapters and the database. */
  endpoint: FaultyEndpoint
  items(): Promise<Record<string, any>[]>
}

export interface Check {
  behaviour: string
  /** What happens with `@auth/dynamodb-adapter`. */
  instead: string
  /** Names of the table's keys, where they are not the default ones. */
  names?: Partial<TableNames>
  /** Takes long, and has nothing to do with the engine. */
  slow?: true
  /** Fails by an expectation that is not met. */
  run(scene: Scene): Promise<void>
}

/** Sets the scene for a check. */
export async function scene(engine: Engine, subject: Subject, { names = {} }: Check): Promise<Scene> {
  const { table, items } = await stage(engine, names)
  const endpoint = await faultyEndpoint(engine)
  const open = () => subject.open(endpoint.connection(), table)
  return { adapter: open(), another: open, endpoint, items }
}

/** What a promise came to; its error, if it failed. */
const outcome = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error)

const email = () => `${randomUUID()}@example.com`

export const checks: Check[] = [
  {
    behaviour: "A user whose email was changed is found by the new one",
    instead: "is not found",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      const changed = await adapter.updateUser({ id: user.id, email: email() })
      expect(await adapter.getUserByEmail(changed.email)).toMatchObject({ id: user.id })
    },
  },
  {
    behaviour: "A user whose email was changed is not found by the old one",
    instead: "is found, so whoever has the old address now signs in as this user",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      await adapter.updateUser({ id: user.id, email: email() })
      expect(await adapter.getUserByEmail(user.email)).toBeNull()
    },
  },
  {
    behaviour: "A second user with the same email is refused",
    instead: "is made",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      expect(await outcome(adapter.createUser(newUser({ email: user.email })))).toBeInstanceOf(Error)
    },
  },
  {
    behaviour: "A change to the email of another user is refused",
    instead: "is made",
    async run({ adapter }) {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      expect(await outcome(adapter.updateUser({ id: eve.id, email: ada.email }))).toBeInstanceOf(Error)
    },
  },
  {
    behaviour: "`getUserByEmail(undefined)` finds nobody",
    instead: "finds a user who has no email",
    async run({ adapter }) {
      await adapter.createUser(newUser({ email: undefined }))
      expect(await adapter.getUserByEmail(undefined)).toBeNull()
    },
  },
  {
    behaviour: "`deleteUser` deletes all items of a user with more than 25",
    instead: "leaves the others, among them the user itself",
    async run({ adapter, items }) {
      const user = await adapter.createUser(newUser())
      for (let at = 0; at < 26; at++) await adapter.createSession(newSession(user.id))
      await adapter.deleteUser(user.id)
      expect(await items()).toHaveLength(0)
    },
  },
  {
    behaviour: "`deleteUser` deletes all items of a user with more than 1 MB",
    instead: "leaves the others, among them the user itself",
    async run({ adapter, items }) {
      const user = await adapter.createUser(newUser())
      for (let at = 0; at < 4; at++)
        await adapter.createSession(newSession(user.id, { data: "x".repeat(350_000) }))
      await adapter.deleteUser(user.id)
      expect(await items()).toHaveLength(0)
    },
  },
  {
    behaviour: "`deleteUser` works with custom key names",
    instead: "fails",
    names: customNames,
    async run({ adapter, items }) {
      const user = await adapter.createUser(newUser())
      expect(await outcome(adapter.deleteUser(user.id))).not.toBeInstanceOf(Error)
      expect(await items()).toHaveLength(0)
    },
  },
  {
    behaviour: "`deleteUser` of a user who is not there answers",
    instead: "fails",
    async run({ adapter }) {
      expect(await outcome(adapter.deleteUser(randomUUID()))).not.toBeInstanceOf(Error)
    },
  },
  {
    behaviour: "`deleteUser` deletes what DynamoDB left unprocessed at first",
    instead: "leaves it, and reports success",
    async run({ adapter, endpoint, items }) {
      const user = await adapter.createUser(newUser())
      for (let at = 0; at < 5; at++) await adapter.createSession(newSession(user.id))
      void endpoint.inject("unprocessed", { operation: "BatchWriteItem" })
      await adapter.deleteUser(user.id)
      expect(await items()).toHaveLength(0)
    },
  },
  {
    behaviour: "A provider account that another user has is not linked again",
    instead: "has two users, and signs in as either",
    async run({ adapter }) {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      const account = newAccount(ada.id)
      await adapter.linkAccount(account)
      expect(await outcome(adapter.linkAccount({ ...account, userId: eve.id }))).toBeInstanceOf(Error)
      expect(await adapter.getUserByAccount(account)).toMatchObject({ id: ada.id })
    },
  },
  {
    behaviour: "An account with a `#` in its provider or id does not overwrite another",
    instead: "overwrites it, and the user can no longer sign in by that account",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      const id = randomUUID()
      const account = newAccount(user.id, { provider: "acme", providerAccountId: `eu#${id}` })
      await adapter.linkAccount(account)
      await outcome(adapter.linkAccount(newAccount(user.id, { provider: "acme#eu", providerAccountId: id })))
      expect(await adapter.getUserByAccount(account)).toMatchObject({ id: user.id })
    },
  },
  {
    behaviour: "`updateUser` of a user who is not there fails and writes nothing",
    instead: "makes part of a user",
    async run({ adapter, items }) {
      expect(await outcome(adapter.updateUser({ id: randomUUID(), name: "Nobody" }))).toBeInstanceOf(Error)
      expect(await items()).toHaveLength(0)
    },
  },
  {
    behaviour: "`updateUser` leaves alone what is `undefined`",
    instead: "fails",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      const changed = await outcome(adapter.updateUser({ id: user.id, name: undefined, image: "new" }))
      expect(changed).toMatchObject({ name: user.name, image: "new" })
    },
  },
  {
    behaviour: "`updateUser` takes properties of any name",
    instead: "fails for names such as `first-name`",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      const changed = await outcome(adapter.updateUser({ id: user.id, "first-name": "Ada" }))
      expect(changed).toMatchObject({ id: user.id, "first-name": "Ada" })
    },
  },
  {
    behaviour: "Dates inside objects and lists come back",
    instead: "become `{}`",
    async run({ adapter }) {
      const profile = { born: new Date("1815-12-10"), visits: [new Date(0)] }
      const user = await adapter.createUser(newUser({ profile }))
      expect((await adapter.getUser(user.id)).profile).toStrictEqual(profile)
    },
  },
  {
    behaviour: "A string that looks like a date comes back as a string",
    instead: "becomes a Date",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser({ name: "2024-11-21T10:40:00.000Z" }))
      expect((await adapter.getUser(user.id)).name).toBe("2024-11-21T10:40:00.000Z")
    },
  },
  {
    behaviour: "An empty string comes back",
    instead: "becomes `null`, with the client that its documentation asks for",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser({ nickname: "" }))
      expect((await adapter.getUser(user.id)).nickname).toBe("")
    },
  },
  {
    behaviour: "A user's own property `type` comes back",
    instead: "is lost",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser({ type: "premium" }))
      expect((await adapter.getUser(user.id)).type).toBe("premium")
    },
  },
  {
    behaviour: "A session's own properties `pk` and `sk` do no harm",
    instead: "overwrite the item with these keys, here a user",
    async run({ adapter }) {
      const [ada, eve] = [await adapter.createUser(newUser()), await adapter.createUser(newUser())]
      await adapter.createSession(newSession(eve.id, { pk: `USER#${ada.id}`, sk: `USER#${ada.id}` }))
      expect(await adapter.getUser(ada.id)).toMatchObject({ id: ada.id, email: ada.email })
    },
  },
  {
    behaviour: "`expires` is whole seconds for DynamoDB's TTL, and keeps its milliseconds for the caller",
    instead: "has a fraction",
    async run({ adapter, items }) {
      const token = newVerificationToken(email(), { expires: inDays(1) })
      await adapter.createVerificationToken(token)
      const [item] = await items()
      expect(item!.expires).toBe(Math.floor(token.expires.getTime() / 1000))
      expect((await adapter.useVerificationToken(token)).expires).toStrictEqual(token.expires)
    },
  },
  {
    behaviour: "`createSession` returns what is stored",
    instead: "returns an `id` that is stored nowhere",
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      expect((await adapter.getSessionAndUser(session.sessionToken)).session).toStrictEqual(session)
    },
  },
  {
    behaviour: "`updateSession` does not bring back a session that was deleted a moment ago",
    instead:
      "writes part of it anew while the index still lists it, so that a signed-out session is alive again",
    async run({ adapter, another, endpoint, items }) {
      const user = await adapter.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      endpoint.lagIndexes(60_000)
      await another().deleteSession(session.sessionToken)
      await outcome(adapter.updateSession({ sessionToken: session.sessionToken, expires: inDays(60) }))
      expect((await items()).filter((item) => String(item.sk).startsWith("SESSION#"))).toEqual([])
    },
  },
  {
    behaviour: "A magic link works although an answer of DynamoDB was lost on its way",
    instead: "is called invalid, for the repeated request finds the token used",
    async run({ adapter, endpoint }) {
      const token = newVerificationToken(email())
      await adapter.createVerificationToken(token)
      void endpoint.inject("lost answer", { operation: ["DeleteItem", "TransactWriteItems"] })
      expect(await adapter.useVerificationToken(token)).toMatchObject({ identifier: token.identifier })
    },
  },
  {
    behaviour: "No key of the table reaches the caller, custom names included",
    instead: "do, under custom names",
    names: customNames,
    async run({ adapter }) {
      const user = await adapter.createUser(newUser())
      expect(Object.keys(await adapter.getUser(user.id)).sort()).toEqual(Object.keys(user).sort())
      expect(Object.keys(user)).not.toContain(customNames.partitionKey)
    },
  },
  {
    behaviour: "A session is checked in one round trip",
    instead: "takes two",
    async run({ adapter, endpoint }) {
      const user = await adapter.createUser(newUser())
      const session = await adapter.createSession(newSession(user.id))
      endpoint.forget()
      expect(await adapter.getSessionAndUser(session.sessionToken)).not.toBeNull()
      expect(endpoint.operations()).toHaveLength(1)
    },
  },
  {
    behaviour: "A session that was made a moment ago is found, though the index does not have it yet",
    instead: "is not found, and the user is signed out at once",
    async run({ adapter, another, endpoint }) {
      const user = await adapter.createUser(newUser())
      endpoint.lagIndexes(600)
      const session = await adapter.createSession(newSession(user.id))
      expect(await another().getSessionAndUser(session.sessionToken)).not.toBeNull()
    },
  },
  {
    behaviour: "The five methods for passkeys are there",
    instead: "none of them is",
    async run({ adapter }) {
      for (const method of [
        "getAccount",
        "createAuthenticator",
        "getAuthenticator",
        "listAuthenticatorsByUserId",
        "updateAuthenticatorCounter",
      ]) {
        expect(adapter[method]).toBeTypeOf("function")
      }
    },
  },
  {
    // By default, ours gives up after 3 attempts of 5 seconds each. The other was seen to wait for more than 40 seconds;
    // a test need not wait that long to tell them apart.
    behaviour: "An endpoint that never answers makes a call fail in less than 20 seconds",
    instead: "makes it hang",
    slow: true,
    async run({ adapter, endpoint }) {
      void endpoint.inject("no answer", { times: Infinity })
      const given = new Promise((resolve) => setTimeout(resolve, 20_000, "hangs").unref())
      const answer = await Promise.race([failure(adapter.getUser(randomUUID())), given])
      endpoint.close()
      expect(answer).toBeInstanceOf(Error)
    },
  },
]
