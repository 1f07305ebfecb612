"use strict"

// Checks what users configure, with words that say what to change.

const { DynamoAdapterError } = require("./errors.js")

/**
 * @typedef {object} Field
 * @property {(value: any) => boolean} accepts
 * @property {string} expected such as "a string"
 */

/** @type {Field} */
const text = {
  accepts: (value) => typeof value === "string" && value !== "",
  expected: "a string that is not empty",
}

/** @type {Field} */
const flag = { accepts: (value) => typeof value === "boolean", expected: "true or false" }

/** @type {Field} */
const milliseconds = {
  accepts: (value) => typeof value === "number" && Number.isFinite(value) && value > 0,
  expected: "a number of milliseconds above zero",
}

/** @type {Field} */
const millisecondsOrZero = {
  accepts: (value) => value === 0 || milliseconds.accepts(value),
  expected: "a number of milliseconds, or zero",
}

/**
 * @param {number} least
 * @param {number} [most]
 * @returns {Field}
 */
const wholeNumber = (least, most = Number.MAX_SAFE_INTEGER) => ({
  accepts: (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  expected:
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number, at least ${least}`
      : `a whole number from ${least} to ${most}`,
})

const attempts = wholeNumber(1, 100)

/**
 * What `process.env.NAME ?? ""` and `Number(process.env.NAME)` are where the variable is not set.
 *
 * @param {unknown} value
 */
const isUnset = (value) => value === "" || Number.isNaN(value)

/**
 * Throws INVALID_CONFIG unless the value is an object with known fields of their types. Fields that are `undefined` are
 * as good as missing.
 *
 * An empty string or NaN, as an unset variable of the environment leaves it in a field, is not thrown: modules are loaded where an app is built, too,
 * and there the environment of production is not. The first such fault is returned, for the first call to reject with.
 *
 * @param {string} name what messages call the value
 * @param {unknown} value
 * @param {Record<string, Field>} fields
 * @param {Record<string, string>} [remedies] what to say about some unknown fields
 * @returns {string | undefined} what is unset, in words
 */
function checkFields(name, value, fields, remedies = {}) {
  /** @type {string | undefined} */
  let unset
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidConfig(`\`${name}\` must be an object, but is ${describe(value)}.`)
  }
  for (const [field, given] of Object.entries(value)) {
    if (!Object.hasOwn(fields, field)) {
      const remedy = Object.hasOwn(remedies, field) ? remedies[field] : suggest(field, Object.keys(fields))
      throw invalidConfig(`\`${name}\` has no field \`${field}\`. ${remedy}`)
    }
    const { accepts, expected } = fields[field]
    if (given === undefined || accepts(given)) continue
    const fault = `\`${name}.${field}\` must be ${expected}, but is ${describe(given)}.`
    if (!isUnset(given)) throw invalidConfig(fault)
    unset ??= `${fault} ${UNSET_REMEDY}`
  }
  return unset
}

const UNSET_REMEDY =
  "If it comes from an environment variable, that is not set where this runs: set it, or leave the field out."

/**
 * {@link checkFields}, where all is there already: what is unset is thrown, too.
 *
 * @type {typeof checkFields}
 */
function checkFieldsNow(...given) {
  const unset = checkFields(...given)
  if (unset !== undefined) throw invalidConfig(unset)
  return unset
}

/**
 * An object without the fields that an unset variable left, which then have their defaults.
 *
 * @param {Record<string, any>} object
 */
const withoutUnset = (object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => !isUnset(value)))

/**
 * @param {string} message
 * @param {unknown} [cause]
 */
function invalidConfig(message, cause) {
  return new DynamoAdapterError("INVALID_CONFIG", message, { cause })
}

/**
 * What a value is; strings are not shown, for they may be secret.
 *
 * @param {unknown} value
 */
function describe(value) {
  if (value === null || value === undefined) return String(value)
  if (typeof value === "number") return String(value)
  if (value === "") return "an empty string"
  if (Array.isArray(value)) return "an array"
  return /^[aeiou]/.test(typeof value) ? `an ${typeof value}` : `a ${typeof value}`
}

/**
 * @param {string} name
 * @param {string[]} known
 */
function suggest(name, known) {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance)
  if (nearest.distance <= Math.max(2, Math.floor(name.length / 3)))
    return `Did you mean \`${nearest.candidate}\`?`
  return `It has: ${known.map((candidate) => `\`${candidate}\``).join(", ")}.`
}

/**
 * How many letters have to be inserted, removed or changed to make one word of the other.
 *
 * @param {string} left
 * @param {string} right
 */
function distance(left, right) {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (left[i - 1] === right[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[right.length]
}

module.exports = {
  checkFields,
  checkFieldsNow,
  withoutUnset,
  UNSET_REMEDY,
  invalidConfig,
  describe,
  text,
  flag,
  milliseconds,
  millisecondsOrZero,
  attempts,
  wholeNumber,
}
