// What a test of Better Auth's endpoints starts from: an app on an engine with the tables of the zero configuration, the
// browsers that use it, the mail it sends, and each request that it makes to the engine.

import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { type BetterAuthOptions, betterAuth } from "better-auth"
import { expect } from "vitest"
import { dynamodbAdapter } from "../../js/better-auth.mjs"
import { betterAuthTables, createTables } from "../../js/tables.js"
import type { Engine } from "../engines"
import { faultyEndpoint, type FaultyEndpoint } from "../faults"

/** The models that docs/better-auth/plugins.md names as having lists without a key. */
const unkeyed = /## Lists that have no key([^#]*)/
  .exec(readFileSync(new URL("../../docs/better-auth/plugins.md", import.meta.url), "utf8"))![1]!
  .match(/(?<=^\| )\w+(?= \|)/gm)!

export const origin = "http://localhost:3000"

/** An answer of the app. */
export interface Answer {
  status: number
  /** What its JSON says, or its text; null if there is none. */
  body: any
  headers: Headers
}

/** What the app sent to somebody: a link, a code, an invitation. */
export interface Mail {
  to: string
  [property: string]: any
}

/** Asks the app as a browser does: it keeps cookies and names its origin. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** Who signed up or in last. */
  user: any

  constructor(
    private handler: (request: Request) => Promise<Response>,
    private log: string[] = [],
  ) {}

  /** One request, whatever the answer. `path` is below `/api/auth`, or a whole URL. */
  async send(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const form = body instanceof URLSearchParams
    const response = await this.handler(
      new Request(/^https?:/.test(path) ? path : `${origin}/api/auth${path}`, {
        method,
        headers: {
          origin,
          ...(cookie && { cookie }),
          ...(body !== undefined && !form && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: form || typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    )
    for (const line of response.headers.getSetCookie()) {
      const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/.exec(line)!
      if (value === "" || /max-age=0/i.test(attributes!)) this.cookies.delete(name!)
      else this.cookies.set(name!, value!)
    }
    const text = await response.text()
    let json: any = text || null
    try {
      json = JSON.parse(text)
    } catch {
      // A page, or nothing.
    }
    return { status: response.status, body: json, headers: response.headers }
  }

  private async must(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    const answer = await this.send(method, path, { body, headers })
    if (answer.status >= 400)
      throw new Error(
        `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}\n${this.log.slice(-5).join("\n")}`,
      )
    return answer
  }

  /** What is there; fails if the app refuses. */
  async get(path: string, query: Record<string, string> = {}): Promise<any> {
    const search = String(new URLSearchParams(query))
    return (await this.must("GET", search ? `${path}?${search}` : path)).body
  }

  /** What comes of it; fails if the app refuses. */
  async post(path: string, body: unknown = {}, headers?: Record<string, string>): Promise<any> {
    return (await this.must("POST", path, body, headers)).body
  }

  /** Where the app sends the browser; fails if the app refuses or sends it nowhere. */
  async open(path: string): Promise<URL> {
    const location = (await this.must("GET", path)).headers.get("location")
    if (!location) throw new Error(`GET ${path} leads nowhere`)
    return new URL(location, origin)
  }

  /** Who the app says is signed in. */
  async session(): Promise<{ user: any; session: any } | null> {
    return this.get("/get-session")
  }
}

export interface Stage {
  /** Better Auth's object. Of `any` type, since the plugins' endpoints differ from test to test. */
  auth: any
  /** Better Auth's objects, one a process. */
  processes: any[]
  /** The engine's address, with all requests since the tables were made. */
  endpoint: FaultyEndpoint
  /** What the app has sent, oldest first. */
  mail: Mail[]
  /** What the app has logged as warnings and errors. */
  log: string[]
  /** A browser that the app does not know yet. With several processes, each browser talks to the next of them. */
  browser(): Browser
  /** A browser in which somebody new has signed up by email and password. */
  signUp(name: string, more?: object): Promise<Browser>
  /** The newest mail to somebody, taken out of the letter box. */
  mailTo(to: string): Mail
  /** All items of a model's table. */
  items(model: string): Promise<Record<string, any>[]>
  /**
   * The tables that were scanned, without their prefix, each once, in the order of the alphabet. Fails if the page about
   * plugins does not say so.
   */
  scanned(): string[]
}

export const password = "correct horse battery staple"

/** The address that somebody signs up with. */
export const emailOf = (name: string) => `${name.toLowerCase()}@example.com`

/**
 * An app with these options of Better Auth's, on an engine. With several processes, it runs as often on the same tables:
 * within one, Better Auth lets some requests wait for each other.
 */
export async function stage(
  engine: Engine,
  given: Partial<BetterAuthOptions> = {},
  processes = 1,
): Promise<Stage> {
  const endpoint = await faultyEndpoint(engine)
  const mail: Mail[] = []
  const log: string[] = []
  const tablePrefix = `auth-${randomUUID()}-`
  const options: BetterAuthOptions = {
    baseURL: origin,
    secret: "a secret for tests, which is not one in the least",
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: "warn",
      log: (level: string, message: string, ...details: unknown[]) =>
        void log.push([level, message, ...details.map(String)].join(" ")),
    },
    ...given,
    emailAndPassword: {
      enabled: true,
      // A slow hash would only slow the tests.
      password: {
        hash: async (secret) => `hash of ${secret}`,
        verify: async ({ hash, password: secret }) => hash === `hash of ${secret}`,
      },
      sendResetPassword: async ({ user, url, token }) => void mail.push({ to: user.email, url, token }),
      ...given.emailAndPassword,
    },
    emailVerification: {
      sendVerificationEmail: async ({ user, url, token }) => void mail.push({ to: user.email, url, token }),
      ...given.emailVerification,
    },
  }
  const database = () => dynamodbAdapter({ client: endpoint.connection(), tablePrefix })
  const apps: any[] = Array.from({ length: processes }, () =>
    betterAuth({ ...options, database: database() }),
  )
  const [auth] = apps
  await createTables(engine.connection(), betterAuthTables(auth.options))
  // What the plugins do at the start is done.
  for (const app of apps) await app.$context
  endpoint.forget()

  let opened = 0
  const browser = () => new Browser(apps[opened++ % processes].handler, log)
  return {
    auth,
    processes: apps,
    endpoint,
    mail,
    log,
    browser,
    async signUp(name, more = {}) {
      const newcomer = browser()
      const body = { name, email: emailOf(name), password, ...more }
      newcomer.user = (await newcomer.post("/sign-up/email", body)).user
      return newcomer
    },
    mailTo(to) {
      const index = mail.findLastIndex((letter) => letter.to === to)
      if (index < 0) throw new Error(`no mail to ${to}`)
      return mail.splice(index, 1)[0]!
    },
    async items(model) {
      const { Items } = await engine.documentClient().scan({ TableName: tablePrefix + model })
      return Items ?? []
    },
    scanned() {
      const tables = endpoint.requests
        .filter(({ operation }) => operation === "Scan")
        .map(({ body }) => body.TableName.replace(tablePrefix, "") as string)
      const scanned = [...new Set(tables)].sort()
      expect(unkeyed, "docs/better-auth/plugins.md").toEqual(expect.arrayContaining(scanned))
      return scanned
    },
  }
}
