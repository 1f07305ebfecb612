// Where people have their credentials: each source of AWS, against a stand-in of its service that speaks its protocol. What
// signs the request that arrives at the table's endpoint is what the source gave.
import { AsyncLocalStorage } from "node:async_hooks"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DynamoDBClient } from "@aws-sdk/client-dynamodb"
import { fromCognitoIdentityPool, fromTemporaryCredentials } from "@aws-sdk/credential-providers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type Connection, DynamoDBAdapter } from "../index.js"
import { authJsTable, createTables } from "../js/tables.mjs"
import { type Stub, startStub } from "./stub.js"

interface Asked {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string | string[] | undefined>
  /** Its body, if it was a form. */
  form: URLSearchParams
  /** Its body, if it was JSON. */
  json: any
}

interface Answer {
  status?: number
  headers?: Record<string, string>
  body: string | object
}

interface Service {
  url: string
  asked: Asked[]
  close(): void
}

/** A service that keeps what it was asked. */
async function startService(answer: (asked: Asked) => Answer): Promise<Service> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let text = ""
    request.on("data", (chunk) => (text += chunk))
    request.on("end", () => {
      const url = new URL(request.url!, "http://localhost")
      const isJson = /json/.test(request.headers["content-type"] ?? "")
      const one: Asked = {
        method: request.method!,
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        form: new URLSearchParams(isJson ? "" : text),
        json: isJson ? JSON.parse(text) : undefined,
      }
      asked.push(one)
      const { status = 200, headers = {}, body } = answer(one)
      const isText = typeof body === "string"
      response.writeHead(status, { "content-type": isText ? "text/xml" : "application/json", ...headers })
      response.end(isText ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

let table: Stub
let home = ""
const services: Service[] = []
async function service(answer: (asked: Asked) => Answer): Promise<Service> {
  const started = await startService(answer)
  services.push(started)
  return started
}

beforeEach(async () => {
  table = await startStub()
  home = mkdtempSync(join(tmpdir(), "dynauth-home-"))
  for (const name of Object.keys(process.env)) {
    if (/^(AWS_|AUTH_DYNAMODB_)/.test(name)) vi.stubEnv(name, undefined)
  }
  set({ HOME: home, USERPROFILE: home, AWS_REGION: "eu-north-1", AWS_EC2_METADATA_DISABLED: "true" })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await table.close()
  for (const one of services.splice(0)) one.close()
  rmSync(home, { recursive: true })
})

const set = (variables: Record<string, string>) =>
  Object.entries(variables).forEach(([name, value]) => vi.stubEnv(name, value))

/** Writes a file of the user's home. */
function file(path: string, content: string | object): string {
  const target = join(home, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content))
  return target
}

const inAnHour = () => new Date(Date.now() + 3_600_000)

/** Looks for users, all at once, and says what signed the requests. */
async function signedBy(connection: Connection = {}, calls = 1) {
  const adapter = DynamoDBAdapter({ endpoint: table.url, ...connection } as Connection)
  const found = await Promise.all(Array.from({ length: calls }, (_, n) => adapter.getUser(String(n))))
  expect(found).toEqual(Array.from({ length: calls }, () => null))
  const signers = new Set(
    table.requests.map(({ accessKeyId, sessionToken }) => `${accessKeyId} ${sessionToken}`),
  )
  expect(signers.size).toBe(1)
  const [{ accessKeyId, sessionToken, region }] = table.requests
  return { accessKeyId, sessionToken, region }
}

async function refusal(connection: Connection = {}): Promise<any> {
  // Not this machine's own, which would need no credentials.
  set({ http_proxy: table.url })
  const adapter = DynamoDBAdapter({
    endpoint: "http://dynamodb.eu-north-1.amazonaws.com",
    ...connection,
  } as Connection)
  const error = await adapter.getUser("a").then(
    () => expect.unreachable("it found credentials"),
    (error) => error,
  )
  expect(error.code).toBe("CREDENTIALS")
  expect(table.requests).toEqual([])
  return error
}

/** STS's answer. */
const assumed = (action: string, id: string, expiration = inAnHour()) => `<?xml version="1.0"?>
<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>
  <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/app/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
  <Credentials><AccessKeyId>${id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
    <SessionToken>token-of-${id}</SessionToken><Expiration>${expiration.toISOString()}</Expiration></Credentials>
</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`

describe("web identity", () => {
  it("trades the token in a file for a role's credentials, as on EKS with IRSA", async () => {
    const sts = await service(() => ({ body: assumed("AssumeRoleWithWebIdentity", "WEBIDENTITY") }))
    set({
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/app",
      AWS_ROLE_SESSION_NAME: "app-1",
      AWS_WEB_IDENTITY_TOKEN_FILE: file("token", "a.web.token"),
      AWS_ENDPOINT_URL_STS: sts.url,
    })
    expect(await signedBy({}, 20)).toMatchObject({
      accessKeyId: "WEBIDENTITY",
      sessionToken: "token-of-WEBIDENTITY",
    })
    expect(sts.asked).toHaveLength(1)
    expect(Object.fromEntries(sts.asked[0]!.form)).toMatchObject({
      Action: "AssumeRoleWithWebIdentity",
      RoleArn: "arn:aws:iam::123456789012:role/app",
      RoleSessionName: "app-1",
      WebIdentityToken: "a.web.token",
    })
  })

  it("that STS refuses is told by STS's words, without the token", async () => {
    const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
      <Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error>
      <RequestId>1</RequestId></ErrorResponse>`
    const sts = await service(() => ({ status: 403, body }))
    set({
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/app",
      AWS_WEB_IDENTITY_TOKEN_FILE: file("token", "a.web.token"),
      AWS_ENDPOINT_URL_STS: sts.url,
    })
    const { message, cause } = await refusal()
    expect(`${message} ${cause.message}`).toContain("Not authorized to perform sts:AssumeRoleWithWebIdentity")
    expect(`${message} ${cause.message}`).not.toContain("a.web.token")
  })
})

describe("a profile", () => {
  it("may assume a role from another profile", async () => {
    const sts = await service(() => ({ body: assumed("AssumeRole", "ASSUMED") }))
    file(".aws/credentials", "[base]\naws_access_key_id = BASE\naws_secret_access_key = secret\n")
    const role = "arn:aws:iam::123456789012:role/app"
    file(
      ".aws/config",
      `[profile app]\nrole_arn = ${role}\nsource_profile = base\nrole_session_name = s1\nregion = eu-west-3\n`,
    )
    set({ AWS_ENDPOINT_URL_STS: sts.url, AWS_REGION: "" })
    expect(await signedBy({ profile: "app" })).toEqual({
      accessKeyId: "ASSUMED",
      sessionToken: "token-of-ASSUMED",
      region: "eu-west-3",
    })
    expect(Object.fromEntries(sts.asked[0]!.form)).toMatchObject({ Action: "AssumeRole", RoleArn: role })
    expect(sts.asked[0]!.headers.authorization).toContain("Credential=BASE/")
  })

  it("may run a process that gives credentials", async () => {
    const script = file(
      "process.mjs",
      `console.log(JSON.stringify({ Version: 1, AccessKeyId: "OFPROCESS",
      SecretAccessKey: "secret", SessionToken: process.argv[2], Expiration: "${inAnHour().toISOString()}" }))`,
    )
    const command = [process.execPath, script, "argued"].map((word) => `"${word}"`).join(" ")
    file(".aws/config", `[profile work]\ncredential_process = ${command}\n`)
    expect(await signedBy({ profile: "work" }, 5)).toMatchObject({
      accessKeyId: "OFPROCESS",
      sessionToken: "argued",
    })
  })

  it("whose process fails is an error that says so", async () => {
    const script = file("process.mjs", `console.error("the vault is sealed"); process.exit(1)`)
    file(".aws/config", `[profile work]\ncredential_process = "${process.execPath}" "${script}"\n`)
    const { message, cause } = await refusal({ profile: "work" })
    expect(message).toContain('the profile "work"')
    expect(cause.message).toMatch(/credential_process|external process|exited/i)
  })

  it("that is in no file is an error that names it and where it would be", async () => {
    file(".aws/config", "[profile other]\nregion = eu-west-3\n")
    const { message, cause } = await refusal({ profile: "work" })
    expect(message).toContain('the profile "work"')
    expect(cause.message).toMatch(/Profile: .*profile `work` was not defined/)
  })
})

describe("single sign-on", () => {
  const START = "https://example.awsapps.com/start"

  /** What `aws configure sso` and `aws sso login` leave behind. */
  function signedOn(token: object) {
    file(
      ".aws/config",
      `[sso-session corp]\nsso_region = eu-central-1\nsso_start_url = ${START}\nsso_registration_scopes = sso:account:access\n
[profile dev]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Developer\n`,
    )
    const name = createHash("sha1").update("corp").digest("hex")
    file(`.aws/sso/cache/${name}.json`, { startUrl: START, region: "eu-central-1", ...token })
  }
  const roleCredentials = {
    accessKeyId: "OFSSO",
    secretAccessKey: "secret",
    sessionToken: "sso-session",
    expiration: inAnHour().getTime(),
  }

  it("uses the token that `aws sso login` left", async () => {
    const portal = await service(() => ({ body: { roleCredentials } }))
    signedOn({ accessToken: "the-cached-token", expiresAt: inAnHour().toISOString() })
    set({ AWS_ENDPOINT_URL_SSO: portal.url, AWS_PROFILE: "dev" })
    expect(await signedBy({}, 5)).toMatchObject({ accessKeyId: "OFSSO", sessionToken: "sso-session" })
    expect(portal.asked).toHaveLength(1)
    const [{ path, query, headers }] = portal.asked as [Asked]
    expect(path).toBe("/federation/credentials")
    expect(Object.fromEntries(query)).toEqual({ account_id: "123456789012", role_name: "Developer" })
    expect(headers["x-amz-sso_bearer_token"]).toBe("the-cached-token")
  })

  it("renews a token that has run out", async () => {
    const portal = await service(() => ({ body: { roleCredentials } }))
    const oidc = await service(() => ({
      body: { accessToken: "the-renewed-token", expiresIn: 3600, tokenType: "Bearer", refreshToken: "next" },
    }))
    signedOn({
      accessToken: "too-old",
      expiresAt: new Date(Date.now() - 60_000).toISOString(),
      refreshToken: "refresh-me",
      clientId: "client",
      clientSecret: "client-secret",
      registrationExpiresAt: inAnHour().toISOString(),
    })
    set({ AWS_ENDPOINT_URL_SSO: portal.url, AWS_ENDPOINT_URL_SSO_OIDC: oidc.url, AWS_PROFILE: "dev" })
    expect(await signedBy()).toMatchObject({ accessKeyId: "OFSSO" })
    expect(oidc.asked[0]!.json).toMatchObject({
      clientId: "client",
      refreshToken: "refresh-me",
      grantType: "refresh_token",
    })
    expect(portal.asked[0]!.headers["x-amz-sso_bearer_token"]).toBe("the-renewed-token")
  })

  it("that has run out is an error, without the token", async () => {
    signedOn({ accessToken: "the-cached-token", expiresAt: new Date(Date.now() - 60_000).toISOString() })
    const { message, cause } = await refusal({ profile: "dev" })
    expect(message).toContain('the profile "dev"')
    expect(cause.message).toMatch(/expired/i)
    expect(`${message} ${cause.message}`).not.toContain("the-cached-token")
  })
})

describe("a container's endpoint", () => {
  const answer = (id: string, expiration = inAnHour()) => ({
    AccessKeyId: id,
    SecretAccessKey: "secret",
    Token: `token-of-${id}`,
    Expiration: expiration.toISOString(),
  })

  it("of ECS, with the token of the environment", async () => {
    const agent = await service(() => ({ body: answer("OFECS") }))
    set({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v2/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "Basic me",
    })
    expect(await signedBy({}, 20)).toMatchObject({ accessKeyId: "OFECS", sessionToken: "token-of-OFECS" })
    expect(agent.asked).toHaveLength(1)
    expect(agent.asked[0]).toMatchObject({
      method: "GET",
      path: "/v2/credentials",
      headers: { authorization: "Basic me" },
    })
  })

  it("of EKS Pod Identity, with the token in a file", async () => {
    const agent = await service(() => ({ body: answer("OFPOD") }))
    set({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file("eks-pod-identity-token", "pod.identity.token"),
    })
    expect(await signedBy()).toMatchObject({ accessKeyId: "OFPOD" })
    expect(agent.asked[0]).toMatchObject({
      path: "/v1/credentials",
      headers: { authorization: "pod.identity.token" },
    })
  })

  it("is asked again, once, when what it gave is about to run out", async () => {
    let given = 0
    const agent = await service(() => ({
      // Within the time in which credentials are renewed before they run out.
      body: answer(`GIVEN${++given}`, new Date(Date.now() + (given === 1 ? 5_000 : 3_600_000))),
    }))
    set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v2/credentials` })
    const adapter = DynamoDBAdapter({ endpoint: table.url })
    await adapter.getUser("first")
    await Promise.all(Array.from({ length: 50 }, (_, n) => adapter.getUser(String(n))))
    await adapter.getUser("last")
    expect(agent.asked).toHaveLength(2)
    expect(table.requests.at(-1)).toMatchObject({ accessKeyId: "GIVEN2" })
  })

  it("that refuses is an error with its answer's status", async () => {
    const agent = await service(() => ({
      status: 403,
      body: { code: "AccessDenied", message: "no role for this pod" },
    }))
    set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.url}/v1/credentials` })
    const { cause } = await refusal()
    expect(cause.message).toMatch(/403|AccessDenied|no role for this pod/)
  })
})

describe("an instance's metadata", () => {
  /** Version 2 alone: every request needs a token that a PUT has given. */
  const metadata = (role: string | undefined) =>
    service(({ method, path, headers }) => {
      if (method === "PUT" && path === "/latest/api/token") {
        const ttl = headers["x-aws-ec2-metadata-token-ttl-seconds"] as string | undefined
        if (!ttl) return { status: 400, body: "" }
        return { body: "imds-token", headers: { "x-aws-ec2-metadata-token-ttl-seconds": ttl } }
      }
      if (headers["x-aws-ec2-metadata-token"] !== "imds-token") return { status: 401, body: "" }
      const roles = "/latest/meta-data/iam/security-credentials/"
      if (role && path === roles) return { body: role }
      if (role && path === roles + role) {
        return {
          body: {
            Code: "Success",
            Type: "AWS-HMAC",
            LastUpdated: new Date().toISOString(),
            AccessKeyId: "OFINSTANCE",
            SecretAccessKey: "secret",
            Token: "token-of-instance",
            Expiration: inAnHour().toISOString(),
          },
        }
      }
      return { status: 404, body: "" }
    })

  it("gives its role's credentials, by version 2", async () => {
    const imds = await metadata("app-role")
    set({ AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url })
    expect(await signedBy({}, 20)).toMatchObject({
      accessKeyId: "OFINSTANCE",
      sessionToken: "token-of-instance",
    })
    expect(imds.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/iam/security-credentials/",
      "GET /latest/meta-data/iam/security-credentials/app-role",
    ])
  })

  it("without a role is an error that says so", async () => {
    const imds = await metadata(undefined)
    set({ AWS_EC2_METADATA_DISABLED: "false", AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url })
    const { message, cause } = await refusal()
    expect(message).toContain("instance role")
    expect(cause.message).toMatch(/404|not found|instance profile|role/i)
  })
})

describe("Vercel's function", () => {
  /** As @vercel/oidc-aws-credentials-provider: the token comes from the headers of the request that is being served. */
  const REQUEST = Symbol.for("@vercel/request-context")
  const requests = new AsyncLocalStorage<{ headers: Record<string, string> }>()
  beforeEach(() => Object.assign(globalThis, { [REQUEST]: { get: () => requests.getStore() } }))
  afterEach(() => Reflect.deleteProperty(globalThis, REQUEST))

  it("finds the token of the request that needs credentials, and is asked again when they run out", async () => {
    const sts = await service(({ form }) => {
      const token = form.get("WebIdentityToken")!
      // Within the time in which credentials are renewed before they run out.
      const expiration = token === "request-1" ? new Date(Date.now() + 5_000) : inAnHour()
      return { body: assumed("AssumeRoleWithWebIdentity", `ROLE-OF-${token}`, expiration) }
    })
    const credentials = async () => {
      await Promise.resolve()
      const token = (globalThis as any)[REQUEST].get()?.headers["x-vercel-oidc-token"]
      if (!token) throw new Error("the x-vercel-oidc-token header is missing")
      const body = new URLSearchParams({ Action: "AssumeRoleWithWebIdentity", WebIdentityToken: token })
      const xml = await (await fetch(sts.url, { method: "POST", body })).text()
      const [id, secret, session, expiration] = [
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
      ].map((name) => new RegExp(`<${name}>(.*)</${name}>`).exec(xml)![1]!)
      return {
        accessKeyId: id!,
        secretAccessKey: secret!,
        sessionToken: session!,
        expiration: new Date(expiration!),
      }
    }
    const adapter = DynamoDBAdapter({ endpoint: table.url, credentials })
    const serve = (token: string) =>
      requests.run({ headers: { "x-vercel-oidc-token": token } }, () => adapter.getUser("a"))
    await serve("request-1")
    await Promise.all(Array.from({ length: 20 }, () => serve("request-2")))
    await serve("request-3")
    const tokens = sts.asked.map(({ form }) => form.get("WebIdentityToken"))
    expect(new Set(tokens)).toEqual(new Set(["request-1", "request-2"]))
    expect(tokens.filter((token) => token === "request-2")).toHaveLength(1)
    expect(table.requests.at(-1)).toMatchObject({ sessionToken: "token-of-ROLE-OF-request-2" })
  })

  it("outside of a request fails by its own words", async () => {
    const credentials = async () => {
      throw new Error("the x-vercel-oidc-token header is missing")
    }
    const { message, cause } = await refusal({ credentials })
    expect(message).toContain("the connection's `credentials` function")
    expect(cause.message).toContain("x-vercel-oidc-token header is missing")
  })
})

describe("no source", () => {
  it("has any: the error names each and why it gave nothing", async () => {
    const { message, cause } = await refusal()
    expect(message).toContain("AUTH_DYNAMODB_ID and AUTH_DYNAMODB_SECRET (not set)")
    expect(cause.name).toBe("CredentialsError")
    for (const reason of [
      /Environment: .*environment variable not set/,
      /Profile: .*shared configuration files/,
      /WebIdentityToken: .*AWS_WEB_IDENTITY_TOKEN_FILE was not set/,
      /EcsContainer: .*not configured/,
      /Ec2InstanceMetadata: .*AWS_EC2_METADATA_DISABLED/,
    ]) {
      expect(cause.message).toMatch(reason)
    }
  })
})

describe("text that no header takes", () => {
  const controls = [
    ["a line break inside", "AKIA\nEXAMPLE"],
    ["a zero", "AKIA\0EXAMPLE"],
    ["a bell", "AKIA\u0007EXAMPLE"],
    ["a letter beyond ASCII", "AKIAEXÄMPLE"],
    ["an ellipsis", "AKIA…"],
  ]
  const good = { accessKeyId: "KEY", secretAccessKey: "secret" }
  type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

  /** Each form in which keys are given, with what the error calls them there. */
  const forms: [string, (keys: Keys) => Connection, Record<keyof Keys, string>, string][] = [
    ["settings", (credentials) => ({ credentials }), names(), "the connection's `credentials`"],
    ["a function", (keys) => ({ credentials: async () => keys }), names(), "`credentials` function"],
    [
      "an SDK client",
      (credentials) =>
        new DynamoDBClient({ region: "eu-north-1", endpoint: table.url, credentials }) as Connection,
      names(),
      "`credentials` function",
    ],
    [
      "AUTH_DYNAMODB_*",
      ofEnvironment("AUTH_DYNAMODB_ID", "AUTH_DYNAMODB_SECRET", "AUTH_DYNAMODB_SESSION_TOKEN"),
      names("AUTH_DYNAMODB_ID", "AUTH_DYNAMODB_SECRET", "AUTH_DYNAMODB_SESSION_TOKEN"),
      "AUTH_DYNAMODB_ID and AUTH_DYNAMODB_SECRET",
    ],
    [
      "AWS_*",
      ofEnvironment("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
      names("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ],
    [
      "a process of a profile",
      ({ accessKeyId, secretAccessKey, sessionToken }) => {
        const answer = {
          ...{ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey },
          ...(sessionToken && { SessionToken: sessionToken }),
        }
        const script = file("process.mjs", `console.log(${JSON.stringify(JSON.stringify(answer))})`)
        file(".aws/config", `[profile work]\ncredential_process = "${process.execPath}" "${script}"\n`)
        return { profile: "work" }
      },
      names(),
      'the profile "work"',
    ],
  ]

  function names(
    accessKeyId = "accessKeyId",
    secretAccessKey = "secretAccessKey",
    sessionToken = "sessionToken",
  ) {
    return { accessKeyId, secretAccessKey, sessionToken }
  }

  function ofEnvironment(id: string, secret: string, token: string) {
    return ({ accessKeyId, secretAccessKey, sessionToken }: Keys): Connection => {
      set({ [id]: accessKeyId, [secret]: secretAccessKey, ...(sessionToken && { [token]: sessionToken }) })
      return {}
    }
  }

  const at = (connection: Connection): Connection =>
    "config" in connection ? connection : { endpoint: table.url, ...connection }

  it.each(forms)("in %s is a CREDENTIALS error that names the field", async (_, form, called, source) => {
    for (const field of ["accessKeyId", "sessionToken", "secretAccessKey"] as const) {
      for (const [what, text] of controls) {
        // A zero ends a variable of the environment, and the secret is signed with, not sent.
        if (text!.includes("\0") && Object.values(called).some((name) => /^A/.test(name))) continue
        if (field === "secretAccessKey" && !what!.match(/line break|zero|bell/)) continue
        const connection = at(form({ ...good, [field]: text }))
        const calls: (() => Promise<unknown>)[] = [
          () => DynamoDBAdapter(connection).getUser("a"),
          () => createTables(connection, authJsTable()),
        ]
        for (const call of calls) {
          const error: any = await call().then(
            () => expect.unreachable(`${what} in ${field}`),
            (error) => error,
          )
          expect([what, error.code]).toEqual([what, "CREDENTIALS"])
          expect(error.message).toContain(source)
          expect(error.message).toContain(`\`${called[field]}\` has a c`)
          expect(`${error.message} ${error.cause?.message} ${error.stack}`).not.toMatch(/AKIA(?!=)/)
        }
      }
    }
    expect(table.requests).toEqual([])
  })

  it.each(forms)("at the ends of values in %s is taken off", async (_, form) => {
    const keys = { accessKeyId: " KEY\r\n", secretAccessKey: "\tsecret\n", sessionToken: "token\n" }
    const adapter = DynamoDBAdapter(at(form(keys)))
    expect(await adapter.getUser("a")).toBeNull()
    expect(table.requests[0]).toMatchObject({ accessKeyId: "KEY", sessionToken: "token" })
  })
})

