"use strict"

const { invalidConfig } = require("../check.js")

/** @type {typeof import("../better-auth.js").explain} */
async function explain(auth, request) {
  const context = await auth.$context
  const explainHere = context?.adapter?.options?.explain
  if (typeof explainHere !== "function") {
    throw invalidConfig(
      "`auth` does not use this adapter. Give what `betterAuth({ database: dynamodbAdapter() })` returned.",
    )
  }
  return explainHere(request)
}

module.exports = { explain }
