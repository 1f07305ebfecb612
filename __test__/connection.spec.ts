// Every form that a connection may have, by what arrives at the endpoint.
import { AsyncLocalStorage } from "node:async_hooks"
import { execFile, spawnSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { DynamoDB, DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type Connection, DynamoAdapterError, DynamoDBAdapter } from "../index.js"
import { createTables, authJsTable } from "../js/tables.js"
import { type Stub, startStub } from "./stub.js"

const root = fileURLToPath(new URL("..", import.meta.url))

let stub: Stub
const settings = {
  region: "eu-north-1",
  credentials: { accessKeyId: "KEYFROMOBJECT", secretAccessKey: "secret" },
}

beforeEach(async () => {
  stub = await startStub()
  for (const name of Object.keys(process.env)) {
    if (/^(AWS_|AUTH_DYNAMODB_)/.test(name)) vi.stubEnv(name, undefined)
  }
  // No machine's own configuration takes part.
  const home = mkdtempSync(join(tmpdir(), "dynauth-home-"))
  vi.stubEnv("HOME", home)
  vi.stubEnv("USERPROFILE", home)
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true")
})

afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await stub.close()
})

/** Looks for a user and says how the request came. */
async function asked(connection?: Connection) {
  const adapter = DynamoDBAdapter(connection)
  expect(await adapter.getUser("nobody")).toBeNull()
  const { accessKeyId, region, sessionToken, operation } = stub.requests[0]
  expect(operation).toBe("GetItem")
  return { accessKeyId, region, sessionToken }
}

function refusal(connect: () => unknown): DynamoAdapterError {
  try {
    connect()
  } catch (error) {
    expect(error).toBeInstanceOf(DynamoAdapterError)
    expect((error as DynamoAdapterError).code).toBe("INVALID_CONFIG")
    return error as DynamoAdapterError
  }
  return expect.unreachable("it was accepted")
}

async function rejection(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    () => expect.unreachable("it was accepted"),
    (error: unknown) => error,
  )
}

describe("settings", () => {
  it("as a plain object", async () => {
    expect(await asked({ ...settings, endpoint: stub.url })).toEqual({
      accessKeyId: "KEYFROMOBJECT",
      region: "eu-north-1",
      sessionToken: undefined,
    })
  })

  it("with temporary credentials", async () => {
    const credentials = { ...settings.credentials, sessionToken: "session", expiration: new Date() }
    expect(await asked({ ...settings, credentials, endpoint: stub.url })).toMatchObject({
      sessionToken: "session",
    })
  })

  it("with functions where the AWS SDK takes them", async () => {
    const region = vi.fn(async () => "sa-east-1")
    const connection = {
      ...settings,
      region,
      endpoint: async () => new URL(stub.url),
      maxAttempts: async () => 1,
    }
    const adapter = DynamoDBAdapter(connection)
    expect(region).not.toHaveBeenCalled()
    await Promise.all([adapter.getUser("a"), adapter.getUser("b")])
    await adapter.getUser("c")
    expect(stub.requests[0].region).toBe("sa-east-1")
    expect(region).toHaveBeenCalledTimes(1)
  })

  it("whose function fails, until it does not", async () => {
    const cause = new TypeError("no region today")
    const region = vi.fn(async () => "sa-east-1").mockRejectedValueOnce(cause)
    const adapter = DynamoDBAdapter({ ...settings, region, endpoint: stub.url })
    const [first, second] = await Promise.all([
      rejection(adapter.getUser("a")),
      rejection(adapter.getUser("b")),
    ])
    expect(first).toMatchObject({ code: "INVALID_CONFIG", cause })
    expect(first.message).toContain("`connection.region` failed: TypeError: no region today")
    expect(second).toBe(first)
    expect(await adapter.getUser("a")).toBeNull()
  })

  it("whose function returns what it must not", async () => {
    const adapter = DynamoDBAdapter({ ...settings, region: (() => 1) as never, endpoint: stub.url })
    expect(await rejection(adapter.getUser("a"))).toMatchObject({ code: "INVALID_CONFIG" })
  })

  it("changed later change nothing", async () => {
    const credentials = { ...settings.credentials }
    const connection = { ...settings, credentials, endpoint: stub.url }
    const adapter = DynamoDBAdapter(connection)
    credentials.accessKeyId = "CHANGED"
    connection.region = "changed"
    await adapter.getUser("a")
    expect(stub.requests[0]).toMatchObject({ accessKeyId: "KEYFROMOBJECT", region: "eu-north-1" })
  })

  it.each<[string, unknown, string[]]>([
    ["a misspelt field", { regoin: "eu-north-1" }, ["`regoin`", "Did you mean `region`?"]],
    ["an unknown field", { somethingElse: 1 }, ["`somethingElse`", "`endpoint`"]],
    [
      "a field of the SDK's that cannot work here",
      { requestHandler: {} },
      ["`requestHandler`", "`requestTimeout`"],
    ],
    ["an option among the settings", { tableName: "users" }, ["`tableName`", "DynamoDBAdapter(connection,"]],
    ["keys outside of credentials", { accessKeyId: "x" }, ["`accessKeyId`", "`credentials:"]],
    ["a region of another type", { region: 1 }, ["`connection.region`", "string", "1"]],
    ["an endpoint of another type", { endpoint: 8000 }, ["`connection.endpoint`"]],
    ["attempts of zero", { maxAttempts: 0 }, ["`connection.maxAttempts`", "1 to 100"]],
    ["a timeout of zero", { requestTimeout: 0 }, ["`connection.requestTimeout`", "milliseconds"]],
    [
      "a timeout with a unit",
      { connectionTimeout: "2s" },
      ["`connection.connectionTimeout`", "milliseconds"],
    ],
    ["credentials of another type", { credentials: "secret" }, ["`connection.credentials`", "accessKeyId"]],
    ["a string", "eu-north-1", ["`connection`", "a string"]],
    ["an array", [], ["`connection`", "an array"]],
    ["a client of the v2 SDK", { makeRequest() {}, config: {} }, ["v2", "@aws-sdk/client-dynamodb"]],
    ["a document client of the v2 SDK", { service: { makeRequest() {} }, options: {} }, ["v2"]],
  ])("%s is refused", (_, connection, words) => {
    const { message } = refusal(() => DynamoDBAdapter(connection as Connection))
    for (const word of words) expect(message).toContain(word)
    expect(message).not.toContain("secret ")
    // `createTables` takes the same forms.
    return expect(createTables(connection as Connection, authJsTable())).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    })
  })
})

