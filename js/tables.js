"use strict"

const native = require("./addon.js")
const { checkFields, invalidConfig, text } = require("./check.js")
const { openConnection } = require("./connection.js")
const { authJsOptions, secondaryStorageConfig } = require("./options.js")

const INDEX_FIELDS = { indexName: text, partitionKey: text, sortKey: text }
const TABLE_FIELDS = {
  tableName: text,
  partitionKey: text,
  sortKey: text,
  indexes: { accepts: Array.isArray, expected: "an array" },
  ttlAttribute: text,
}

/** @param {string} name @param {any} value @param {Record<string, import("./check.js").Field>} fields @param {string[]} required */
function checkDefinition(name, value, fields, required) {
  checkFields(name, value, fields)
  for (const field of required) {
    if (value[field] === undefined) throw invalidConfig(`\`${name}.${field}\` is missing.`)
  }
}

/** @type {typeof import("./tables.js").authJsTable} */
function authJsTable(options) {
  return /** @type {any} */ (native.authJsTable(authJsOptions(options)))
}

/** @type {typeof import("./tables.js").secondaryStorageTable} */
function secondaryStorageTable(config) {
  return /** @type {any} */ (native.secondaryStorageTable(secondaryStorageConfig(config).options))
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

module.exports = { authJsTable, secondaryStorageTable, createTables }
