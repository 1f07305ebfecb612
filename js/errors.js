"use strict"

const { adopted } = require("./adopted.js")

/** @typedef {import("./errors.js").ErrorDetails} ErrorDetails */

const isInstance = Function.prototype[Symbol.hasInstance]

class DynamoAdapterError extends Error {
  /** @param {any} value */
  static [Symbol.hasInstance](value) {
    return isInstance.call(this, value) || (this === DynamoAdapterError && adopted.has(value))
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
  Object.defineProperty(errorClass.prototype, "name", {
    value: errorClass.name,
    writable: true,
    configurable: true,
  })
}

module.exports = {
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
}
