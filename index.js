"use strict"

const native = require("./js/addon.js")
const { openConnection } = require("./js/connection.js")
const errors = require("./js/errors.js")
const { authJsOptions } = require("./js/options.js")

/** @type {typeof import("./index.js").DynamoDBAdapter} */
function DynamoDBAdapter(connection, options) {
  const open = openConnection(connection)
  const adapter = native.createAdapter(open.handle, authJsOptions(options))
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(adapter))) {
    Object.defineProperty(adapter, name, { ...property, value: traced(name, property.value, open) })
  }
  return /** @type {any} */ (adapter)
}

/**
 * The same method, whose errors show where it was called: natively, they begin on a stack without JavaScript.
 *
 * @param {string} name
 * @param {(...values: any[]) => Promise<unknown>} method
 * @param {unknown} connection held for as long as the method can be called
 */
function traced(name, method, connection) {
  const { [name]: named } = {
    /** @param {unknown[]} values */
    async [name](...values) {
      try {
        return await method(...values)
      } catch (error) {
        if (error instanceof errors.DynamoAdapterError) Error.captureStackTrace?.(error)
        throw error
      } finally {
        void connection
      }
    },
  }
  return named
}

exports.DynamoDBAdapter = DynamoDBAdapter
exports.DynamoAdapterError = errors.DynamoAdapterError
exports.UnsupportedOperatorError = errors.UnsupportedOperatorError
exports.UnsupportedOptionError = errors.UnsupportedOptionError
exports.InvalidWhereError = errors.InvalidWhereError
