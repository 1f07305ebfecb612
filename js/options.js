"use strict"

// The options of the Auth.js adapter and of the secondary storage: names and types. Defaults and what they mean are the
// native part's.

const { checkFields, flag, millisecondsOrZero, text } = require("./check.js")

const FIELDS = {
  tableName: text,
  partitionKey: text,
  sortKey: text,
  indexName: text,
  indexPartitionKey: text,
  indexSortKey: text,
  uniqueness: flag,
  consistentReads: flag,
  indexLagTimeout: millisecondsOrZero,
  shareReads: flag,
}

const SECONDARY_STORAGE_FIELDS = {
  client: { accepts: () => true, expected: "a connection" },
  tableName: text,
}

/** What to say where fields of the connection are given as options. @param {string} place */
const ofConnection = (place) => {
  const remedy = `It belongs to the connection: \`${place}\`.`
  return { region: remedy, endpoint: remedy, credentials: remedy, profile: remedy }
}

const REMEDIES = ofConnection("DynamoDBAdapter({ … }, options)")
const SECONDARY_STORAGE_REMEDIES = ofConnection("dynamodbSecondaryStorage({ client: { … } })")

/**
 * @param {import("../index.js").DynamoDBAdapterOptions | null} [options]
 * @returns {Record<string, unknown>}
 */
function authJsOptions(options) {
  if (options === undefined || options === null) return {}
  checkFields("options", options, FIELDS, REMEDIES)
  return options
}

/**
 * @param {import("./secondary-storage.js").SecondaryStorageConfig | null} [config]
 * @returns {{ client?: import("../index.js").Connection | null, options: Record<string, unknown> }}
 */
function secondaryStorageConfig(config) {
  if (config === undefined || config === null) return { options: {} }
  checkFields("config", config, SECONDARY_STORAGE_FIELDS, SECONDARY_STORAGE_REMEDIES)
  const { client, ...options } = /** @type {import("./secondary-storage.js").SecondaryStorageConfig} */ (
    config
  )
  return { client, options }
}

module.exports = { authJsOptions, secondaryStorageConfig }
