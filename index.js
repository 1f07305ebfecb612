"use strict"

const native = require("./js/addon.js")
const { holding, openConnection } = require("./js/connection.js")
const errors = require("./js/errors.js")
const { format, generateUpdateExpression } = require("./js/format.js")
const { authJsOptions } = require("./js/options.js")

/**
 * @param {import("./index.js").Connection | null} [connection]
 * @param {import("./index.js").DynamoDBAdapterOptions | null} [options]
 * @returns {any}
 */
function DynamoDBAdapter(connection, options) {
  const checked = authJsOptions(options)
  const open = openConnection(connection, checked.unset)
  return holding(native.createAdapter(open.handle, checked.options), open)
}

exports.DynamoDBAdapter = DynamoDBAdapter
exports.format = format
exports.generateUpdateExpression = generateUpdateExpression
exports.DynamoAdapterError = errors.DynamoAdapterError
exports.UnsupportedOperatorError = errors.UnsupportedOperatorError
exports.UnsupportedOptionError = errors.UnsupportedOptionError
exports.InvalidWhereError = errors.InvalidWhereError
