// The adapters that are measured: how each is loaded, as an app loads it, and connected.

import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { pathToFileURL } from "node:url"

const region = "eu-central-1"
const credentials = { accessKeyId: "benchmark", secretAccessKey: "benchmark" }

/**
 * @typedef {object} Package
 * @property {string} name for tables: the package's name
 * @property {"auth.js" | "better-auth"} host
 * @property {string} specifier what is imported
 * @property {"plain" | "sdk"} connection whether it takes settings, or a client of the AWS SDK for JavaScript
 * @property {string} [directory] where it is, if it is not installed
 */

/** Ours, and what Auth.js recommends. @type {Record<string, Package>} */
export const packages = {
  dynauth: { name: "dynauth", host: "auth.js", specifier: "dynauth", connection: "plain" },
  authJs: {
    name: "@auth/dynamodb-adapter",
    host: "auth.js",
    specifier: "@auth/dynamodb-adapter",
    connection: "sdk",
  },
  dynauthBetterAuth: {
    name: "dynauth/better-auth",
    host: "better-auth",
    specifier: "dynauth/better-auth",
    connection: "plain",
  },
}

/**
 * A package that is not installed: the directory with its package.json.
 *
 * @param {"auth.js" | "better-auth"} host
 * @param {string} directory
 * @returns {Package}
 */
export function packageAt(host, directory) {
  const { name } = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"))
  const specifier = pathToFileURL(createRequire(import.meta.url).resolve(path.resolve(directory))).href
  return { name, host, specifier, connection: "sdk", directory: path.resolve(directory) }
}

/**
 * Loads a package and makes an adapter on this address, and says how.
 *
 * @param {Package} given
 * @param {string} endpoint
 * @returns {Promise<Record<string, (...values: any[]) => Promise<any>>>}
 */
export async function open({ host, specifier, connection }, endpoint) {
  const settings = { region, endpoint, credentials }
  if (host === "auth.js") {
    const { DynamoDBAdapter } = await import(specifier)
    if (connection === "plain") return DynamoDBAdapter(settings)
    const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb")
    const { DynamoDBDocument } = await import("@aws-sdk/lib-dynamodb")
    // As Auth.js's documentation has it.
    const client = DynamoDBDocument.from(new DynamoDBClient(settings), {
      marshallOptions: {
        convertEmptyValues: true,
        removeUndefinedValues: true,
        convertClassInstanceToMap: true,
      },
    })
    return DynamoDBAdapter(client)
  }
  const { dynamodbAdapter } = await import(specifier)
  if (connection === "plain") return dynamodbAdapter({ client: settings, ...layout })({})
  const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb")
  return dynamodbAdapter({ client: new DynamoDBClient(settings), ...layout })({})
}

const index = (/** @type {string} */ hashKey, more = {}) => ({
  indexName: `by-${hashKey}`,
  hashKey,
  ...more,
})

/** The same tables for all Better Auth adapters. */
const layout = {
  tables: {
    user: "user",
    session: "session",
    account: "account",
    verification: "verification",
    emailLookups: "email-lookups",
  },
  enableEmailUniqueness: true,
  indexes: {
    user: { email: index("email") },
    session: { id: index("id"), userId: index("userId") },
    account: { id: index("id"), userId: index("userId") },
    verification: { identifier: index("identifier") },
  },
}
