"use strict"

const native = require("./js/addon.js")
const { holding, openConnection } = require("./js/connection.js")
const errors = require("./js/errors.js")
const { authJsOptions } = require("./js/options.js")

/** @type {typeof import("./index.js").DynamoDBAdapter} */
function DynamoDBAdapter(connection, options) {
  const checked = authJsOptions(options)
  const open = openConnection(connection, checked.unset)
  return /** @type {any} */ (holding(native.createAdapter(open.handle, checked.options), open))
}

exports.DynamoDBAdapter = DynamoDBAdapter
exports.DynamoAdapterError = errors.DynamoAdapterError
exports.UnsupportedOperatorError = errors.UnsupportedOperatorError
exports.UnsupportedOptionError = errors.UnsupportedOptionError
exports.InvalidWhereError = errors.InvalidWhereError
