"use strict"

// The configuration of the Better Auth adapter: names, types, and which part of it is for whom. Defaults and what they
// mean are the native part's, but for those of what is JavaScript's: `logger`, `metrics`, `extensions`, `transactionRetries`.

const { checkFields, describe, flag, invalidConfig, text, UNSET_REMEDY, wholeNumber } = require("../check.js")
const { FIELDS: CONNECTION_FIELDS, REMEDIES: CONNECTION_REMEDIES } = require("../connection.js")

/** @typedef {import("../check.js").Field} Field */
/** @typedef {import("../better-auth.js").DynamoDBAdapterConfig} DynamoDBAdapterConfig */

/**
 * What a configuration comes to.
 *
 * @typedef {object} Settings
 * @property {import("../../index.js").Connection | undefined} connection
 * @property {Record<string, unknown>} native what the native part is given
 * @property {boolean} usePlural
 * @property {any} debugLogs
 * @property {import("../better-auth.js").AdapterLogger | undefined} logger
 * @property {import("../better-auth.js").AdapterMetrics | undefined} metrics
 * @property {import("../better-auth.js").DynamoAdapterMiddleware[]} extensions
 * @property {number} transactionRetries
 * @property {string} [unset] what an unset variable of the environment left, in words: each operation rejects with it
 */

/** @type {(value: any) => boolean} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value)
/** @type {(value: any) => boolean} */
const isFunction = (value) => typeof value === "function"

/** @type {Field} */
const object = { accepts: isObject, expected: "an object" }
/** @type {Field} */
const count = wholeNumber(0)

const NATIVE_FIELDS = {
  tables: object,
  tablePrefix: text,
  indexes: object,
  keySchemas: object,
  enableEmailUniqueness: flag,
  uniqueness: flag,
  ttlAttribute: text,
  strict: flag,
  warnOnLargeCount: count,
  unsafeBatchUpdate: flag,
  updateManyConcurrency: wholeNumber(1),
  maxUpdateManyItems: count,
  maxDeleteManyItems: count,
  maxScanItems: count,
  consistentReads: flag,
}

const FIELDS = {
  client: {
    accepts: (/** @type {any} */ value) => isObject(value) || isFunction(value),
    expected: "a client of the AWS SDK for JavaScript, or connection settings",
  },
  ...CONNECTION_FIELDS,
  ...NATIVE_FIELDS,
  usePlural: flag,
  debugLogs: {
    accepts: (/** @type {any} */ value) => typeof value === "boolean" || isObject(value),
    expected: "true, false, or an object with true for the operations to log",
  },
  logger: {
    accepts: (/** @type {any} */ value) => isObject(value) && isFunction(value.warn),
    expected: "an object with the function `warn`, and `debug` if you like",
  },
  metrics: { accepts: isFunction, expected: "a function" },
  extensions: { accepts: Array.isArray, expected: "an array" },
  transactionRetries: wholeNumber(0, 100),
}

const REMEDIES = {
  ...CONNECTION_REMEDIES,
  tableName: "Each model has a table of its own: use `tables`, or `tablePrefix`.",
  database: "Give this adapter to `betterAuth` as its `database`.",
}

const INDEX_FIELDS = {
  indexName: text,
  hashKey: text,
  rangeKey: text,
  projection: {
    accepts: (/** @type {any} */ value) => value === "ALL" || value === "KEYS_ONLY" || isInclude(value),
    expected: '"ALL", "KEYS_ONLY" or { include: [attribute names] }',
  },
}

const KEY_SCHEMA_FIELDS = { pkField: text, skField: text }

/** The models that Better Auth always has. */
const CORE_MODELS = ["user", "session", "account", "verification"]

/** @param {any} value */
function isInclude(value) {
  return isObject(value) && Array.isArray(value.include) && value.include.every(text.accepts)
}

/**
 * Checks a configuration and sorts it.
 *
 * @param {DynamoDBAdapterConfig | null} [given]
 * @returns {Settings}
 */
