"use strict"

const HELD = Symbol("dynauth: connection")

/**
 * Lets the functions of a native object hold what they need of JavaScript: the native part knows it weakly.
 *
 * @template {object} T
 * @param {T} object
 * @param {unknown} connection held for as long as one of the functions can be called
 * @returns {T}
 */
function holding(object, connection) {
  for (const { value } of Object.values(Object.getOwnPropertyDescriptors(object))) {
    if (typeof value === "function") Object.defineProperty(value, HELD, { value: connection })
  }
  return object
}

module.exports = { holding }