describe("a function of the AWS SDK", () => {
  it("is told the connection's region, as the SDK's clients tell it", async () => {
    const sts = await service(() => ({ body: assumed("AssumeRole", "ASSUMED") }))
    set({ AWS_REGION: "", AWS_DEFAULT_REGION: "" })
    const credentials = fromTemporaryCredentials({
      params: { RoleArn: "arn:aws:iam::123456789012:role/app" },
      masterCredentials: { accessKeyId: "MASTER", secretAccessKey: "secret" },
      clientConfig: { endpoint: sts.url } as object,
    })
    const connection = { region: "ap-southeast-2", endpoint: table.url, credentials }
    expect(await signedBy(connection as Connection)).toMatchObject({
      accessKeyId: "ASSUMED",
      region: "ap-southeast-2",
    })
    expect(sts.asked[0]!.headers.authorization).toContain("/ap-southeast-2/sts/")
  })

  it("is told the region that the environment or the shared configuration has", async () => {
    const identity = await service(({ headers }) => {
      const isId = String(headers["x-amz-target"]).endsWith("GetId")
      const Credentials = {
        AccessKeyId: "OFCOGNITO",
        SecretKey: "secret",
        SessionToken: "t",
        Expiration: 4e9,
      }
      return { body: isId ? { IdentityId: "eu-west-3:1" } : { IdentityId: "eu-west-3:1", Credentials } }
    })
    file(".aws/config", "[default]\nregion = eu-west-3\n")
    set({ AWS_REGION: "" })
    const told: unknown[] = []
    const ofPool = fromCognitoIdentityPool({
      identityPoolId: "eu-west-3:pool",
      clientConfig: { endpoint: identity.url } as object,
    })
    const credentials = async (given?: { callerClientConfig: { region: () => Promise<string> } }) => {
      told.push(await given!.callerClientConfig.region())
      return ofPool(given as never)
    }
    expect(await signedBy({ endpoint: table.url, credentials } as Connection)).toMatchObject({
      accessKeyId: "OFCOGNITO",
      region: "eu-west-3",
    })
    expect(told).toEqual(["eu-west-3"])
  })
})

describe("the end of credentials from a function", () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000)
  it.each<[string, (date: Date) => unknown]>([
    ["a Date", (date) => date],
    ["a text of ISO 8601", (date) => date.toISOString()],
    ["a text without milliseconds", (date) => date.toISOString().replace(/\.\d+/, "")],
    ["milliseconds", (date) => date.getTime()],
    ["seconds", (date) => Math.floor(date.getTime() / 1000)],
  ])("may be %s", async (_, form) => {
    let calls = 0
    const credentials = (async () => ({
      accessKeyId: `KEY${++calls}`,
      secretAccessKey: "secret",
      // The first ones are within the time in which credentials are renewed before they run out.
      expiration: form(calls === 1 ? inSeconds(5) : inSeconds(3600)),
      identityId: "eu-north-1:1",
    })) as never
    const adapter = DynamoDBAdapter({ endpoint: table.url, credentials })
    for (const id of ["a", "b", "c"]) await adapter.getUser(id)
    expect(table.requests.map(({ accessKeyId }) => accessKeyId).at(-1)).toBe("KEY2")
    expect(calls).toBe(2)
  })
})