describe("options", () => {
  it.each<[string, unknown, string[]]>([
    ["a misspelt option", { tabelName: "users" }, ["`tabelName`", "Did you mean `tableName`?"]],
    ["a setting among the options", { region: "eu-north-1" }, ["`region`", "connection"]],
    ["a name of another type", { tableName: 1 }, ["`options.tableName`", "string"]],
    ["something else to delete", { deleteOnly: "users" }, ["`options.deleteOnly`", '"auth"']],
    ["a flag of another type", { uniqueness: "no" }, ["`options.uniqueness`", "true or false"]],
    ["a negative time", { indexLagTimeout: -1 }, ["`options.indexLagTimeout`", "milliseconds"]],
    ["one name twice", { partitionKey: "key", sortKey: "key" }, ["key"]],
    ["a string", "users", ["`options`", "a string"]],
  ])("%s is refused", (_, options, words) => {
    const { message } = refusal(() => DynamoDBAdapter(undefined, options as object))
    for (const word of words) expect(message).toContain(word)
    refusal(() => authJsTable(options as object))
  })
})

describe("clients of the AWS SDK for JavaScript", () => {
  const clients: [string, (config: DynamoDBClientConfig) => Connection][] = [
    ["DynamoDBClient", (config) => new DynamoDBClient(config)],
    ["DynamoDB", (config) => new DynamoDB(config)],
    ["DynamoDBDocumentClient", (config) => DynamoDBDocumentClient.from(new DynamoDBClient(config))],
    [
      "DynamoDBDocument",
      (config) =>
        DynamoDBDocument.from(new DynamoDB(config), {
          marshallOptions: {
            convertEmptyValues: true,
            removeUndefinedValues: true,
            convertClassInstanceToMap: true,
          },
        }),
    ],
  ]

  describe.each(clients)("%s", (name, make) => {
    it("gives region, endpoint and credentials", async () => {
      const client = make({ ...settings, endpoint: `${stub.url}/behind/a/path` })
      expect(client.constructor.name).toBe(name)
      expect(await asked(client)).toEqual({
        accessKeyId: "KEYFROMOBJECT",
        region: "eu-north-1",
        sessionToken: undefined,
      })
      expect(stub.requests[0].path).toMatch(/^\/behind\/a\/path/)
    })

    it("is asked on first use only, and sends nothing itself", async () => {
      const region = vi.fn(async () => "eu-north-1")
      const credentials = vi.fn(async () => ({
        ...settings.credentials,
        expiration: new Date(Date.now() + 3_600_000),
      }))
      const client = make({ region, credentials, endpoint: stub.url })
      const send = vi.spyOn(client as DynamoDBClient, "send")
      const adapters = [DynamoDBAdapter(client), DynamoDBAdapter(client, { tableName: "other" })]
      expect([region.mock.calls.length, credentials.mock.calls.length]).toEqual([0, 0])
      await Promise.all(adapters.flatMap((adapter) => [adapter.getUser("a"), adapter.getUser("b")]))
      expect(credentials).toHaveBeenCalledTimes(1)
      expect(send).not.toHaveBeenCalled()
    })

    it("gives the number of attempts", async () => {
      await stub.close()
      stub = await startStub((_, response) => response.writeHead(500).end("{}"))
      const adapter = DynamoDBAdapter(make({ ...settings, endpoint: stub.url, maxAttempts: 2 }))
      expect(await rejection(adapter.getUser("a"))).toBeInstanceOf(DynamoAdapterError)
      expect(stub.requests.length).toBe(2)
    })
  })

  it("without a region take Auth.js's own variable", async () => {
    vi.stubEnv("AUTH_DYNAMODB_REGION", "ap-south-1")
    const client = new DynamoDBClient({ endpoint: stub.url, credentials: settings.credentials })
    expect(await asked(client)).toMatchObject({ region: "ap-south-1" })
  })
})

