// The contract of an Auth.js adapter, with what ours promises beyond it (index.d.ts, docs/errors.md, docs/table.md,
// docs/migrating.md), in maps in memory. It shares no code with the adapter and knows no DynamoDB.
//
// The model first says what a call may come to. It changes when the adapter's call has succeeded.

import { merged, type Properties } from "../../arbitraries"
import type { TestAdapter } from "../stage"

export type Method = keyof TestAdapter

/** A call of one of the adapter's methods. */
export interface Call {
  method: Method
  args: any[]
}

/** What may come of a call. */
export interface Expectation {
  /** Whether it may succeed. */
  mayAnswer: boolean
  answer?: unknown
  /** The codes that it may reject with. */
  codes: string[]
  /** Changes the model, when the call has succeeded. */
  commit(): void
}

/** How a call is carried out. */
export interface CallContext {
  /** The id that `createUser` made. */
  madeId: string
  /** Whether claims are written and removed: ours does so, `@auth/dynamodb-adapter` does not. */
  claims: boolean
}

/** A user or an account. */
interface Entry {
  record: Properties
  /** Whether its claim has to be in the table; otherwise it may be there. */
  claimed: boolean
}

const nothing = () => {}
const answers = (answer: unknown, commit: () => void = nothing): Expectation => ({
  mayAnswer: true,
  answer,
  codes: [],
  commit,
})
const rejects = (...codes: string[]): Expectation => ({ mayAnswer: false, codes, commit: nothing })

const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** A text that is no key, being too long, is found nowhere and stored nowhere. The programs have very long ones only. */
const isShort = (text: string) => Buffer.byteLength(text) < 1000

/** The key that an email, a provider or a token is; `undefined` if it is none. */
function textKey(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && isShort(value) ? value : undefined
}

/**
 * The key that the id of a user or of an account is; `undefined` if it is none. A safe integer or a bigint is the same key as
 * its decimal text, and comes back as it was written.
 */
export function idKey(value: unknown): string | undefined {
  const isNumber = typeof value === "bigint" || Number.isSafeInteger(value)
  return isNumber ? String(value) : textKey(value)
}

const isTime = (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime())

/** Whether a property of the record is of a kind that cannot be stored. The programs have such at the top only. */
function isUnstorable(record: Properties): boolean {
  return Object.values(record).some(
    (value) =>
      (typeof value === "number" && !Number.isFinite(value)) ||
      (value instanceof Date && !isTime(value)) ||
      typeof value === "function" ||
      typeof value === "symbol",
  )
}

const isMissing = (email: unknown) => email === undefined || email === null || email === ""

/** The key of a pair, such as identifier and token. */
export const pair = (first: string, second: string) => JSON.stringify([first, second])

/** As docs/table.md has it. */
const providerKey = (provider: string) =>
  /#|%23|%25/.test(provider) ? provider.replaceAll("%", "%25").replaceAll("#", "%23") : provider
export const accountSortKey = (provider: string, id: string) => `ACCOUNT#${providerKey(provider)}#${id}`
export const emailClaim = (email: string) => `EMAIL#${email}`

export class Model {
  /** By the key of their id. */
  readonly users = new Map<string, Entry>()
  /** By provider and account id: an account is linked to one user at a time. */
  readonly accounts = new Map<string, Entry>()
  /** By token. */
  readonly sessions = new Map<string, Properties>()
  /** By identifier and token. */
  readonly verificationTokens = new Map<string, Properties>()
  /** By credential id. */
  readonly authenticators = new Map<string, Properties>()
  /** Claims that may be left in the table, because an adapter without claims took away what they stood for. */
  readonly staleClaims = new Set<string>()

  private context!: CallContext

  /** What may come of a call; `undefined` if the contract does not say. */
  expect({ method, args }: Call, context: CallContext): Expectation | undefined {
    this.context = context
    const expected = (this[method] as (...args: unknown[]) => Expectation | undefined).apply(this, args)
    // A value that cannot be stored is refused, also where it is only looked for; or it finds nothing.
    const isRefused =
      isUnstorable({ ...args }) || args.some((value) => isObject(value) && isUnstorable(value))
    return expected && isRefused ? { ...expected, codes: [...expected.codes, "INVALID_VALUE"] } : expected
  }

  private userOf(email: string): [string, Entry] | undefined {
    return [...this.users].find(([, { record }]) => record.email === email)
  }

  /** The entry of an account, with its key. */
  accountOf(account: unknown): [string, Entry] | undefined {
    if (!isObject(account)) return undefined
    const [provider, id] = [textKey(account.provider), idKey(account.providerAccountId)]
    if (provider === undefined || id === undefined) return undefined
    const entry = this.accounts.get(pair(provider, id))
    return entry && [pair(provider, id), entry]
  }

