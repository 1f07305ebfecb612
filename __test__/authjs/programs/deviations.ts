// The known faults of `@auth/dynamodb-adapter`. Programs do not give it the calls that a fault applies to, or overlook the
// fault in its answers. Each line follows from that adapter's source, and `faults.spec.ts` shows that each is needed.
//
// Faults that programs never meet are not here: with custom key names, more than 25 items of a user, an index that lags.

import { isDate } from "@auth/core/adapters"
import { asRead, objectOf, type Properties } from "../../arbitraries"
import { type Call, type Expectation, idKey, type Method, type Model } from "./model"

/** A call that the adapter may be given, with what the model says of it. */
export interface PlannedCall extends Call {
  expected: Expectation
  model: Model
}

export interface Deviation {
  methods: readonly Method[]
  /** What it does instead of what the contract says. */
  instead: string
  /** Whether the fault applies to a call. Then another adapter is given the call. */
  applies?(planned: PlannedCall): boolean
  /** The arguments that it acts on, where they are not those that it is given. */
  meaning?(args: any[]): any[]
  /** An answer without the fault, for its own and the model's. */
  overlook?(answer: any): unknown
  /** Whether it stores an `id` of its own making, which the model reads from the table. */
  storesId?: true
}

const creations = ["createUser", "linkAccount", "createSession", "createVerificationToken"] as const
const updates = ["updateUser", "updateSession"] as const
const ofUsers = ["createUser", "getUser", "getUserByEmail", "getUserByAccount", "updateUser"] as const
const ofSessions = ["createSession", "getSessionAndUser", "updateSession", "deleteSession"] as const
const ofTokens = ["createVerificationToken", "useVerificationToken"] as const
const ofAccounts = ["linkAccount", "unlinkAccount"] as const
const all = [...ofUsers, "deleteUser", ...ofSessions, ...ofTokens, ...ofAccounts] as const

const isRecord = (value: unknown): value is Properties => typeof value === "object" && value !== null

/** The record that a call changes. */
function changed({ method, args: [argument], model }: PlannedCall): Properties | undefined {
  if (method === "updateUser") return model.users.get(idKey(argument?.id) ?? "")?.record
  if (method === "updateSession") return model.sessions.get(argument?.sessionToken)
  return undefined
}

/** The records that a call writes. */
const written = ({ method, args }: PlannedCall): Properties[] =>
  [...creations, ...updates].some((each) => each === method) ? args.filter(isRecord) : []

/** The records that a call writes, changes and answers. */
function touched(planned: PlannedCall): Properties[] {
  const { answer } = planned.expected
  const answered = isRecord(answer) && "session" in answer ? Object.values(answer) : [answer]
  return [...written(planned), changed(planned), ...answered].filter(isRecord)
}

const has = (records: Properties[], isMeant: (value: unknown, name: string) => boolean) =>
  records.some((record) => Object.entries(record).some(([name, value]) => isMeant(value, name)))

/** Whether a value is one of these, or has one in it. */
function contains(value: unknown, isMeant: (value: unknown) => boolean): boolean {
  return isMeant(value) || (isRecord(value) && Object.values(value).some((own) => contains(own, isMeant)))
}

const isNested = (value: unknown, isMeant: (value: unknown) => boolean) =>
  !isMeant(value) && contains(value, isMeant)

/** The session or verification token of an answer, changed. */
function overlookInExpiring(answer: any, change: (record: Properties) => Properties): unknown {
  if (!isRecord(answer)) return answer
  return isRecord(answer.session) ? { ...answer, session: change(answer.session) } : change(answer)
}

const without = (record: Properties, name: string) =>
  objectOf(Object.entries(record).filter(([own]) => own !== name))

const wholeSeconds = (expires: any) => new Date(Math.floor(expires / 1000) * 1000)