describe("the environment", () => {
  it("of Auth.js is read before AWS's, at first use", async () => {
    const adapter = DynamoDBAdapter()
    vi.stubEnv("AUTH_DYNAMODB_ID", "KEYOFAUTHJS")
    vi.stubEnv("AUTH_DYNAMODB_SECRET", "secret")
    vi.stubEnv("AUTH_DYNAMODB_REGION", "eu-west-3")
    vi.stubEnv("AWS_ACCESS_KEY_ID", "KEYOFAWS")
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret")
    vi.stubEnv("AWS_SESSION_TOKEN", "ofaws")
    vi.stubEnv("AWS_REGION", "us-west-2")
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", stub.url)
    expect(await adapter.getUser("nobody")).toBeNull()
    expect(stub.requests[0]).toMatchObject({
      accessKeyId: "KEYOFAUTHJS",
      region: "eu-west-3",
      sessionToken: undefined,
    })
  })

  it("of AWS", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", "KEYOFAWS")
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret")
    vi.stubEnv("AWS_SESSION_TOKEN", "ofaws")
    vi.stubEnv("AWS_REGION", "us-west-2")
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", stub.url)
    expect(await asked()).toEqual({ accessKeyId: "KEYOFAWS", region: "us-west-2", sessionToken: "ofaws" })
  })

  it("gives way to what is said in code", async () => {
    vi.stubEnv("AUTH_DYNAMODB_ID", "KEYOFAUTHJS")
    vi.stubEnv("AUTH_DYNAMODB_SECRET", "secret")
    vi.stubEnv("AUTH_DYNAMODB_REGION", "eu-west-3")
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    expect(await asked({ ...settings, endpoint: stub.url })).toMatchObject({
      accessKeyId: "KEYFROMOBJECT",
      region: "eu-north-1",
    })
  })

  it("names files, with profiles in them", async () => {
    const directory = mkdtempSync(join(tmpdir(), "dynauth-aws-"))
    const credentials = join(directory, "credentials")
    const config = join(directory, "config")
    writeFileSync(credentials, "[work]\naws_access_key_id = KEYOFPROFILE\naws_secret_access_key = secret\n")
    writeFileSync(config, "[profile work]\nregion = ca-central-1\n")
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", credentials)
    vi.stubEnv("AWS_CONFIG_FILE", config)
    expect(await asked({ profile: "work", endpoint: stub.url })).toMatchObject({
      accessKeyId: "KEYOFPROFILE",
      region: "ca-central-1",
    })
  })

  it("without any credentials is an error that says so", async () => {
    const error = await rejection(DynamoDBAdapter({ region: "eu-north-1" }).getUser("a"))
    expect(error).toMatchObject({ code: "CREDENTIALS", operation: "getUser", table: "next-auth" })
    expect(error.message).toContain("AUTH_DYNAMODB_ID")
  })

  it("without a region is an error that says so", async () => {
    const error = await rejection(DynamoDBAdapter({ credentials: settings.credentials }).getUser("a"))
    expect(error).toMatchObject({ code: "INVALID_CONFIG", operation: "getUser", table: "next-auth" })
    expect(error.message).toContain("region")
  })
})

