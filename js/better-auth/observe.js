"use strict"

// What users hang onto operations: metrics, extensions, and the log.

const { types } = require("node:util")

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {(args: any) => Promise<any>} Run */

/** Warnings that were told in this process, by their words. */
const told = new Set()
/** Beyond this many, a warning may be told again: names of tables and models are few. */
const MOST_TOLD = 1_000

/** @type {import("../better-auth.js").AdapterLogger} */
const consoleLogger = {
  warn(message, meta) {
    if (meta === undefined) console.warn(message)
    else console.warn(message, meta)
  },
}

/**
 * Logs a warning: once in a process, or always if debug logs are on.
 *
 * @param {Settings} settings
 * @param {string} message
 * @param {Record<string, unknown>} [meta]
 */
function warn({ logger = consoleLogger, debugLogs }, message, meta) {
  if (!debugLogs) {
    if (told.has(message)) return
    if (told.size >= MOST_TOLD) told.clear()
    told.add(message)
  }
  logger.warn(`dynauth: ${message}`, meta)
}

/**
 * Reports what the native part noticed: scans, large counts.
 *
 * @param {Settings} settings
 * @param {{ message: string, table: string, model: string }[] | undefined} notices
 */
function report(settings, notices) {
  if (notices === undefined) return
  for (const { message, ...meta } of notices) warn(settings, message, meta)
}

/**
 * An operation whose duration and failure are measured. What a metrics function throws is no failure of the operation:
 * it has been done.
 *
 * @param {Settings} settings
 * @param {string} operation
 * @param {Run} run
 * @returns {Run}
 */
function measured(settings, operation, run) {
  const { metrics } = settings
  if (!metrics) return run
  /** @type {import("../better-auth.js").AdapterMetrics} */
  const tell = (event) => {
    try {
      metrics(event)
    } catch (error) {
      warn(settings, `\`config.metrics\` threw: ${error}`)
    }
  }
  return async (args) => {
    const begun = performance.now()
    const model = args?.model ?? ""
    let answer
    try {
      answer = await run(args)
    } catch (error) {
      tell({ operation, model, durationMs: performance.now() - begun, error: /** @type {Error} */ (error) })
      throw error
    }
    tell({ operation, model, durationMs: performance.now() - begun })
    return answer
  }
}

/** What of an operation's arguments is the data that a hook may give back by itself. */
const DATA_ARGUMENTS = { create: "data", update: "update", updateMany: "update" }

/**
 * An operation with the hooks that extensions have for it, in their order. A hook before it is given the arguments as
 * the hooks before that left them.
 *
 * @param {Settings} settings
 * @param {string} operation
 * @param {Run} run
 * @returns {Run}
 */
function extended({ extensions }, operation, run) {
  const named = operation[0].toUpperCase() + operation.slice(1)
  const before = hooks(extensions, `onBefore${named}`)
  const after = hooks(extensions, `onAfter${named}`)
  if (before.length === 0 && after.length === 0) return run
  const dataArgument = /** @type {Record<string, string>} */ (DATA_ARGUMENTS)[operation]
  return async (args) => {
    for (const hook of before) args = changed(args, await hook(args), dataArgument)
    const result = await run(args)
    for (const hook of after) await hook({ ...args, result })
    return result
  }
}

/**
 * The functions of this name that extensions have.
 *
 * @param {any[]} extensions
 * @param {string} name
 * @returns {((args: any) => unknown)[]}
 */
function hooks(extensions, name) {
  return extensions
    .filter((extension) => typeof extension[name] === "function")
    .map((extension) => extension[name].bind(extension))
}

/**
 * Arguments with what a hook gave back: other arguments by name (`{ data }`, `{ where }`), or else the data itself.
 *
 * @param {any} args
 * @param {any} given
 * @param {string | undefined} dataArgument
 */
function changed(args, given, dataArgument) {
  if (typeof given !== "object" || given === null) return args
  const isData = dataArgument !== undefined && !isObject(given[dataArgument])
  return isData ? { ...args, [dataArgument]: given } : { ...args, ...given }
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !types.isDate(value) && !Array.isArray(value)
}

module.exports = { warn, report, measured, extended, hooks }
