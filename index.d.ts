export {
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
  type ErrorCode,
  type ErrorDetails,
} from "./js/errors.js"

/**
 * Credentials of AWS, named as in the AWS SDK for JavaScript. White space at the ends of values is taken off; what else they
 * cannot have, such as a line break inside, the first call rejects with `CREDENTIALS`. Further fields are ignored.
 */
export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  /** The session token of temporary credentials. Blank is as good as none. */
  sessionToken?: string
  /**
   * When the credentials expire: a `Date`, a text of ISO 8601, or a number of milliseconds or seconds since the epoch. A
   * credentials function is called again shortly before that; without it, after 15 minutes.
   */
  expiration?: Date | string | number
}

/**
 * What a credentials function is given, as the clients of the AWS SDK for JavaScript give it. The functions of
 * `@aws-sdk/credential-providers` ask a service of this region, unless they were told another one.
 */
export interface CredentialsCaller {
  callerClientConfig: {
    /** The connection's region. */
    region: () => Promise<string>
    /** The connection's `profile`, if it has one. */
    profile?: string
  }
}

/** A value, or a function that returns it when the connection is used for the first time. */
export type Provided<T> = T | (() => T | Promise<T>)

/** An endpoint in the forms that the AWS SDK for JavaScript has for it. */
export type AwsEndpoint =
  { protocol?: string; hostname: string; port?: number; path?: string } | { url: URL | AwsEndpoint }

/** Settings of a connection, named as in the AWS SDK for JavaScript. All are optional. */
export interface ConnectionSettings {
  /**
   * The AWS region, such as `"eu-central-1"`. Default: `AUTH_DYNAMODB_REGION`, then AWS's own (`AWS_REGION`, the shared
   * configuration files, the machine's).
   */
  region?: Provided<string | undefined>
  /**
   * - A URL: DynamoDB's, or that of DynamoDB Local.
   * - `"memory:"`: the embedded engine, in this process and gone with it; `"memory:name"` is a separate database.
   * - `"file:./dev-auth.db"`: the embedded engine on a file, which it makes with mode 0600.
   *
   * On the embedded engine, tables are made on first use. It is for development, tests and demos; in production
   * (`NODE_ENV=production`) it prints one warning.
   *
   * Default: `AUTH_DYNAMODB_ENDPOINT`, which takes all of the above; then `AWS_ENDPOINT_URL_DYNAMODB`,
   * `AWS_ENDPOINT_URL`, the `endpoint_url` of the shared configuration files, and the region's.
   */
  endpoint?: Provided<string | URL | AwsEndpoint | undefined>
  /**
   * Credentials, or an async function that returns them. The function is called on first use and again before what it
   * returned expires, one call at a time, in the async context of the call that needs it (so `AsyncLocalStorage` and
   * request-bound tokens work).
   *
   * Default: `AUTH_DYNAMODB_ID` and `AUTH_DYNAMODB_SECRET`, then AWS's default chain: environment, shared configuration
   * and SSO profile, web identity, container and instance roles.
   */
  credentials?:
    AwsCredentials | ((caller: CredentialsCaller) => AwsCredentials | Promise<AwsCredentials>) | null
  /** The profile of the shared configuration files. Default: `AWS_PROFILE`, then `"default"`. */
  profile?: string
  /** How often a request is tried in all. Default: 3. */
  maxAttempts?: Provided<number>
  /** How long one attempt may take until its answer is there, in milliseconds. Default: 5000. */
  requestTimeout?: number
  /** How long connecting may take, in milliseconds. Default: 2000. */
  connectionTimeout?: number
}

/**
 * A client of the AWS SDK for JavaScript v3: `DynamoDBClient`, `DynamoDB`, `DynamoDBDocument` or
 * `DynamoDBDocumentClient`. Its region, endpoint, credentials and number of attempts are used; nothing is sent through
 * it.
 */
export interface AwsSdkClient {
  readonly config: object
  send(...parameters: any[]): any
}

/**
 * A document client of the AWS SDK, as code that names the adapter's first parameter uses it:
 * `Parameters<typeof DynamoDBAdapter>[0]`. All its members are there, without types of their own.
 */
export interface AwsDocumentClient extends AwsSdkClient {
  [member: string]: any
}

/** Where DynamoDB is: nothing (the environment and AWS's defaults), settings, or a client of the AWS SDK. */
export type Connection = ConnectionSettings | AwsSdkClient

