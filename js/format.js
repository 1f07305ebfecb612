"use strict"

// The two helpers that `@auth/dynamodb-adapter` and `@next-auth/dynamodb-adapter` export beside their adapter: apps that work
// on the table themselves import them. They do what they do there, in the edge cases too, for what such an app stores and
// reads has to stay as it is. The adapter itself uses neither.

// It looks at what a value is, not at whose constructor made it: Jest's tests and `node:vm` have a `Date` of their own.
const { isDate } = require("node:util/types")

/** The keys of the table and of its index, by their default names; `from` leaves them out. */
const KEYS = new Set(["pk", "sk", "GSI1PK", "GSI1SK"])
/** The values of `type` that tell items apart, and are no property; an account has a `type` of its own. */
const ITEM_TYPES = new Set(["USER", "SESSION", "VT"])
const ISO_8601 = /\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-][0-2]\d:[0-5]\d)/

/** @param {unknown} value */
const isDateText = (value) =>
  typeof value === "string" && ISO_8601.test(value) && !Number.isNaN(Date.parse(value))

/** @type {typeof import("../index.js").format} */
const format = {
  to(object) {
    /** @type {Record<string, unknown>} */
    const formatted = {}
    // Inherited properties too, as there.
    for (const name in object) {
      const value = object[name]
      if (!isDate(value)) formatted[name] = value
      else formatted[name] = name === "expires" ? value.getTime() / 1000 : value.toISOString()
    }
    return formatted
  },

  from(object) {
    if (!object) return null
    /** @type {Record<string, any>} */
    const properties = {}
    for (const name in object) {
      const value = object[name]
      if (KEYS.has(name) || (name === "type" && ITEM_TYPES.has(value))) continue
      if (isDateText(value)) properties[name] = new Date(value)
      else if (name === "expires" && typeof value === "number") properties[name] = new Date(value * 1000)
      else properties[name] = value
    }
    return /** @type {any} */ (properties)
  },
}

/** @type {typeof import("../index.js").generateUpdateExpression} */
function generateUpdateExpression(object) {
  const values = format.to(object)
  const expression = {
    UpdateExpression: "set",
    ExpressionAttributeNames: /** @type {Record<string, string>} */ ({}),
    ExpressionAttributeValues: /** @type {Record<string, unknown>} */ ({}),
  }
  for (const name in values) {
    expression.UpdateExpression += ` #${name} = :${name},`
    expression.ExpressionAttributeNames[`#${name}`] = name
    expression.ExpressionAttributeValues[`:${name}`] = values[name]
  }
  // Without the last comma.
  expression.UpdateExpression = expression.UpdateExpression.slice(0, -1)
  return expression
}

module.exports = { format, generateUpdateExpression }
