"use strict"

/** @typedef {import("./errors.js").ErrorDetails} ErrorDetails */

class DynamoAdapterError extends Error {
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

for (const errorClass of [DynamoAdapterError, UnsupportedOperatorError, UnsupportedOptionError, InvalidWhereError]) {
  // On the prototype and not enumerable, as with the errors of JavaScript itself.
  Object.defineProperty(errorClass.prototype, "name", {
    value: errorClass.name,
    writable: true,
    configurable: true,
  })
}

/**
 * The error for a failure of the native part, which calls this.
 *
 * @param {import("./errors.js").ErrorCode} code
 * @param {string} message
 * @param {string} [operation]
 * @param {string} [table]
 * @param {string} [causeName]
 * @param {string} [causeMessage]
 * @param {string} [requestId]
 */
function createError(code, message, operation, table, causeName, causeMessage, requestId) {
  /** @type {ErrorDetails} */
  const details = { operation, table }
  if (causeName !== undefined) {
    const cause = new Error(causeMessage)
    Object.defineProperty(cause, "name", { value: causeName, writable: true, configurable: true })
    if (requestId !== undefined) Object.assign(cause, { requestId })
    details.cause = cause
  }
  switch (code) {
    case "UNSUPPORTED_OPERATOR":
      return new UnsupportedOperatorError(message, details)
    case "UNSUPPORTED_OPTION":
      return new UnsupportedOptionError(message, details)
    case "INVALID_WHERE":
      return new InvalidWhereError(message, details)
    default:
      return new DynamoAdapterError(code, message, details)
  }
}

module.exports = {
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
  createError,
}