/** Options of the Auth.js adapter: those of `@auth/dynamodb-adapter`, and some of our own. */
export interface DynamoDBAdapterOptions {
  /** The table's name. Default: `"next-auth"`. */
  tableName?: string
  /** The table's partition key. Default: `"pk"`. */
  partitionKey?: string
  /** The table's sort key. Default: `"sk"`. */
  sortKey?: string
  /** The name of the table's index. Default: `"GSI1"`. */
  indexName?: string
  /** The index's partition key. Default: `"GSI1PK"`. */
  indexPartitionKey?: string
  /** The index's sort key. Default: `"GSI1SK"`. */
  indexSortKey?: string
  /**
   * Whether emails and provider accounts are claimed, so that two sign-ups at once cannot make two users of one of
   * them. A claim is a small item beside the user or account, written in the same transaction. Default: `true`.
   */
  uniqueness?: boolean
  /**
   * Whether every read by key is strongly consistent, at twice the price. Otherwise only a miss is asked again that
   * way before `null` is said. Default: `false`.
   */
  consistentReads?: boolean
  /**
   * How long, in milliseconds, a miss on the index is asked again before `null` is said: the index may not know yet
   * what another process wrote a moment ago. `0`: not at all. Default: 1200.
   */
  indexLagTimeout?: number
  /**
   * Whether calls that ask for the same user, account or session at the same time share one request, such as those of
   * the components of one page that each call `auth()`. A call that is made after a write of this process has ended
   * never shares one that began before. Default: `true`.
   */
  shareReads?: boolean
  /**
   * `"auth"`: `deleteUser` deletes the user, its accounts, sessions, authenticators and claims, and leaves an app's own items
   * in the user's partition (`USER#id`) where they are. Default: it deletes the whole partition, as
   * `@auth/dynamodb-adapter` does.
   */
  deleteOnly?: "auth"
}

/**
 * `T`, where TypeScript shall not infer `T` from: TypeScript's own `NoInfer`, which versions before 5.4 do not have.
 */
type NotInferred<T> = [T][T extends any ? 0 : never]

/** A user, with whatever properties of your own. */
export interface AdapterUser {
  id: string
  name?: string | null
  email: string
  emailVerified: Date | null
  image?: string | null
}

/** An account of a provider, linked to a user, with the provider's tokens. */
export interface AdapterAccount {
  userId: string
  /** `"oauth"`, `"oidc"`, `"email"`, `"webauthn"`: the versions of Auth.js each have types of their own for it. */
  type: any
  provider: string
  providerAccountId: string
  [property: string]: any
}

/** A session. */
export interface AdapterSession {
  sessionToken: string
  userId: string
  expires: Date
}

/** A verification token, such as that of a magic link. */
export interface VerificationToken {
  identifier: string
  token: string
  expires: Date
}

/** An authenticator (a passkey) of a user. */
export interface AdapterAuthenticator {
  userId: string
  credentialID: string
  providerAccountId: string
  credentialPublicKey: string
  counter: number
  credentialDeviceType: string
  credentialBackedUp: boolean
  transports?: string | null
}

/**
 * What {@link DynamoDBAdapter} returns: the adapter interface of Auth.js and NextAuth. The methods need no `this`. They
 * never throw, but reject with a {@link DynamoAdapterError}; `undefined` as an id, email or token finds nothing. An id that
 * is a whole number, as some providers' accounts have it, is the same as its decimal text.
 */
export interface DynamoDBAuthAdapter<
  User = AdapterUser,
  Account = AdapterAccount,
  Session = AdapterSession,
  Authenticator = AdapterAuthenticator,
> {
  /**
   * Stores a user and returns it; an `id` is made where none is given. At most two requests.
   *
   * Rejects with `EMAIL_EXISTS` if another user has the email.
   */
  createUser(user: Omit<User, "id"> & { id?: string }): Promise<User>
  /** The user of an id. One request; two, before `null` is said. */
  getUser(id: string): Promise<User | null>
  /** The user of an email. One request; on a miss, the email's claim and the index are asked again. */
  getUserByEmail(email: string): Promise<User | null>
  /** The user that an account is linked to. One request once this process knows the account, two otherwise. */
  getUserByAccount(account: { provider: string; providerAccountId: string }): Promise<User | null>
  /**
   * Changes the given properties of a user and returns the whole user. `undefined` leaves a property as it is.
   *
   * Rejects with `USER_NOT_FOUND`, and writes nothing, if there is no such user; with `EMAIL_EXISTS` if another user
   * has the new email.
   */
  updateUser(user: Partial<User> & { id: string }): Promise<User>
  /** @deprecated Only for the types of NextAuth before 4.22, which let the `id` be missing: it has to be there. */
  updateUser(user: Partial<User>): Promise<User>
  /**
   * Deletes a user with its accounts, sessions, authenticators and claims, and returns it; `null` if there is none. The
   * whole partition of the user goes, unless `deleteOnly: "auth"`.
   *
   * Rejects with `PARTIAL_FAILURE` if DynamoDB left items unprocessed; calling it again completes the work.
   */
  deleteUser(userId: string): Promise<NotInferred<User> | null>
  /** Links an account to a user. Rejects with `ACCOUNT_EXISTS` if it is linked to another one. */
  linkAccount(account: NotInferred<Account>): Promise<NotInferred<Account>>
  /** Unlinks an account and returns it. */
  unlinkAccount(account: {
    provider: string
    providerAccountId: string
  }): Promise<NotInferred<Account> | undefined>
  /** The account of a provider. */
  getAccount(providerAccountId: string, provider: string): Promise<Account | null>
  /** Stores a session and returns it. */
  createSession(session: {
    sessionToken: string
    userId: string
    expires: Date
  }): Promise<NotInferred<Session>>
  /** A session and its user, in one request once this process knows the token, two otherwise. */
  getSessionAndUser(sessionToken: string): Promise<{ session: Session; user: User } | null>
  /** Changes a session that is there and returns it; `null` if it is not: a deleted session is never revived. */
  updateSession(
    session: Partial<NotInferred<Session>> & { sessionToken: string },
  ): Promise<NotInferred<Session> | null>
  /** Deletes a session and returns it; `null` if it was not there. */
  deleteSession(sessionToken: string): Promise<NotInferred<Session> | null>
  /** Stores a verification token and returns it. */
  createVerificationToken(verificationToken: VerificationToken): Promise<VerificationToken>
  /** Takes a verification token out and returns it: to one caller, once; `null` to all others. */
  useVerificationToken(params: { identifier: string; token: string }): Promise<VerificationToken | null>
  /** Stores an authenticator (a passkey) and returns it. */
  createAuthenticator(authenticator: Authenticator): Promise<Authenticator>
  /** The authenticator of a credential. */
  getAuthenticator(credentialID: string): Promise<Authenticator | null>
  /** All authenticators of a user; an empty array if there are none. */
  listAuthenticatorsByUserId(userId: string): Promise<Authenticator[]>
  /** Sets an authenticator's counter. Rejects with `AUTHENTICATOR_NOT_FOUND` if it is not there. */
  updateAuthenticatorCounter(credentialID: string, newCounter: number): Promise<Authenticator>
}