export const deviations: Deviation[] = [
  {
    methods: all,
    instead: "fails on undefined or null in place of an object",
    applies: ({ method, args: [argument] }) =>
      (argument === undefined || argument === null) &&
      ["getUserByAccount", "unlinkAccount", "useVerificationToken"].includes(method),
  },
  {
    methods: all,
    instead: "fails on a key that is too long",
    applies: ({ args: [argument] }) =>
      contains(argument, (value) => typeof value === "string" && value.length > 2000),
  },
  {
    methods: [...creations, ...updates],
    instead: "takes an argument that is no record, and a record without what its key is made of",
    applies: ({ expected }) => expected.codes.includes("INVALID_VALUE"),
  },
  {
    methods: creations,
    instead: "answers its argument, with what is undefined",
    overlook: asRead,
  },
  {
    methods: updates,
    instead: "fails on what is undefined",
    applies: (planned) => has(written(planned), (value) => value === undefined),
  },
  {
    methods: updates,
    instead: "fails on names of properties that cannot stand in an expression",
    applies: (planned) => has(written(planned), (_, name) => !/^\w+$/.test(name)),
  },
  {
    methods: all,
    instead: "writes null for an empty text",
    applies: (planned) => has(written(planned), (value) => contains(value, (own) => own === "")),
  },
  {
    methods: all,
    instead: "reads a text that looks like a date as a Date, and shows our note of it",
    applies: (planned) => has(touched(planned), isDate as (value: unknown) => boolean),
  },
  {
    methods: all,
    instead: "writes `{}` for a Date in an object or a list, and shows our note of one",
    applies: (planned) => has(touched(planned), (value) => isNested(value, (own) => own instanceof Date)),
  },
  {
    methods: all,
    instead: "does not tell a bigint from a number, and shows our note of one",
    applies: (planned) => has(touched(planned), (value) => typeof value === "bigint"),
  },
  {
    methods: all,
    instead: "hides a property that is called as a key, and writes to another key by it",
    applies: (planned) => has(touched(planned), (_, name) => name === "pk"),
  },
  {
    methods: [...ofUsers, "deleteUser", ...ofSessions, ...ofTokens],
    instead: "has no property `type` for users, sessions and verification tokens",
    applies: (planned) => has(touched(planned), (_, name) => name === "type"),
  },
  {
    methods: [...ofUsers, "deleteUser", "getSessionAndUser", ...ofAccounts],
    instead: "takes a user's and an account's `expires` for epoch seconds",
    applies: (planned) => {
      const { user } = (planned.expected.answer ?? {}) as Properties
      const records = planned.method === "getSessionAndUser" ? [user].filter(isRecord) : touched(planned)
      return has(records, (_, name) => name === "expires")
    },
  },
  {
    methods: ["createUser"],
    instead: "makes an id of its own, also where one is given",
    meaning: ([user]) => [isRecord(user) ? without(user, "id") : user],
  },
  {
    methods: ["createUser"],
    instead: "makes a second user with an email",
    applies: ({ expected }) => expected.codes.includes("EMAIL_EXISTS"),
  },
  {
    methods: ["getUserByEmail"],
    instead: "finds a user without an email by undefined and null",
    applies: ({ args: [email] }) => email === undefined || email === null,
  },
  {
    methods: ["updateUser"],
    instead: "writes part of a user who is not there",
    applies: ({ expected }) => expected.codes.includes("USER_NOT_FOUND"),
  },
  {
    methods: ["updateUser"],
    instead: "leaves the index as it was when the email changes",
    applies: (planned) =>
      has(written(planned), (value, name) => name === "email" && value !== changed(planned)?.email),
  },
  {
    methods: ["deleteUser"],
    instead: "fails for a user of whom there is nothing",
    applies: ({ args: [userId], model }) => {
      const id = idKey(userId)
      const records = [...model.accounts.values()].map(({ record }) => record)
      records.push(...model.sessions.values(), ...model.authenticators.values())
      return id === undefined || !(model.users.has(id) || records.some((own) => idKey(own.userId) === id))
    },
  },
  {
    methods: ["linkAccount"],
    instead: "links an account to a second user",
    applies: ({ expected }) => expected.codes.includes("ACCOUNT_EXISTS"),
  },
  {
    methods: ["linkAccount"],
    instead: "leaves the account of a user who is gone beside the one that it links",
    applies({ args: [account], model }) {
      const owner = idKey(model.accountOf(account)?.[1].record.userId)
      return owner !== undefined && owner !== idKey(account.userId) && !model.users.has(owner)
    },
  },
  {
    methods: ["linkAccount"],
    instead: "stores an id of its own making",
    storesId: true,
  },
  {
    methods: ofAccounts,
    instead: "does not tell apart a `#` in a provider from the one after it",
    applies: ({ args: [account] }) => /#|%23|%25/.test(account?.provider),
  },
  {
    methods: ["createSession"],
    instead: "answers an id that it does not store",
    overlook: (session) => without(session, "id"),
  },
  {
    methods: [...ofSessions, ...ofTokens],
    instead: "reads `expires` to the second, or with an error of rounding",
    overlook: (answer) =>
      overlookInExpiring(answer, (record) => ({ ...record, expires: wholeSeconds(record.expires) })),
  },
  {
    methods: [...ofSessions, ...ofTokens],
    instead: "shows the milliseconds that we keep beside `expires`",
    overlook: (answer) => overlookInExpiring(answer, (record) => without(record, "_expiresMs")),
  },
  {
    methods: ["updateUser"],
    instead: "writes the id as it is spelled in the update",
    applies: (planned) => {
      const user = changed(planned)
      return user !== undefined && planned.args[0]?.id !== user.id
    },
  },
]
