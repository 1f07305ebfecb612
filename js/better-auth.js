"use strict"

// Better Auth is ESM only: `require` takes it from Node.js 20.19 and 22.12 on. `better-auth.mjs` is for `import`, on all.

const { createAdapterFactory } = require("better-auth/adapters")

const entry = require("./better-auth/entry.js")

exports.dynamodbAdapter = entry.createDynamodbAdapter(createAdapterFactory)
exports.dynamodbSecondaryStorage = entry.dynamodbSecondaryStorage
exports.explain = entry.explain
exports.DynamoAdapterError = entry.DynamoAdapterError
exports.UnsupportedOperatorError = entry.UnsupportedOperatorError
exports.UnsupportedOptionError = entry.UnsupportedOptionError
exports.InvalidWhereError = entry.InvalidWhereError