/**
 * What {@link DynamoDBAdapter} has beyond Auth.js's interface, for a page where people see their own account. The three
 * methods are not enumerable: what takes the adapter apart, as Auth.js does, finds its own methods only.
 */
export interface AccountPageMethods<
  Account = AdapterAccount,
  Session = AdapterSession,
  Authenticator = AdapterAuthenticator,
> {
  /** All sessions of a user, those included that have expired and that TTL has not removed yet. */
  listSessionsByUserId(userId: string): Promise<Session[]>
  /** All accounts that are linked to a user. */
  listAccountsByUserId(userId: string): Promise<Account[]>
  /**
   * Deletes an authenticator (a passkey) and returns it; `null` if it was not there. The account that Auth.js linked
   * with it stays: `unlinkAccount` takes that away.
   */
  deleteAuthenticator(credentialID: string): Promise<Authenticator | null>
}

/**
 * The DynamoDB adapter for Auth.js and NextAuth (v4 and v5).
 *
 * ```js
 * import { DynamoDBAdapter } from "dynauth"
 *
 * NextAuth({ adapter: DynamoDBAdapter(), … })
 * ```
 *
 * Nothing is read, connected or sent before the first call of a method. Adapters with equal connections share one client.
 *
 * @param connection Where DynamoDB is. Default: what the environment and AWS's configuration say.
 * @param options Names of the table, its keys and its index, and how the adapter works.
 * @returns The adapter. Its types follow those of the host, properties that you added to its `User` included.
 * @throws {@link DynamoAdapterError} with the code `INVALID_CONFIG` for unknown fields and options, wrong types, and
 *   names that cannot be. Not for what an unset environment variable leaves, such as an empty name or missing keys: the
 *   first call rejects with that.
 */
export declare function DynamoDBAdapter<
  User extends { id: string } = AdapterUser,
  Account = AdapterAccount,
  Session = AdapterSession,
  Authenticator = AdapterAuthenticator,
>(
  connection?: Connection | null,
  options?: DynamoDBAdapterOptions | null,
): DynamoDBAuthAdapter<User, Account, Session, Authenticator> &
  AccountPageMethods<Account, Session, Authenticator>

/**
 * The same for a client of the AWS SDK, with the types that `Parameters<typeof DynamoDBAdapter>` and
 * `ReturnType<typeof DynamoDBAdapter>` have.
 */
export declare function DynamoDBAdapter(
  client: AwsDocumentClient,
  options?: DynamoDBAdapterOptions,
): DynamoDBAuthAdapter & AccountPageMethods

/**
 * Converts between objects and items as `@auth/dynamodb-adapter` stores them, for code of yours that works on the table. It
 * is that package's `format`: it knows the default key names only, and nothing of the attributes that begin with `_`.
 */
export declare const format: {
  /** An object as an item: Dates become text in ISO 8601, and `expires` a number of seconds. */
  to(object: Record<string, any>): Record<string, unknown>
  /**
   * An item as an object: without keys and without the `type` of users, sessions and verification tokens, and with Dates
   * for `expires` and for text in ISO 8601. `null` for no item.
   */
  from<T = Record<string, unknown>>(object?: Record<string, any>): T | null
}

/** An update of the document client that sets all properties of an object, formatted by {@link format}. */
export declare function generateUpdateExpression(object: Record<string, any>): {
  UpdateExpression: string
  ExpressionAttributeNames: Record<string, string>
  ExpressionAttributeValues: Record<string, unknown>
}
