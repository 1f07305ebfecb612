"use strict"

const native = require("./js/addon.js")
const { openConnection } = require("./js/connection.js")
const errors = require("./js/errors.js")
const { authJsOptions } = require("./js/options.js")

/** @type {typeof import("./index.js").DynamoDBAdapter} */
function DynamoDBAdapter(connection, options) {
  return native.createAdapter(openConnection(connection), authJsOptions(options))
}

exports.DynamoDBAdapter = DynamoDBAdapter
exports.DynamoAdapterError = errors.DynamoAdapterError
exports.UnsupportedOperatorError = errors.UnsupportedOperatorError
exports.UnsupportedOptionError = errors.UnsupportedOptionError
exports.InvalidWhereError = errors.InvalidWhereError
