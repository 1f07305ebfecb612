"use strict"

// What `better-auth.js` and `better-auth.mjs` have in common: everything but how they come by Better Auth.

const { createDynamodbAdapter } = require("./adapter.js")
const { explain } = require("./explain.js")
const errors = require("../errors.js")
const { dynamodbSecondaryStorage } = require("../secondary-storage.js")

module.exports = { createDynamodbAdapter, dynamodbSecondaryStorage, explain, ...errors }
