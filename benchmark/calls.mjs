// Every method with arguments as its host gives them. The number makes each call one of its own: what is in flight at
// once is about different users. The stub has whatever is asked for, but for what is called `new-`.

/** As many users as there are. */
const USERS = 1000

/** @typedef {(adapter: any, number: number) => Promise<unknown>} Call */

const expires = new Date(2e12)

const userId = (/** @type {number} */ number) => `user-${number % USERS}`
const email = (/** @type {number} */ number) => `${userId(number)}@example.com`
const sessionToken = (/** @type {number} */ number) => `session-${number % USERS}`
const providerAccountId = (/** @type {number} */ number) => String(number % USERS)
const credentialID = (/** @type {number} */ number) => `credential-${number % USERS}`

/** Auth.js's methods, in the order of its interface. @type {Record<string, Call>} */
const authJs = {
  createUser: (adapter, number) =>
    adapter.createUser({
      id: `new-user-${number}`,
      name: "Ada Lovelace",
      email: `new-${number}@example.com`,
      emailVerified: null,
      image: "https://avatars.example.com/u/1815",
    }),
  getUser: (adapter, number) => adapter.getUser(userId(number)),
  getUserByEmail: (adapter, number) => adapter.getUserByEmail(email(number)),
  getUserByAccount: (adapter, number) =>
    adapter.getUserByAccount({ provider: "github", providerAccountId: providerAccountId(number) }),
  updateUser: (adapter, number) => adapter.updateUser({ id: userId(number), name: "Grace Hopper" }),
  deleteUser: (adapter, number) => adapter.deleteUser(userId(number)),
  linkAccount: (adapter, number) =>
    adapter.linkAccount({
      userId: userId(number),
      type: "oauth",
      provider: "github",
      providerAccountId: `new-${number}`,
      access_token: "gho_16C7e42F292c6912E7710c838347Ae178B4a",
      token_type: "bearer",
      scope: "read:user,user:email",
      expires_at: 1999999999,
    }),
  unlinkAccount: (adapter, number) =>
    adapter.unlinkAccount({ provider: "github", providerAccountId: providerAccountId(number) }),
  getAccount: (adapter, number) => adapter.getAccount(providerAccountId(number), "github"),
  createSession: (adapter, number) =>
    adapter.createSession({ sessionToken: sessionToken(number), userId: userId(number), expires }),
  getSessionAndUser: (adapter, number) => adapter.getSessionAndUser(sessionToken(number)),
  updateSession: (adapter, number) => adapter.updateSession({ sessionToken: sessionToken(number), expires }),
  deleteSession: (adapter, number) => adapter.deleteSession(sessionToken(number)),
  createVerificationToken: (adapter, number) =>
    adapter.createVerificationToken({ identifier: email(number), token: `token-${number}`, expires }),
  useVerificationToken: (adapter, number) =>
    adapter.useVerificationToken({ identifier: email(number), token: `token-${number}` }),
  createAuthenticator: (adapter, number) =>
    adapter.createAuthenticator({
      userId: userId(number),
      credentialID: `new-${number}`,
      providerAccountId: `new-${number}`,
      credentialPublicKey: "pQECAyYgASFYIBenchmarkBenchmarkBenchmarkBenchmark",
      counter: 0,
      credentialDeviceType: "multiDevice",
      credentialBackedUp: true,
      transports: "internal,hybrid",
    }),
  getAuthenticator: (adapter, number) => adapter.getAuthenticator(credentialID(number)),
  listAuthenticatorsByUserId: (adapter, number) => adapter.listAuthenticatorsByUserId(userId(number)),
  updateAuthenticatorCounter: (adapter, number) =>
    adapter.updateAuthenticatorCounter(credentialID(number), number),
}

const eq = (/** @type {string} */ field, /** @type {unknown} */ value) => ({ field, value })

/** Better Auth's methods: "method what". @type {Record<string, Call>} */
const betterAuth = {
  create: (adapter, number) => {
    const now = new Date()
    const data = {
      name: "Ada Lovelace",
      email: `new-${number}@example.com`,
      emailVerified: false,
      createdAt: now,
      updatedAt: now,
    }
    return adapter.create({ model: "user", data })
  },
  "create (session)": (adapter, number) => {
    const now = new Date()
    const data = {
      token: `new-session-${number}`,
      userId: userId(number),
      expiresAt: expires,
      ipAddress: "192.0.2.1",
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
      createdAt: now,
      updatedAt: now,
    }
    return adapter.create({ model: "session", data })
  },
  findOne: (adapter, number) => adapter.findOne({ model: "user", where: [eq("id", userId(number))] }),
  "findOne (user by email)": (adapter, number) =>
    adapter.findOne({ model: "user", where: [eq("email", email(number))] }),
  "findOne (session by token)": (adapter, number) =>
    adapter.findOne({ model: "session", where: [eq("token", sessionToken(number))] }),
  "findMany (sessions of a user)": (adapter, number) =>
    adapter.findMany({ model: "session", where: [eq("userId", userId(number))] }),
  count: (adapter, number) => adapter.count({ model: "session", where: [eq("userId", userId(number))] }),
  update: (adapter, number) =>
    adapter.update({ model: "user", where: [eq("id", userId(number))], update: { name: "Grace Hopper" } }),
  updateMany: (adapter, number) =>
    adapter.updateMany({
      model: "session",
      where: [eq("userId", userId(number))],
      update: { expiresAt: expires },
    }),
  delete: (adapter, number) =>
    adapter.delete({ model: "session", where: [eq("token", sessionToken(number))] }),
  deleteMany: (adapter, number) =>
    adapter.deleteMany({ model: "session", where: [eq("userId", userId(number))] }),
  consumeOne: (adapter, number) =>
    adapter.consumeOne({ model: "verification", where: [eq("id", `verification-${number % USERS}`)] }),
}

/** @type {Record<"auth.js" | "better-auth", Record<string, Call>>} */
export const calls = { "auth.js": authJs, "better-auth": betterAuth }

/**
 * The method that a call is of.
 *
 * @param {string} call
 */
export const methodOf = (call) => call.split(" ")[0]
