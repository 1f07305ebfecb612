"use strict"

const { DynamoAdapterError } = require("./errors.js")

/**
 * Gives the functions of a native object a stack: natively, their errors begin on one without JavaScript.
 *
 * @template {object} T
 * @param {T} object changed, and returned
 * @param {unknown} connection held for as long as one of the functions can be called
 * @returns {T}
 */
function traced(object, connection) {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    Object.defineProperty(object, name, {
      ...property,
      value: tracedFunction(name, property.value, connection),
    })
  }
  return object
}

/**
 * The same function, whose errors show where it was called.
 *
 * @param {string} name
 * @param {(...values: any[]) => Promise<unknown>} method
 * @param {unknown} connection
 */
function tracedFunction(name, method, connection) {
  const { [name]: named } = {
    /** @param {unknown[]} values */
    async [name](...values) {
      try {
        return await method(...values)
      } catch (error) {
        if (error instanceof DynamoAdapterError) Error.captureStackTrace?.(error)
        throw error
      } finally {
        void connection
      }
    },
  }
  return named
}

module.exports = { traced }
