"use strict"

// Errors of other classes that are ours as well: `instanceof DynamoAdapterError` is true for them, and they have its fields.

/** @typedef {import("./errors.js").DynamoAdapterError} DynamoAdapterError */
/** @typedef {import("./errors.js").ErrorDetails} ErrorDetails */

/** @type {WeakSet<object>} */
const adopted = new WeakSet()

/**
 * Makes an error of another class one of ours, `instanceof` included.
 *
 * @template {Error} Other
 * @param {Other} error
 * @param {import("./errors.js").ErrorCode} code
 * @param {ErrorDetails} details
 * @returns {Other & DynamoAdapterError}
 */
function adopt(error, code, { cause, operation, table }) {
  adopted.add(error)
  if (cause !== undefined) {
    Object.defineProperty(error, "cause", { value: cause, writable: true, configurable: true })
  }
  return Object.assign(error, { code, operation, table })
}

/**
 * An error for work on many items that failed for some: an AggregateError with the single failures.
 *
 * @param {Error[]} errors
 * @param {import("./errors.js").ErrorCode} code
 * @param {string} message
 * @param {ErrorDetails} details
 */
function aggregateError(errors, code, message, details) {
  return adopt(new AggregateError(errors, message), code, details)
}

module.exports = { adopted, adopt, aggregateError }