describe("AUTH_DYNAMODB_ENDPOINT", () => {
  const withSettings = () => DynamoDBAdapter(settings)
  const withClient = () => DynamoDBAdapter(new DynamoDBClient(settings))

  it.each([
    ["settings", withSettings],
    ["a client of the AWS SDK", withClient],
  ])("counts for %s without an endpoint, before AWS's variables", async (_, open) => {
    vi.stubEnv("AUTH_DYNAMODB_ENDPOINT", ` ${stub.url} `)
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    expect(await open().getUser("nobody")).toBeNull()
    // A miss is read a second time, consistently.
    expect(stub.requests.length).toBe(2)
  })

  it.each([
    ["settings", withSettings],
    ["a client of the AWS SDK", withClient],
    ["nothing", () => DynamoDBAdapter()],
  ])("makes %s lead to an embedded database", async (_, open) => {
    const warn = vi.spyOn(console, "warn")
    const directory = mkdtempSync(join(tmpdir(), "dynauth-endpoint-"))
    for (const endpoint of [`memory:${randomUUID()}`, `file:${join(directory, "auth.db")}`]) {
      vi.stubEnv("AUTH_DYNAMODB_ENDPOINT", endpoint)
      const made = await open().createUser({ id: "u", email: "a@example.com", emailVerified: null })
      expect(await DynamoDBAdapter({ endpoint }).getUser("u")).toEqual(made)
    }
    expect(readdirSync(directory)).toContain("auth.db")
    expect(stub.requests).toEqual([])
    expect(warn).not.toHaveBeenCalled()
  })

  it("gives way to what is said in code, and is not set if it is blank", async () => {
    vi.stubEnv("AUTH_DYNAMODB_ENDPOINT", "memory:")
    await DynamoDBAdapter({ ...settings, endpoint: stub.url }).getUser("nobody")
    await DynamoDBAdapter(new DynamoDBClient({ ...settings, endpoint: stub.url })).getUser("nobody")
    vi.stubEnv("AUTH_DYNAMODB_ENDPOINT", " ")
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", stub.url)
    await DynamoDBAdapter(settings).getUser("nobody")
    expect(stub.requests.length).toBe(6)
  })

  it("warns in production of an embedded database", () => {
    const script = `
      const { DynamoDBAdapter } = require(${JSON.stringify(join(root, "index.js"))})
      DynamoDBAdapter().getUser("u").then(console.log)`
    const run = (AUTH_DYNAMODB_ENDPOINT: string) =>
      spawnSync(process.execPath, ["-e", script], {
        encoding: "utf8",
        env: { ...process.env, NODE_ENV: "production", AUTH_DYNAMODB_ENDPOINT },
      })
    expect(run(" memory: ")).toMatchObject({
      stdout: "null\n",
      stderr: expect.stringContaining("the embedded engine is in use in production"),
    })
  })
})

