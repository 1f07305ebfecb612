"use strict"

// Better Auth is ESM only: `require` takes it from Node.js 20.19 and 22.12 on. `better-auth.mjs` is for `import`, on all.

const { invalidConfig } = require("./check.js")
const entry = require("./better-auth/entry.js")

exports.dynamodbAdapter = entry.createDynamodbAdapter(createAdapterFactory(), async () =>
  require("better-auth/api"),
)
exports.dynamodbSecondaryStorage = entry.dynamodbSecondaryStorage
exports.explain = entry.explain
exports.DynamoAdapterError = entry.DynamoAdapterError
exports.UnsupportedOperatorError = entry.UnsupportedOperatorError
exports.UnsupportedOptionError = entry.UnsupportedOptionError
exports.InvalidWhereError = entry.InvalidWhereError

function createAdapterFactory() {
  try {
    return require("better-auth/adapters").createAdapterFactory
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ERR_REQUIRE_ESM") throw error
    throw invalidConfig(
      '`require("dynauth/better-auth")` needs Node.js 20.19, 22.12 or newer, for Better Auth consists of ES modules. ' +
        "Update Node.js, or use `import`.",
      error,
    )
  }
}