  private ofUser<Record extends Properties>(records: Iterable<Record>, userId: unknown): Record[] {
    const key = idKey(userId)
    return key === undefined ? [] : [...records].filter((record) => idKey(record.userId) === key)
  }

  /** What is left when an account or an email is given up. */
  private release(claim: string) {
    if (!this.context.claims) this.staleClaims.add(claim)
  }

  createUser(user: unknown): Expectation {
    if (!isObject(user) || isUnstorable(user)) return rejects("INVALID_VALUE")
    const isMade = user.id === undefined || user.id === null
    const id = isMade ? this.context.madeId : idKey(user.id)
    if (id === undefined) return rejects("INVALID_VALUE")
    const { email } = user
    if (!isMissing(email) && textKey(email) === undefined) return rejects("INVALID_VALUE")
    const codes: string[] = []
    if (this.users.has(id)) codes.push("CONDITIONAL_CHECK_FAILED")
    const owner = isMissing(email) ? undefined : this.userOf(email as string)
    if (owner && owner[0] !== id) codes.push("EMAIL_EXISTS")
    if (codes.length > 0) return rejects(...codes)
    const record = merged(user, { id: isMade ? id : user.id })
    return answers(record, () => this.users.set(id, { record, claimed: this.context.claims }))
  }

  getUser(id: unknown): Expectation {
    return answers(this.users.get(idKey(id) ?? "")?.record ?? null)
  }

  getUserByEmail(email: unknown): Expectation {
    const key = textKey(email)
    return answers((key !== undefined && this.userOf(key)?.[1].record) || null)
  }

  getUserByAccount(account: unknown): Expectation {
    return this.getUser(this.accountOf(account)?.[1].record.userId)
  }

  updateUser(user: unknown): Expectation {
    if (!isObject(user) || isUnstorable(user)) return rejects("INVALID_VALUE")
    const id = idKey(user.id)
    if (id === undefined) return rejects("INVALID_VALUE", "USER_NOT_FOUND")
    const { email } = user
    if (!isMissing(email) && textKey(email) === undefined) return rejects("INVALID_VALUE")
    const codes: string[] = []
    const entry = this.users.get(id)
    if (!entry) codes.push("USER_NOT_FOUND")
    const owner = isMissing(email) ? undefined : this.userOf(email as string)
    if (owner && owner[0] !== id) codes.push("EMAIL_EXISTS")
    if (codes.length > 0) return rejects(...codes)
    // How the id is written is settled when the user is created.
    const record = merged(entry!.record, user, { id: entry!.record.id })
    const claimed = entry!.claimed || record.email !== entry!.record.email
    return answers(record, () => this.users.set(id, { record, claimed }))
  }

  deleteUser(userId: unknown): Expectation {
    const id = idKey(userId)
    if (id === undefined) return answers(null)
    const entry = this.users.get(id)
    return answers(entry?.record ?? null, () => {
      this.users.delete(id)
      if (entry && !isMissing(entry.record.email)) this.release(emailClaim(entry.record.email as string))
      for (const [key, { record }] of this.accounts) {
        if (idKey(record.userId) !== id) continue
        this.accounts.delete(key)
        this.release(accountSortKey(record.provider as string, idKey(record.providerAccountId)!))
      }
      for (const records of [this.sessions, this.authenticators]) {
        for (const [key, { userId }] of records) if (idKey(userId) === id) records.delete(key)
      }
    })
  }

  linkAccount(account: unknown): Expectation {
    if (!isObject(account) || isUnstorable(account)) return rejects("INVALID_VALUE")
    const [provider, id] = [textKey(account.provider), idKey(account.providerAccountId)]
    const userId = idKey(account.userId)
    if (provider === undefined || id === undefined || userId === undefined) return rejects("INVALID_VALUE")
    const linked = this.accountOf(account)?.[1]
    const owner = idKey(linked?.record.userId)
    // An account of a user who is gone is nobody's.
    if (owner !== undefined && owner !== userId && this.users.has(owner)) return rejects("ACCOUNT_EXISTS")
    const record = merged(account)
    const claimed = this.context.claims || (owner === userId && linked!.claimed)
    return answers(record, () => this.accounts.set(pair(provider, id), { record, claimed }))
  }

  unlinkAccount(account: unknown): Expectation {
    const found = this.accountOf(account)
    if (!found) return answers(undefined)
    const [key, { record }] = found
    return answers(record, () => {
      this.accounts.delete(key)
      this.release(accountSortKey(record.provider as string, idKey(record.providerAccountId)!))
    })
  }

  getAccount(providerAccountId: unknown, provider: unknown): Expectation {
    return answers(this.accountOf({ provider, providerAccountId })?.[1].record ?? null)
  }

  listAccountsByUserId(userId: unknown): Expectation {
    const records = [...this.accounts.values()].map(({ record }) => record)
    return answers(this.ofUser(records, userId))
  }