describe("an endpoint whose port is none", () => {
  const unset: string | undefined = undefined

  it.each<[string, () => Connection, RegExp]>([
    [
      "a text",
      () => ({ ...settings, endpoint: `http://127.0.0.1:${unset}` }),
      /setting `endpoint` has no number for its port: is the variable unset/,
    ],
    [
      "a text with an empty one",
      () => ({ ...settings, endpoint: "http://localhost:" }),
      /a colon and no port after its host/,
    ],
    ["a large number", () => ({ ...settings, endpoint: "http://127.0.0.1:99999" }), /from 1 to 65535/],
    ["a word", () => ({ ...settings, endpoint: async () => "http://127.0.0.1:abc" }), /from 1 to 65535/],
    [
      "an object's",
      () => ({
        ...settings,
        endpoint: { protocol: "http:", hostname: "127.0.0.1", port: Number(unset), path: "/" },
      }),
      /no number for its port/,
    ],
    [
      "a nested object's",
      () =>
        ({
          ...settings,
          endpoint: { url: { protocol: "http:", hostname: "127.0.0.1", port: 70_000, path: "/" } },
        }) as never,
      /from 1 to 65535/,
    ],
    [
      "AUTH_DYNAMODB_ENDPOINT",
      () => {
        vi.stubEnv("AUTH_DYNAMODB_ENDPOINT", `http://127.0.0.1:${unset}`)
        return settings
      },
      /variable AUTH_DYNAMODB_ENDPOINT has no number for its port/,
    ],
    [
      "AWS_ENDPOINT_URL",
      () => {
        vi.stubEnv("AWS_ENDPOINT_URL", "http://127.0.0.1:")
        return settings
      },
      /variable AWS_ENDPOINT_URL has a colon and no port/,
    ],
    [
      "HTTPS_PROXY",
      () => {
        vi.stubEnv("HTTPS_PROXY", "http://user:secret@proxy.invalid:undefined")
        return settings
      },
      /variable HTTPS_PROXY has no number for its port/,
    ],
  ])("%s is refused", async (_, connection, words) => {
    const error = await rejection(DynamoDBAdapter(connection()).getUser("a"))
    expect(error).toMatchObject({ code: "INVALID_CONFIG", operation: "getUser" })
    expect(error.message).toMatch(words)
    expect(error.message).not.toContain("secret")
  })

  it("is not that of an object without one", async () => {
    const { hostname, port } = new URL(stub.url)
    const endpoint = { protocol: "http:", hostname, port: Number(port), path: "/" } as never
    expect(await asked({ ...settings, endpoint })).toMatchObject({ region: "eu-north-1" })
    const refused = { protocol: "http:", hostname: "127.0.0.1", path: "/" } as never
    const error = await rejection(
      DynamoDBAdapter({ ...settings, endpoint: refused, maxAttempts: 1 }).getUser("a"),
    )
    expect(error.code).toBe("UNREACHABLE")
    expect(error.message).toContain("at http://127.0.0.1,")
  })
})

describe("odd text in the environment of the process", () => {
  // The SDK reads these of the process itself, not of the `process.env` of a thread.
  it.each([
    ["AWS_EXECUTION_ENV", "a\nb: c", "INVALID_CONFIG"],
    ["AWS_EXECUTION_ENV", "AWS_Lambda_m\u00fcnchen", null],
    ["AWS_SDK_UA_APP_ID", "a\nb: c", null],
    ["AWS_LAMBDA_FUNCTION_NAME", "a\nb", null],
    ["_X_AMZN_TRACE_ID", "Root=1\n\u{1f511}", null],
  ])("%s=%j", async (name, value, code) => {
    const script = `
      const { DynamoDBAdapter } = require(${JSON.stringify(join(root, "index.js"))})
      DynamoDBAdapter(${JSON.stringify({ ...settings, endpoint: stub.url })}).getUser("u").then(
        (user) => console.log(user),
        (error) => console.log(error.code, error.message))`
    const env = { ...process.env, AWS_LAMBDA_FUNCTION_NAME: "f", _X_AMZN_TRACE_ID: "Root=1", [name]: value }
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { env })
    if (code === null) expect(stdout).toBe("null\n")
    else
      expect(stdout).toMatch(
        new RegExp(`^${code} getUser on table "next-auth": The environment variable ${name} `),
      )
  })
})

