"use strict"

// Failures of operations, on their way to Better Auth and its users.

const { adopt } = require("../adopted.js")
const { DynamoAdapterError } = require("../errors.js")

/**
 * Loads `better-auth/api`. Each entry brings its own way: test runners that load modules in realms of their own give no
 * `import()` to CommonJS.
 *
 * @typedef {() => Promise<any>} LoadApi
 */

/**
 * What the losers of a race are answered over HTTP. Better Auth checks first, so these are met only where two requests
 * check at the same time; as failures without a status they would be "500 Internal Server Error". The words are public:
 * the error's own message names tables, which is for logs.
 *
 * @type {Partial<Record<import("../errors.js").ErrorCode, { status: string, code: string, message: string }>>}
 */
const ANSWERS = {
  EMAIL_EXISTS: {
    status: "UNPROCESSABLE_ENTITY",
    code: "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
    message: "User already exists. Use another email.",
  },
  ACCOUNT_EXISTS: {
    status: "CONFLICT",
    code: "SOCIAL_ACCOUNT_ALREADY_LINKED",
    message: "Social account already linked",
  },
  CONDITIONAL_CHECK_FAILED: {
    status: "CONFLICT",
    code: "ALREADY_EXISTS",
    message: "This is taken already, or has been changed in the meantime.",
  },
  TRANSACTION_FAILED: {
    status: "CONFLICT",
    code: "CONFLICT",
    message: "This was changed by another request at the same time. Try again.",
  },
}

/**
 * The error to reject with for what an operation failed by. Ours get a stack that shows who called: natively, they begin
 * on one without JavaScript. Those of {@link ANSWERS} become an APIError of Better Auth's, which its endpoints answer as
 * it says, and stay a DynamoAdapterError with code, message, operation, table and cause.
 *
 * @param {any} error
 * @param {LoadApi} loadApi
 * @returns {Promise<unknown>}
 */
async function failure(error, loadApi) {
  if (!(error instanceof DynamoAdapterError)) return error
  Error.captureStackTrace?.(error, failure)
  const answer = ANSWERS[error.code]
  if (!answer || "statusCode" in error) return error
  const APIError = await betterAuthsError(loadApi)
  if (!APIError) return error
  const { status, ...body } = answer
  const apiError = new APIError(status, body)
  for (const [name, value] of Object.entries({ message: error.message, stack: error.stack })) {
    Object.defineProperty(apiError, name, { value, writable: true, configurable: true, enumerable: false })
  }
  return adopt(apiError, error.code, error)
}

/**
 * The class that the running Better Auth knows. It has been loaded by then: it is what calls.
 *
 * @param {LoadApi} loadApi
 */
async function betterAuthsError(loadApi) {
  try {
    return (await loadApi()).APIError
  } catch {
    return undefined
  }
}

module.exports = { failure }
