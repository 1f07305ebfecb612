"use strict"

const native = require("./addon.js")
const { holding, openConnection } = require("./connection.js")
const { secondaryStorageConfig } = require("./options.js")

/** @type {typeof import("./secondary-storage.js").dynamodbSecondaryStorage} */
function dynamodbSecondaryStorage(config) {
  const { client, options, unset } = secondaryStorageConfig(config)
  const open = openConnection(client, unset)
  return /** @type {any} */ (holding(native.createSecondaryStorage(open.handle, options), open))
}

module.exports = { dynamodbSecondaryStorage }