function readConfig(given) {
  const unsetField = checkFields("config", given ?? {}, FIELDS, REMEDIES)
  /** @type {Record<string, any>} */
  const config = given ?? {}
  const { client, logger, metrics, extensions = [], usePlural = false, debugLogs = false } = config
  const keySchemas = Object.entries(config.keySchemas ?? {})
  const unset = [
    unsetField,
    checkTables(config.tables),
    checkNested("indexes", config.indexes, INDEX_FIELDS, ["indexName", "hashKey"]),
    ...keySchemas.map(([model, keySchema]) =>
      checkPart(`config.keySchemas.${model}`, keySchema, KEY_SCHEMA_FIELDS, ["pkField"]),
    ),
  ]
  extensions.forEach(checkExtension)
  const fields = pick(config, CONNECTION_FIELDS)
  if (client !== undefined && fields) {
    const names = Object.keys(fields).map((name) => `\`${name}\``)
    throw invalidConfig(
      `\`config\` has \`client\` and ${names.join(", ")}. Give either, for the client has all of it.`,
    )
  }
  return {
    connection: client ?? fields,
    // A copy: what is changed in the objects later changes nothing here.
    native: structuredClone(pick(config, NATIVE_FIELDS) ?? {}),
    usePlural,
    debugLogs,
    logger,
    metrics,
    extensions,
    transactionRetries: config.transactionRetries ?? 5,
    unset: unset.find((fault) => fault !== undefined),
  }
}

/**
 * The fields that are given out of some.
 *
 * @param {Record<string, any>} config
 * @param {Record<string, Field>} fields
 * @returns {Record<string, unknown> | undefined} `undefined` for none
 */
function pick(config, fields) {
  const names = Object.keys(fields).filter((name) => config[name] !== undefined)
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, config[name]])) : undefined
}

/**
 * @param {Record<string, unknown> | undefined} tables
 * @returns {string | undefined} the first table whose name an unset variable of the environment should give, in words
 */
function checkTables(tables) {
  if (tables === undefined) return
  /** @type {string | undefined} */
  let unset
  for (const [model, name] of Object.entries(tables)) {
    if (text.accepts(name) || (name === undefined && !CORE_MODELS.includes(model))) continue
    const fault = `\`config.tables.${model}\` must be ${text.expected}, but is ${describe(name)}.`
    if (name !== undefined && name !== "") throw invalidConfig(fault)
    unset ??= `${fault} ${UNSET_REMEDY}`
  }
  const missing = CORE_MODELS.filter((model) => !Object.hasOwn(tables, model))
  if (missing.length > 0) {
    throw invalidConfig(
      `\`config.tables\` has no name for ${missing.join(", ")}. Name the tables of ${CORE_MODELS.join(", ")}; ` +
        "or leave `tables` out, so that all are named by `tablePrefix` and their model.",
    )
  }
  return unset
}

/**
 * @param {string} field
 * @param {Record<string, any> | undefined} models
 * @param {Record<string, Field>} fields
 * @param {string[]} required
 * @returns {string | undefined} as {@link checkPart}
 */
function checkNested(field, models, fields, required) {
  /** @type {string | undefined} */
  let unset
  for (const [model, parts] of Object.entries(models ?? {})) {
    const name = `config.${field}.${model}`
    if (!isObject(parts)) throw invalidConfig(`\`${name}\` must be an object, but is ${describe(parts)}.`)
    for (const [part, value] of Object.entries(parts)) {
      const fault = checkPart(`${name}.${part}`, value, fields, required)
      unset ??= fault
    }
  }
  return unset
}

/**
 * @param {string} name
 * @param {any} value
 * @param {Record<string, Field>} fields
 * @param {string[]} required
 * @returns {string | undefined} what an unset variable of the environment left, in words
 */
function checkPart(name, value, fields, required) {
  let unset = checkFields(name, value, fields)
  for (const field of required) {
    if (value[field] !== undefined) continue
    const fault = `\`${name}.${field}\` is missing.`
    if (!Object.hasOwn(value, field)) throw invalidConfig(fault)
    unset ??= `${fault} ${UNSET_REMEDY}`
  }
  return unset
}

/**
 * @param {any} extension
 * @param {number} index
 */
function checkExtension(extension, index) {
  const name = `config.extensions[${index}]`
  if (!isObject(extension))
    throw invalidConfig(`\`${name}\` must be an object, but is ${describe(extension)}.`)
  for (const hook of Object.keys(extension)) {
    if (/^on(Before|After)/.test(hook) && extension[hook] !== undefined && !isFunction(extension[hook])) {
      throw invalidConfig(`\`${name}.${hook}\` must be a function, but is ${describe(extension[hook])}.`)
    }
  }
}

module.exports = { readConfig }
