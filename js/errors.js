"use strict"

const { CLASS } = require("./adopted.js")

/** @typedef {import("./errors.js").ErrorDetails} ErrorDetails */

const isInstance = Function.prototype[Symbol.hasInstance]

class DynamoAdapterError extends Error {
  /** @param {any} value */
  static [Symbol.hasInstance](value) {
    if (isInstance.call(this, value)) return true
    // A class that somebody derives from ours has only its own instances.
    if (!Object.hasOwn(this.prototype, CLASS) || typeof value !== "object" || value === null) return false
    const name = value[CLASS]
    return (
      typeof name === "string" &&
      (this === DynamoAdapterError || name === /** @type {any} */ (this.prototype)[CLASS])
    )
  }

  /**
   * @param {import("./errors.js").ErrorCode} code
   * @param {string} message
   * @param {ErrorDetails} [details]
   */
  constructor(code, message, details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.operation = details.operation
    this.table = details.table
  }
}

class UnsupportedOperatorError extends DynamoAdapterError {
  /** @param {string} message @param {ErrorDetails} [details] */
  constructor(message, details) {
    super("UNSUPPORTED_OPERATOR", message, details)
  }
}

class UnsupportedOptionError extends DynamoAdapterError {
  /** @param {string} message @param {ErrorDetails} [details] */
  constructor(message, details) {
    super("UNSUPPORTED_OPTION", message, details)
  }
}

class InvalidWhereError extends DynamoAdapterError {
  /** @param {string} message @param {ErrorDetails} [details] */
  constructor(message, details) {
    super("INVALID_WHERE", message, details)
  }
}

for (const errorClass of [
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
]) {
  // On the prototype and not enumerable, as with the errors of JavaScript itself.
  for (const key of ["name", CLASS]) {
    Object.defineProperty(errorClass.prototype, key, {
      value: errorClass.name,
      writable: true,
      configurable: true,
    })
  }
}

module.exports = {
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
}