  createSession(session: unknown): Expectation | undefined {
    if (!isObject(session) || isUnstorable(session)) return rejects("INVALID_VALUE")
    const [token, userId] = [textKey(session.sessionToken), idKey(session.userId)]
    if (token === undefined || userId === undefined || !isTime(session.expires))
      return rejects("INVALID_VALUE")
    // Tokens are random. What becomes of one that somebody else's session has, nobody says.
    const present = this.sessions.get(token)
    if (present && idKey(present.userId) !== userId) return undefined
    const record = merged(session)
    return answers(record, () => this.sessions.set(token, record))
  }

  getSessionAndUser(sessionToken: unknown): Expectation {
    const session = this.sessions.get(textKey(sessionToken) ?? "")
    const user = session && this.users.get(idKey(session.userId)!)?.record
    return answers(user ? { session, user } : null)
  }

  updateSession(session: unknown): Expectation {
    if (!isObject(session) || isUnstorable(session)) return rejects("INVALID_VALUE")
    const token = textKey(session.sessionToken)
    // Nothing is found by what is no token; or it is refused.
    if (token === undefined) return { ...answers(null), codes: ["INVALID_VALUE"] }
    if (session.expires !== undefined && !isTime(session.expires)) return rejects("INVALID_VALUE")
    const present = this.sessions.get(token)
    const { userId } = session
    if (!present) return { ...answers(null), codes: userId === undefined ? [] : ["INVALID_VALUE"] }
    // A session stays whose it is.
    if (userId !== undefined && idKey(userId) !== idKey(present.userId)) return rejects("INVALID_VALUE")
    const record = merged(present, session, { userId: present.userId })
    return answers(record, () => this.sessions.set(token, record))
  }

  deleteSession(sessionToken: unknown): Expectation {
    const token = textKey(sessionToken) ?? ""
    return answers(this.sessions.get(token) ?? null, () => this.sessions.delete(token))
  }

  listSessionsByUserId(userId: unknown): Expectation {
    return answers(this.ofUser(this.sessions.values(), userId))
  }

  createVerificationToken(verificationToken: unknown): Expectation {
    if (!isObject(verificationToken) || isUnstorable(verificationToken)) return rejects("INVALID_VALUE")
    const [identifier, token] = [textKey(verificationToken.identifier), textKey(verificationToken.token)]
    if (identifier === undefined || token === undefined || !isTime(verificationToken.expires))
      return rejects("INVALID_VALUE")
    const record = merged(verificationToken)
    return answers(record, () => this.verificationTokens.set(pair(identifier, token), record))
  }

  useVerificationToken(params: unknown): Expectation {
    if (!isObject(params)) return answers(null)
    const [identifier, token] = [textKey(params.identifier), textKey(params.token)]
    if (identifier === undefined || token === undefined) return answers(null)
    const key = pair(identifier, token)
    return answers(this.verificationTokens.get(key) ?? null, () => this.verificationTokens.delete(key))
  }

  createAuthenticator(authenticator: unknown): Expectation | undefined {
    if (!isObject(authenticator) || isUnstorable(authenticator)) return rejects("INVALID_VALUE")
    const [credential, userId] = [textKey(authenticator.credentialID), idKey(authenticator.userId)]
    if (credential === undefined || userId === undefined) return rejects("INVALID_VALUE")
    const present = this.authenticators.get(credential)
    // Auth.js does not register a credential that somebody has. What an adapter makes of it, nobody says.
    if (present && idKey(present.userId) !== userId) return undefined
    if (present) return rejects("CONDITIONAL_CHECK_FAILED")
    const record = merged(authenticator)
    return answers(record, () => this.authenticators.set(credential, record))
  }

  getAuthenticator(credentialID: unknown): Expectation {
    return answers(this.authenticators.get(textKey(credentialID) ?? "") ?? null)
  }

  listAuthenticatorsByUserId(userId: unknown): Expectation {
    return answers(this.ofUser(this.authenticators.values(), userId))
  }

  updateAuthenticatorCounter(credentialID: unknown, counter: unknown): Expectation {
    const credential = textKey(credentialID)
    const isCounter = typeof counter === "number" && Number.isFinite(counter)
    const present = this.authenticators.get(credential ?? "")
    if (!isCounter || !present) {
      const invalid = !isCounter || credential === undefined ? ["INVALID_VALUE"] : []
      return rejects(...invalid, ...(present ? [] : ["AUTHENTICATOR_NOT_FOUND"]))
    }
    const record = merged(present, { counter })
    return answers(record, () => this.authenticators.set(credential!, record))
  }

  deleteAuthenticator(credentialID: unknown): Expectation {
    const credential = textKey(credentialID) ?? ""
    return answers(this.authenticators.get(credential) ?? null, () => this.authenticators.delete(credential))
  }
}
