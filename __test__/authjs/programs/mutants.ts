// Adapters with one planted fault each, which random programs have to find.

import type { Stage, TestAdapter } from "../stage"

export interface Mutant {
  /** What is wrong with it. */
  fault: string
  /** Its methods, where they are not the adapter's. */
  mutate(adapter: any, scene: Stage): Record<string, (...args: any[]) => any>
}

const isUndefined = (value: unknown) => value === undefined
const isNull = (value: unknown) => value === null
const leaveOut = (record: any, isMeant: (value: unknown) => boolean) =>
  typeof record === "object" && record !== null && !Array.isArray(record) && !(record instanceof Date)
    ? Object.fromEntries(Object.entries(record).filter(([, value]) => !isMeant(value)))
    : record

/** Does something else where the adapter rejects with this code. */
const unless =
  (code: string, instead: () => unknown) =>
  (error: any): any => {
    if (error.code !== code) throw error
    return instead()
  }

export const mutants: Mutant[] = [
  {
    fault: "createUser takes the email of another user",
    mutate: (adapter) => ({
      createUser: (user) =>
        adapter.createUser(user).catch(
          unless("EMAIL_EXISTS", async () => {
            const { email } = user
            return { ...(await adapter.createUser({ ...user, email: null })), email }
          }),
        ),
    }),
  },
  {
    fault: "createUser replaces a user who has the id",
    mutate: (adapter) => ({
      createUser: (user) =>
        adapter.createUser(user).catch(
          unless("CONDITIONAL_CHECK_FAILED", async () => {
            await adapter.deleteUser(user.id)
            return adapter.createUser(user)
          }),
        ),
    }),
  },
  {
    fault: "createUser answers what is undefined",
    mutate: (adapter) => ({
      createUser: async (user) => ({ ...user, ...(await adapter.createUser(user)) }),
    }),
  },
  {
    fault: "getUser answers undefined for nobody",
    mutate: (adapter) => ({ getUser: async (id) => (await adapter.getUser(id)) ?? undefined }),
  },
  {
    fault: "getUser answers from memory",
    mutate(adapter) {
      const memory = new Map()
      return {
        async getUser(id) {
          if (!memory.get(id)) memory.set(id, await adapter.getUser(id))
          return memory.get(id)
        },
      }
    },
  },
  {
    fault: "getUser loses a property called type",
    mutate: (adapter) => ({
      async getUser(id) {
        const user = await adapter.getUser(id)
        delete user?.type
        return user
      },
    }),
  },
  {
    fault: "getUserByEmail finds users by an email that they gave up",
    mutate(adapter) {
      const former = new Map()
      return {
        async updateUser(user) {
          const before = await adapter.getUser(user?.id).catch(() => null)
          const after = await adapter.updateUser(user)
          if (before?.email !== after.email) former.set(before?.email, after.id)
          return after
        },
        getUserByEmail: async (email) =>
          (await adapter.getUserByEmail(email)) ?? adapter.getUser(former.get(email)),
      }
    },
  },
  {
    fault: "getUserByEmail takes upper and lower case for the same",
    mutate: (adapter) => ({
      getUserByEmail: (email) =>
        adapter.getUserByEmail(typeof email === "string" ? email.toLowerCase() : email),
    }),
  },
  {
    fault: "getUserByEmail finds somebody by undefined",
    mutate(adapter) {
      let somebody: unknown
      return {
        createUser: async (user) => (somebody = await adapter.createUser(user)),
        getUserByEmail: async (email) => (email === undefined ? somebody : adapter.getUserByEmail(email)),
      }
    },
  },
  {
    fault: "updateUser leaves null out",
    mutate: (adapter) => ({ updateUser: (user) => adapter.updateUser(leaveOut(user, isNull)) }),
  },
  {
    fault: "updateUser stores null for undefined",
    mutate: (adapter) => ({
      updateUser: (user) =>
        adapter.updateUser(
          leaveOut(user, isUndefined) === user
            ? user
            : Object.fromEntries(Object.entries(user).map(([name, value]) => [name, value ?? null])),
        ),
    }),
  },
  {
    fault: "updateUser makes a user who is not there",
    mutate: (adapter) => ({
      updateUser: (user) =>
        adapter.updateUser(user).catch(unless("USER_NOT_FOUND", () => adapter.createUser(user))),
    }),
  },
  {
    fault: "updateUser rejects with an error of another kind",
    mutate: (adapter) => ({
      updateUser: (user) =>
        adapter.updateUser(user).catch(
          unless("USER_NOT_FOUND", () => {
            throw new Error("not found")
          }),
        ),
    }),
  },
  {
    fault: "deleteUser leaves a session",
    mutate: (adapter) => ({
      async deleteUser(id) {
        const [session] = await adapter.listSessionsByUserId(id)
        const user = await adapter.deleteUser(id)
        if (session) await adapter.createSession(session)
        return user
      },
    }),
  },
  {
    fault: "deleteUser leaves what there is of a user without an item of its own",
    mutate: (adapter) => ({
      deleteUser: async (id) => ((await adapter.getUser(id)) ? adapter.deleteUser(id) : null),
    }),
  },
  {
    fault: "linkAccount links the account of another user",
    mutate: (adapter) => ({
      linkAccount: (account) =>
        adapter.linkAccount(account).catch(
          unless("ACCOUNT_EXISTS", async () => {
            await adapter.unlinkAccount(account)
            return adapter.linkAccount(account)
          }),
        ),
    }),
  },
  {
    fault: "linkAccount keeps properties of the account that it replaces",
    mutate: (adapter) => ({
      async linkAccount(account) {
        const before = await adapter
          .getAccount(account?.providerAccountId, account?.provider)
          .catch(() => null)
        const linked = await adapter.linkAccount(account)
        if (before?.userId !== account.userId) return linked
        await adapter.linkAccount({ ...before, ...linked })
        return linked
      },
    }),
  },
  {
    fault: "linkAccount refuses the account of a user who is gone",
    mutate: (adapter) => ({
      async linkAccount(account) {
        const before = await adapter
          .getAccount(account?.providerAccountId, account?.provider)
          .catch(() => null)
        if (before && before.userId !== account.userId && !(await adapter.getUser(before.userId)))
          return adapter.updateUser({ id: before.userId })
        return adapter.linkAccount(account)
      },
    }),
  },
  {
    fault: "unlinkAccount leaves the claim",
    mutate: (adapter, scene) => ({
      async unlinkAccount(account) {
        const unlinked = await adapter.unlinkAccount(account)
        const key = `ACCOUNT#${account?.provider}#${account?.providerAccountId}`
        const { partitionKey, sortKey } = scene.table
        if (unlinked)
          await scene.put({
            [partitionKey]: key,
            [sortKey]: key,
            type: "CLAIM",
            userId: String(unlinked.userId),
          })
        return unlinked
      },
    }),
  },
  {
    fault: "createSession drops milliseconds",
    mutate: (adapter) => ({
      async createSession(session) {
        const created = await adapter.createSession(session)
        await adapter.updateSession({
          sessionToken: session.sessionToken,
          expires: new Date(Math.floor(created.expires.getTime() / 1000) * 1000),
        })
        return created
      },
    }),
  },
  {
    fault: "getSessionAndUser does not answer a session that has expired",
    mutate: (adapter) => ({
      async getSessionAndUser(token) {
        const found = await adapter.getSessionAndUser(token)
        return found && found.session.expires.getTime() < Date.now() ? null : found
      },
    }),
  },
  {
    fault: "updateSession brings back a session that was deleted",
    mutate(adapter) {
      const sessions = new Map()
      return {
        async createSession(session) {
          const created = await adapter.createSession(session)
          sessions.set(created.sessionToken, created)
          return created
        },
        async updateSession(session) {
          const updated = await adapter.updateSession(session)
          const before = sessions.get(session.sessionToken)
          return updated ?? (before ? adapter.createSession({ ...before, ...session }) : null)
        },
      }
    },
  },
  {
    fault: "deleteSession does nothing",
    mutate: (adapter) => ({
      deleteSession: async (token) => (await adapter.getSessionAndUser(token))?.session ?? null,
    }),
  },
  {
    fault: "useVerificationToken takes a token twice",
    mutate(adapter) {
      const used = new Map()
      return {
        async useVerificationToken(params) {
          const key = JSON.stringify([params?.identifier, params?.token])
          const token = await adapter.useVerificationToken(params)
          if (token) used.set(key, token)
          return token ?? used.get(key) ?? null
        },
      }
    },
  },
  {
    fault: "useVerificationToken does not look at the identifier",
    mutate(adapter) {
      const tokens = new Map()
      return {
        async createVerificationToken(token) {
          const created = await adapter.createVerificationToken(token)
          tokens.set(created.token, created)
          return created
        },
        useVerificationToken: async (params) =>
          (await adapter.useVerificationToken(params)) ??
          adapter.useVerificationToken(tokens.get(params?.token)),
      }
    },
  },
  {
    fault: "createAuthenticator replaces one with the credential id",
    mutate: (adapter) => ({
      createAuthenticator: (authenticator) =>
        adapter.createAuthenticator(authenticator).catch(
          unless("CONDITIONAL_CHECK_FAILED", async () => {
            await adapter.deleteAuthenticator(authenticator.credentialID)
            return adapter.createAuthenticator(authenticator)
          }),
        ),
    }),
  },
  {
    fault: "updateAuthenticatorCounter does not count down",
    mutate: (adapter) => ({
      async updateAuthenticatorCounter(id, counter) {
        const before = await adapter.getAuthenticator(id)
        return adapter.updateAuthenticatorCounter(id, before?.counter > counter ? before.counter : counter)
      },
    }),
  },
  {
    fault: "listSessionsByUserId lists one session only",
    mutate: (adapter) => ({
      listSessionsByUserId: async (id) => (await adapter.listSessionsByUserId(id)).slice(0, 1),
    }),
  },
  {
    fault: "listAccountsByUserId lists an account that was unlinked",
    mutate(adapter) {
      const unlinked: any[] = []
      return {
        async unlinkAccount(account) {
          const found = await adapter.unlinkAccount(account)
          if (found) unlinked.push(found)
          return found
        },
        listAccountsByUserId: async (id) => [
          ...(await adapter.listAccountsByUserId(id)),
          ...unlinked.filter(({ userId }) => userId === id),
        ],
      }
    },
  },
  {
    fault: "getSessionAndUser throws and does not reject",
    mutate: (adapter) => ({
      getSessionAndUser(token) {
        if (typeof token !== "string") throw new TypeError("no text")
        return adapter.getSessionAndUser(token)
      },
    }),
  },
  {
    fault: "linkAccount makes text of a number",
    mutate: (adapter: any) => ({
      linkAccount: (account: any) =>
        adapter.linkAccount(
          typeof account?.providerAccountId === "number"
            ? { ...account, providerAccountId: String(account.providerAccountId) }
            : account,
        ),
    }),
  },
  {
    fault: "getUser does not find by a bigint",
    mutate: (adapter: any) => ({
      getUser: async (id: unknown) => (typeof id === "bigint" ? null : adapter.getUser(id)),
    }),
  },
]

/** The adapter with the fault. */
export function mutated(adapter: TestAdapter, { mutate }: Mutant, scene: Stage): TestAdapter {
  return Object.assign(Object.create(adapter), mutate(adapter, scene))
}
