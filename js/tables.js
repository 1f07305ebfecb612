"use strict"

const native = require("./addon.js")
const { checkFieldsNow, describe, invalidConfig, text } = require("./check.js")
const { openConnection } = require("./connection.js")
const { authJsOptions, complete, secondaryStorageConfig } = require("./options.js")

/** @type {(value: any) => boolean} */
const areTexts = (value) => Array.isArray(value) && value.every(text.accepts)

const INDEX_FIELDS = {
  indexName: text,
  partitionKey: text,
  sortKey: text,
  projection: {
    accepts: (/** @type {any} */ value) =>
      value === "ALL" || value === "KEYS_ONLY" || (typeof value === "object" && areTexts(value?.include)),
    expected: '"ALL", "KEYS_ONLY" or { include: [attribute names] }',
  },
}
const TABLE_FIELDS = {
  tableName: text,
  partitionKey: text,
  sortKey: text,
  indexes: { accepts: Array.isArray, expected: "an array" },
  numberAttributes: { accepts: areTexts, expected: "an array of attribute names" },
  ttlAttribute: text,
}

/** @param {string} name @param {any} value @param {Record<string, import("./check.js").Field>} fields @param {string[]} required */
function checkDefinition(name, value, fields, required) {
  checkFieldsNow(name, value, fields)
  for (const field of required) {
    if (value[field] === undefined) throw invalidConfig(`\`${name}.${field}\` is missing.`)
  }
}

/** @type {typeof import("./tables.js").authJsTable} */
function authJsTable(options) {
  return /** @type {any} */ (native.authJsTable(complete(authJsOptions(options))))
}

/** @type {typeof import("./tables.js").secondaryStorageTable} */
function secondaryStorageTable(config) {
  return /** @type {any} */ (native.secondaryStorageTable(complete(secondaryStorageConfig(config))))
}

/** @type {typeof import("./tables.js").betterAuthTables} */
function betterAuthTables(options, config) {
  if (typeof options !== "object" || options === null) {
    throw invalidConfig(`\`options\` must be the options of Better Auth, but is ${describe(options)}.`)
  }
  if ("$context" in options && "handler" in options) {
    throw invalidConfig("`options` is what `betterAuth` returned. Give its options: `auth.options`.")
  }
  const { betterAuthTables } = require("./better-auth/adapter.js")
  return betterAuthTables(createAdapterFactory(), options, config)
}

/** Better Auth is loaded here and not before: those who have tables of Auth.js need not have it. */
function createAdapterFactory() {
  try {
    return require("better-auth/adapters").createAdapterFactory
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === "ERR_REQUIRE_ESM") {
      throw invalidConfig("`betterAuthTables` needs Node.js 20.19, 22.12 or newer.", error)
    }
    throw invalidConfig(
      "`betterAuthTables` could not load Better Auth. Install `better-auth` where this package is installed.",
      error,
    )
  }
}

/** @type {typeof import("./tables.js").createTables} */
async function createTables(connection, definitions) {
  const list = Array.isArray(definitions) ? definitions : [definitions]
  list.forEach((definition, position) => {
    const name = Array.isArray(definitions) ? `definitions[${position}]` : "definition"
    checkDefinition(name, definition, TABLE_FIELDS, ["tableName", "partitionKey"])
    const indexes = definition.indexes ?? []
    indexes.forEach((index, at) =>
      checkDefinition(`${name}.indexes[${at}]`, index, INDEX_FIELDS, ["indexName", "partitionKey"]),
    )
  })
  const open = openConnection(connection)
  try {
    return await native.createTables(open.handle, list)
  } finally {
    // Held until here: the native part does not hold what JavaScript it may call.
    void open
  }
}

module.exports = { authJsTable, betterAuthTables, secondaryStorageTable, createTables }
