import { createServer } from "node:net"
import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { DynamoAdapterError, DynamoDBAdapter } from "../../index.js"
import { engines } from "../engines"
import { type Fault, faultyEndpoint, type FaultyEndpoint } from "../faults"
import {
  failure,
  newAccount,
  newAuthenticator,
  newSession,
  newUser,
  newVerificationToken,
  openAdapter,
  stage,
  type Stage,
  type TestAdapter,
} from "./stage"

const secret = `secret-${randomUUID()}`

/** Every method, called with arguments that are full of secrets. */
const calls: Record<string, (adapter: TestAdapter) => Promise<unknown>> = {
  createUser: (adapter) => adapter.createUser(newUser({ id: secret, email: secret, name: secret })),
  getUser: (adapter) => adapter.getUser(secret),
  getUserByEmail: (adapter) => adapter.getUserByEmail(secret),
  getUserByAccount: (adapter) => adapter.getUserByAccount({ provider: secret, providerAccountId: secret }),
  updateUser: (adapter) => adapter.updateUser({ id: secret, email: secret }),
  deleteUser: (adapter) => adapter.deleteUser(secret),
  linkAccount: (adapter) =>
    adapter.linkAccount(newAccount(secret, { providerAccountId: secret, access_token: secret })),
  unlinkAccount: (adapter) => adapter.unlinkAccount({ provider: secret, providerAccountId: secret }),
  getAccount: (adapter) => adapter.getAccount(secret, secret),
  createSession: (adapter) => adapter.createSession(newSession(secret, { sessionToken: secret })),
  getSessionAndUser: (adapter) => adapter.getSessionAndUser(secret),
  updateSession: (adapter) => adapter.updateSession({ sessionToken: secret, expires: new Date() }),
  deleteSession: (adapter) => adapter.deleteSession(secret),
  createVerificationToken: (adapter) =>
    adapter.createVerificationToken(newVerificationToken(secret, { token: secret })),
  useVerificationToken: (adapter) => adapter.useVerificationToken({ identifier: secret, token: secret }),
  createAuthenticator: (adapter) =>
    adapter.createAuthenticator(newAuthenticator(secret, { credentialID: secret })),
  getAuthenticator: (adapter) => adapter.getAuthenticator(secret),
  listAuthenticatorsByUserId: (adapter) => adapter.listAuthenticatorsByUserId(secret),
  updateAuthenticatorCounter: (adapter) => adapter.updateAuthenticatorCounter(secret, 1),
}

/** Everything that a log might show of an error. */
function shown(error: unknown): string {
  const seen: unknown[] = []
  for (let at = error; at instanceof Error; at = at.cause)
    seen.push(at.message, at.stack, { ...at }, String(at))
  return JSON.stringify(seen)
}

function answer(type: string, message: string, status = 400): Fault {
  return { status, body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }) }
}

/** What DynamoDB says, quoting what it was given, and the code that it becomes. */
const said: [string, Fault, string][] = [
  ["no table", answer("ResourceNotFoundException", "Requested resource not found"), "TABLE_NOT_FOUND"],
  [
    "no permission",
    answer(
      "AccessDeniedException",
      "User: arn:aws:iam::1:user/app is not authorized to perform: dynamodb:GetItem",
    ),
    "ACCESS_DENIED",
  ],
  [
    "an unknown key id",
    answer("UnrecognizedClientException", "The security token included in the request is invalid."),
    "CREDENTIALS",
  ],
  [
    "an expired token",
    answer("ExpiredTokenException", "The security token included in the request is expired"),
    "CREDENTIALS",
  ],
  [
    "a wrong secret",
    answer("InvalidSignatureException", "The request signature we calculated does not match"),
    "CREDENTIALS",
  ],
  ["throttling", "throttled", "THROTTLED"],
  [
    "a request limit",
    answer("RequestLimitExceeded", "Throughput exceeds the current throughput limit for your account."),
    "THROTTLED",
  ],
  ["an internal error", "server error", "INTERNAL"],
  ["no answer", "no answer", "TIMEOUT"],
]

