"use strict"

// Errors of other classes that are ours as well: `instanceof DynamoAdapterError` is true for them, and they have its fields.

/** @typedef {import("./errors.js").DynamoAdapterError} DynamoAdapterError */
/** @typedef {import("./errors.js").ErrorDetails} ErrorDetails */

/**
 * The name of an error's class, on all our errors. `instanceof` goes by it, not by the prototype alone: a process may load
 * the package several times (hot reload, each file of a test run, another realm), and each load has classes of its own.
 */
const CLASS = Symbol.for("dynauth: error class")

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
  Object.defineProperty(error, CLASS, { value: "DynamoAdapterError" })
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

module.exports = { CLASS, adopt, aggregateError }
