"use strict"

// The options of the Auth.js adapter: names and types. Defaults and what they mean are the native part's.

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
}

const connection = "It belongs to the connection: `DynamoDBAdapter({ … }, options)`."
const REMEDIES = { region: connection, endpoint: connection, credentials: connection, profile: connection }

/**
 * @param {import("../index.js").DynamoDBAdapterOptions | null} [options]
 * @returns {Record<string, unknown>}
 */
function authJsOptions(options) {
  if (options === undefined || options === null) return {}
  checkFields("options", options, FIELDS, REMEDIES)
  return options
}

module.exports = { authJsOptions }