describe.each(engines)("errors on $name", (engine) => {
  let scene: Stage
  let endpoint: FaultyEndpoint

  beforeEach(async () => {
    scene = await stage(engine)
    endpoint = await faultyEndpoint(engine)
  })

  describe.each(said)("for %s", (_, fault, code) => {
    it.each(Object.keys(calls))(
      `%s: ${code}, with the method, the table and a remedy, and no secret`,
      async (method) => {
        void endpoint.inject(fault, { times: Infinity })
        const connection = endpoint.connection({
          maxAttempts: 1,
          requestTimeout: fault === "no answer" ? 100 : 10_000,
        })
        const adapter = openAdapter(connection, { ...scene.table, indexLagTimeout: 0 })
        const error = await failure(calls[method]!(adapter))
        expect(error).toBeInstanceOf(DynamoAdapterError)
        expect(error).toBeInstanceOf(Error)
        expect(error.name).toBe("DynamoAdapterError")
        expect(error.code).toBe(code)
        expect(error.message).toContain(method)
        expect(error.message).toContain(scene.table.tableName)
        // What was being done: what went wrong. What to do next.
        expect(error.message).toMatch(/: .+\. .+\.$/s)
        expect(shown(error)).not.toContain(secret)
        expect(shown(error)).not.toContain("secretAccessKey")
      },
    )
  })

  it("keep what DynamoDB said as the cause", async () => {
    void endpoint.inject(answer("AccessDeniedException", "not authorized to perform: dynamodb:GetItem"), {
      times: Infinity,
    })
    const error = await failure(openAdapter(endpoint.connection(), scene.table).getUser("1"))
    expect(error.cause).toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("dynamodb:GetItem"),
    })
  })

  it("say nothing of what an engine quotes of the request", async () => {
    const quoted = `One or more parameter values were invalid: ${secret}`
    void endpoint.inject(answer("ValidationException", quoted), { times: Infinity })
    const adapter = openAdapter(endpoint.connection(), { ...scene.table, indexLagTimeout: 0 })
    for (const [method, call] of Object.entries(calls)) {
      const error = await failure(call(adapter))
      expect(error.message, method).not.toContain(secret)
    }
  })

  it("say UNREACHABLE where nobody listens, with the endpoint", async () => {
    const server = createServer().listen(0, "127.0.0.1")
    await new Promise((resolve) => server.once("listening", resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    const connection = { ...engine.connection(), endpoint: `http://127.0.0.1:${port}` }
    const error = await failure(openAdapter(connection, scene.table).getUser(secret))
    expect(error.code).toBe("UNREACHABLE")
    expect(error.message).toContain(`127.0.0.1:${port}`)
    expect(shown(error)).not.toContain(secret)
  })

  it("say TABLE_NOT_FOUND and MISSING_INDEX, naming what is missing", async () => {
    const url = { ...engine.connection(), endpoint: await engine.endpoint() }
    const missingTable = await failure(
      openAdapter(url, { ...scene.table, tableName: "not-there" }).getUser("1"),
    )
    expect(missingTable.code).toBe("TABLE_NOT_FOUND")
    expect(missingTable.message).toContain("not-there")
    expect(missingTable.message).toContain("createTables")
    const options = { ...scene.table, indexName: "not-there-either" }
    const missingIndex = await failure(openAdapter(url, options).getUserByEmail("a@example.com"))
    expect(missingIndex.code).toBe("MISSING_INDEX")
    expect(missingIndex.message).toContain("indexName")
  })

  it("say ITEM_TOO_LARGE for an item over 400 KB, and nothing is written", async () => {
    const large = "x".repeat(410 * 1024)
    const error = await failure(scene.adapter.createUser(newUser({ large })))
    expect(error.code).toBe("ITEM_TOO_LARGE")
    const user = await scene.adapter.createUser(newUser())
    const before = await scene.items()
    const calls = [
      () => scene.adapter.updateUser({ id: user.id, large } as never),
      () => scene.adapter.linkAccount(newAccount(user.id, { large })),
      () => scene.adapter.createSession(newSession(user.id, { large })),
      () => scene.adapter.createVerificationToken(newVerificationToken("a", { large })),
      () => scene.adapter.createAuthenticator(newAuthenticator(user.id, { large })),
    ]
    for (const call of calls) expect((await failure(call())).code).toBe("ITEM_TOO_LARGE")
    expect(await scene.items()).toEqual(before)
  })

  it("of a value name its path and not the value, and nothing is written", async () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const bad: [unknown, string][] = [
      [{ profile: { tags: [1, 2, 3, NaN] } }, "user.profile.tags[3]"],
      [{ a: Infinity }, "user.a"],
      [{ a: new Date(NaN) }, "user.a"],
      [{ a: () => secret }, "user.a"],
      [{ a: [Symbol(secret)] }, "user.a[0]"],
      [{ a: circle }, "user.a"],
      [{ "odd name": { [secret.slice(0, 3)]: NaN } }, "odd name"],
      [{ a: 10n ** 40n }, "user.a"],
    ]
    for (const [value, path] of bad) {
      const error = await failure(scene.adapter.createUser(newUser(value as object)))
      expect(error.code, path).toBe("INVALID_VALUE")
      expect(error.message).toContain(path)
      expect(shown(error)).not.toContain(secret)
    }
    expect(await scene.items()).toEqual([])
  })

  it("are rejections: no method throws, whatever it is called with", async () => {
    const { adapter } = scene
    const trap = {
      get email(): never {
        throw new Error("a getter of the caller's own")
      },
    }
    for (const [method, call] of Object.entries(adapter)) {
      for (const given of [
        [],
        [undefined],
        [null, null],
        [Symbol("s")],
        [trap],
        [() => {}],
        [10n ** 50n],
        [new Proxy({}, {})],
      ] as unknown[][]) {
        const outcome = (call as (...given: unknown[]) => unknown)(...given)
        expect(outcome, method).toBeInstanceOf(Promise)
        await (outcome as Promise<unknown>).catch(() => {})
      }
    }
  })
})

describe("the adapter", () => {
  it("refuses options that cannot be, with INVALID_CONFIG", () => {
    for (const options of [
      { tableName: 7 },
      { partitionKey: "pk", sortKey: "pk" },
      { indexName: "no spaces" },
    ]) {
      expect(() => DynamoDBAdapter({ endpoint: "memory:" }, options as never)).toThrow(
        expect.objectContaining({ code: "INVALID_CONFIG" }),
      )
    }
  })

  it("is a plain object of the nineteen methods, which work detached", async () => {
    const adapter = DynamoDBAdapter({ endpoint: `memory:${randomUUID()}` })
    expect(Object.keys(adapter)).toEqual(expect.arrayContaining(Object.keys(calls)))
    expect(Object.getPrototypeOf(adapter)).toBe(Object.prototype)
    const { createUser, getUser } = { ...adapter }
    const user = newUser()
    expect(await createUser!(user)).toEqual(user)
    expect(await getUser!(user.id)).toEqual(user)
  })
})
