"use strict"

// The options of the Auth.js adapter and of the secondary storage: names and types. Defaults and what they mean are the
// native part's.

const { checkFields, flag, invalidConfig, millisecondsOrZero, text, withoutUnset } = require("./check.js")

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
  deleteOnly: { accepts: (/** @type {unknown} */ value) => value === "auth", expected: '"auth"' },
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
 * Options as the native part takes them, and what of them is unset, in words.
 *
 * @typedef {{ options: Record<string, unknown>, unset?: string }} Checked
 */

/**
 * @param {import("../index.js").DynamoDBAdapterOptions | null} [options]
 * @returns {Checked}
 */
function authJsOptions(options) {
  if (options === undefined || options === null) return { options: {} }
  const unset = checkFields("options", options, FIELDS, REMEDIES)
  return { options: withoutUnset(options), unset }
}

/**
 * @param {import("./secondary-storage.js").SecondaryStorageConfig | null} [config]
 * @returns {Checked & { client?: import("../index.js").Connection | null }}
 */
function secondaryStorageConfig(config) {
  if (config === undefined || config === null) return { options: {} }
  const unset = checkFields("config", config, SECONDARY_STORAGE_FIELDS, SECONDARY_STORAGE_REMEDIES)
  const { client, ...options } = /** @type {import("./secondary-storage.js").SecondaryStorageConfig} */ (
    config
  )
  return { client, options: withoutUnset(options), unset }
}

/**
 * The options of what is made at once, and so needs all of them.
 *
 * @param {Checked} checked
 */
function complete({ options, unset }) {
  if (unset !== undefined) throw invalidConfig(unset)
  return options
}

module.exports = { authJsOptions, secondaryStorageConfig, complete }