describe("a credentials function", () => {
  const soon = () => new Date(Date.now() + 3_600_000)

  it("is called once for many calls", async () => {
    const credentials = vi.fn(async () => ({ accessKeyId: "KEY1", secretAccessKey: "s", expiration: soon() }))
    const adapter = DynamoDBAdapter({ region: "eu-north-1", endpoint: stub.url, credentials })
    expect(credentials).not.toHaveBeenCalled()
    await Promise.all(Array.from({ length: 50 }, (_, n) => adapter.getUser(String(n))))
    await adapter.getUser("later")
    expect(credentials).toHaveBeenCalledTimes(1)
    expect(new Set(stub.requests.map((request) => request.accessKeyId))).toEqual(new Set(["KEY1"]))
  })

  it("is shared by adapters with the same function", async () => {
    const credentials = vi.fn(async () => ({ accessKeyId: "KEY1", secretAccessKey: "s", expiration: soon() }))
    const connection = { region: "eu-north-1", endpoint: stub.url, credentials }
    for (const adapter of [DynamoDBAdapter(connection), DynamoDBAdapter({ ...connection })])
      await adapter.getUser("a")
    expect(credentials).toHaveBeenCalledTimes(1)
    await DynamoDBAdapter({ ...connection, region: "eu-west-1" }).getUser("a")
    expect(credentials).toHaveBeenCalledTimes(2)
  })

  it("is called again before what it gave expires", async () => {
    let calls = 0
    const credentials = async () => {
      calls += 1
      // The first ones are about to expire already.
      const expiration = new Date(Date.now() + (calls === 1 ? 1000 : 3_600_000))
      return { accessKeyId: `KEY${calls}`, secretAccessKey: "s", sessionToken: `session${calls}`, expiration }
    }
    const adapter = DynamoDBAdapter({ region: "eu-north-1", endpoint: stub.url, credentials })
    await adapter.getUser("a")
    await adapter.getUser("b")
    await adapter.getUser("c")
    expect(stub.requests[0]).toMatchObject({ accessKeyId: "KEY1", sessionToken: "session1" })
    expect(stub.requests.at(-1)).toMatchObject({ accessKeyId: "KEY2", sessionToken: "session2" })
    expect(calls).toBe(2)
  })

  it("is never called twice at a time", async () => {
    let running = 0
    let most = 0
    const credentials = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 20))
      running -= 1
      // Expired at once, so that every call asks again.
      return { accessKeyId: "KEY", secretAccessKey: "s", expiration: new Date(Date.now() + 1) }
    }
    const adapter = DynamoDBAdapter({ region: "eu-north-1", endpoint: stub.url, credentials })
    await Promise.all(Array.from({ length: 20 }, (_, n) => adapter.getUser(String(n))))
    expect(most).toBe(1)
  })

  it("runs in the async context of the call that needs it", async () => {
    const request = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    const credentials = async () => {
      await Promise.resolve()
      seen.push(request.getStore())
      return { accessKeyId: "KEY", secretAccessKey: "s", expiration: new Date(Date.now() + 1) }
    }
    const adapter = DynamoDBAdapter({ region: "eu-north-1", endpoint: stub.url, credentials })
    await request.run("first request", () => adapter.getUser("a"))
    const before = seen.length
    await request.run("second request", () => adapter.getUser("b"))
    expect(new Set(seen.slice(0, before))).toEqual(new Set(["first request"]))
    expect(new Set(seen.slice(before))).toEqual(new Set(["second request"]))
    expect(seen.length).toBeGreaterThan(before)
  })

  it("may be synchronous, and may be the client's", async () => {
    const credentials = (() => ({ accessKeyId: "SYNC", secretAccessKey: "s" })) as never
    expect(await asked({ region: "eu-north-1", endpoint: stub.url, credentials })).toMatchObject({
      accessKeyId: "SYNC",
    })
  })

  it.each<[string, () => unknown, RegExp]>([
    [
      "throws",
      () => {
        throw new TypeError("the vault is closed")
      },
      /TypeError: the vault is closed/,
    ],
    ["rejects", async () => Promise.reject(new RangeError("not today")), /RangeError: not today/],
    ["rejects with undefined", async () => Promise.reject(undefined), /failed/],
    ["returns nothing", async () => undefined, /returned no object/],
    ["returns half", async () => ({ accessKeyId: "x" }), /`secretAccessKey`/],
    [
      "returns a trap",
      async () => ({
        get accessKeyId() {
          throw new Error("trap")
        },
      }),
      /trap/,
    ],
  ])("that %s is a CREDENTIALS error", async (_, credentials, words) => {
    const connection = { region: "eu-north-1", endpoint: stub.url, credentials } as Connection
    const error = await rejection(DynamoDBAdapter(connection).getUser("a"))
    expect(error).toMatchObject({ code: "CREDENTIALS", operation: "getUser", table: "next-auth" })
    expect(`${error.message} ${error.cause?.message}`).toMatch(words)
    expect(stub.requests).toEqual([])
  })

  it("that failed is asked again by the next call", async () => {
    const credentials = vi
      .fn(async () => ({ accessKeyId: "KEY", secretAccessKey: "s" }))
      .mockRejectedValueOnce(new Error("not yet"))
    const adapter = DynamoDBAdapter({ region: "eu-north-1", endpoint: stub.url, credentials })
    expect(await rejection(adapter.getUser("a"))).toMatchObject({ code: "CREDENTIALS" })
    expect(await adapter.getUser("a")).toBeNull()
  })
})
