// docs/better-auth/plugins.md says which tables, keys, claims and indexes each model has. Here they are compared with those
// that are made.

import { readFileSync } from "node:fs"
import { apiKey } from "@better-auth/api-key"
import { oauthProvider } from "@better-auth/oauth-provider"
import { passkey } from "@better-auth/passkey"
import { sso } from "@better-auth/sso"
import { stripe } from "@better-auth/stripe"
import { getAuthTables } from "better-auth/db"
import {
  admin,
  anonymous,
  bearer,
  deviceAuthorization,
  emailOTP,
  jwt,
  lastLoginMethod,
  magicLink,
  multiSession,
  oneTimeToken,
  organization,
  phoneNumber,
  siwe,
  twoFactor,
  username,
} from "better-auth/plugins"
import { createAccessControl } from "better-auth/plugins/access"
import { describe, expect, it } from "vitest"
import { betterAuthTables } from "../../../js/tables.js"
import { engines } from "../../engines"
import { stage } from "../stage"

const page = readFileSync(new URL("../../../docs/better-auth/plugins.md", import.meta.url), "utf8")

/** The rows of its tables of models: key, claims and indexes, each as a list of "a" or "a, b". */
const documented = new Map(
  [...page.matchAll(/^\| (\w+) \| ([\w, ]+) \|([\w,; ]*)\|([\w,; ]*)\|$/gm)]
    .filter(([, model]) => model !== "model")
    .map(([, model, key, claims, indexes]) => {
      const list = (cell = "") =>
        cell.trim() === ""
          ? []
          : cell
              .split(";")
              .map((entry) => entry.trim())
              .sort()
      return [model!, { key: key!, claims: list(claims), indexes: list(indexes) }]
    }),
)

const nothing = async () => {}
const plugins = () => [
  admin(),
  anonymous(),
  apiKey(),
  bearer(),
  deviceAuthorization({ verificationUri: "/device" }),
  emailOTP({ sendVerificationOTP: nothing }),
  jwt(),
  lastLoginMethod(),
  magicLink({ sendMagicLink: nothing }),
  multiSession(),
  oauthProvider({ loginPage: "/sign-in", consentPage: "/consent" }),
  oneTimeToken(),
  organization({
    ac: createAccessControl({}),
    teams: { enabled: true },
    dynamicAccessControl: { enabled: true },
  }),
  passkey(),
  phoneNumber({ sendOTP: nothing }),
  siwe({ domain: "localhost", getNonce: async () => "nonce", verifyMessage: async () => true }),
  sso(),
  stripe({
    stripeClient: {} as never,
    stripeWebhookSecret: "",
    organization: { enabled: true },
    subscription: { enabled: true, plans: [] },
  }),
  twoFactor(),
  username(),
]

/** A value that a field takes. */
function valueOf(type: unknown, at: number): unknown {
  if (type === "number") return at
  if (type === "boolean") return true
  if (type === "date") return new Date(2e12 + at)
  if (type === "json") return { at }
  if (type === "string[]") return [`value ${at}`]
  return `value ${at}`
}

describe.each(engines)("the page about plugins, and $name", (engine) => {
  it("agree on keys, claims and indexes", async () => {
    const { auth, items } = await stage(engine, {
      plugins: plugins(),
      rateLimit: { enabled: false, storage: "database" },
      session: { storeSessionInDatabase: true },
    })
    const { adapter } = await auth.$context
    const models = Object.entries(getAuthTables(auth.options))
    // One row of each, with all fields: it has all claims that the model has.
    for (const [at, [model, { fields }]] of models.entries()) {
      const data = Object.fromEntries(
        Object.entries(fields).map(([name, { type }]) => [name, valueOf(type, at)]),
      )
      await adapter.create({ model, data })
    }
    const claims = new Map<string, string[]>()
    for (const { claim } of await items("claims")) {
      const [model, fields] = (claim as string).split("#")
      claims.set(model!, [...(claims.get(model!) ?? []), fields!.replaceAll(",", ", ")])
    }

    const made = models.map(([model, { modelName }]) => {
      const table = betterAuthTables(auth.options).find(({ tableName }) =>
        tableName.endsWith(`-${modelName}`),
      )!
      const pair = (key: { partitionKey: string; sortKey?: string }) =>
        [key.partitionKey, key.sortKey].filter(Boolean).join(", ")
      const indexes = (table.indexes ?? []).map(pair).sort()
      return [model, { key: pair(table), claims: (claims.get(model) ?? []).sort(), indexes }] as const
    })
    const username = ["phoneNumber", "username"]
    const expected = new Map(documented)
    // What plugins add to a model of the core, or of another plugin, is in words.
    const user = expected.get("user")!
    expected.set("user", {
      ...user,
      claims: [...user.claims, ...username].sort(),
      indexes: [...user.indexes, ...username, "stripeCustomerId"].sort(),
    })
    expect(Object.fromEntries(made)).toEqual(Object.fromEntries(expected))
  })
})
