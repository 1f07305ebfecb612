"use strict"

// Better Auth's adapter over the native part. Model and field names, defaults and transformations are Better Auth's
// createAdapterFactory's; keys, requests and conditions are the native part's. Here the two are joined: an operation is one
// native call.

const native = require("../addon.js")
const { invalidConfig } = require("../check.js")
const { openConnection } = require("../connection.js")
const { readConfig } = require("./settings.js")
const { failure } = require("./failures.js")
const { generateId } = require("./ids.js")
const { extended, hooks, measured, report } = require("./observe.js")
const { nativeSchema } = require("./schema.js")
const { template } = require("./templates.js")

/** @typedef {import("./settings.js").Settings} Settings */

/**
 * What the adapters of one configuration and one set of Better Auth's options share.
 *
 * @typedef {object} Context
 * @property {Settings} settings
 * @property {unknown} open the connection, held for as long as its handle can be used
 * @property {any} handle the native adapter
 * @property {import("./failures.js").LoadApi} loadApi
 */

/** Better Auth's operations, each with the names of the arguments that its native function takes. */
const OPERATIONS = native.betterAuthOperations()

/**
 * What an operation's native function takes of the arguments that Better Auth gives by name.
 *
 * @param {string} operation
 * @param {any} args
 * @returns {any[]}
 */
const inTurn = (operation, args) => OPERATIONS[operation].map((name) => args[name])

/** What a transaction's commit may fail by because of others, and is then run again for. */
const CONFLICTS = new Set(["TRANSACTION_FAILED"])
/** The same, where it rather is for good: what is taken stays taken. Once more, for the callback to see who has it. */
const DUPLICATES = new Set(["CONDITIONAL_CHECK_FAILED", "EMAIL_EXISTS", "ACCOUNT_EXISTS"])
const MOST_RERUNS_FOR_DUPLICATES = 1
/** Before the first rerun and at most, in milliseconds; jitter takes up to all of it away. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 1_000

/**
 * The configurations of adapters, by what `dynamodbAdapter` returned.
 *
 * @type {WeakMap<object, Settings>}
 */
const settingsOf = new WeakMap()

/**
 * Makes `dynamodbAdapter` of Better Auth's `createAdapterFactory`, which CommonJS and ESM each get in their own way.
 *
 * @param {(given: { config: any, adapter: (helpers: any) => any }) => (options: any) => any} createAdapterFactory
 * @param {import("./failures.js").LoadApi} loadApi
 */
function createDynamodbAdapter(createAdapterFactory, loadApi) {
  /** @param {import("../better-auth.js").DynamoDBAdapterConfig | null} [config] */
  return function dynamodbAdapter(config) {
    const settings = readConfig(config)
    const open = openConnection(settings.connection, settings.unset)
    const factory = (/** @type {any} */ options) => {
      /** @type {Context} */
      const context = { settings, open, handle: undefined, loadApi }
      const base = adapterConfig(settings)
      const begin = (/** @type {any} */ begun, /** @type {any} */ effects) =>
        (effects.adapter = createAdapterFactory({
          // A transaction inside of a transaction is part of it, as with Better Auth's own adapters.
          config: { ...base, transaction: false },
          adapter: (helpers) => customAdapter(context, helpers, begun, effects),
        })(options))
      return createAdapterFactory({
        config: {
          ...base,
          transaction: (/** @type {any} */ callback) => transaction(context, begin, callback),
        },
        adapter: (helpers) => {
          context.handle =
            settings.unset === undefined
              ? native.createBetterAuthAdapter(open.handle, settings.native, nativeSchema(helpers))
              : rejecting(settings.unset)
          return customAdapter(context, helpers, context.handle)
        },
      })(options)
    }
    settingsOf.set(factory, settings)
    return factory
  }
}

/**
 * A stand-in for the native adapter where that cannot be made: each call rejects. Better Auth makes its adapter while an
 * app is loaded, and nothing that the environment lacks may end that.
 *
 * @param {string} fault
 */
function rejecting(fault) {
  const reject = async () => {
    throw invalidConfig(fault)
  }
  const operations = Object.fromEntries(Object.keys(OPERATIONS).map((operation) => [operation, reject]))
  const begin = () => ({ ...operations, commit: reject })
  return { ...operations, begin, explain: reject, takeNotices: () => undefined }
}

/** @param {Settings} settings */
function adapterConfig({ usePlural, debugLogs }) {
  return {
    adapterId: "dynamodb",
    adapterName: "DynamoDB (dynauth)",
    usePlural,
    debugLogs,
    // DynamoDB has them, or the native part marks what it stores in their place.
    supportsJSON: true,
    supportsDates: true,
    supportsBooleans: true,
    supportsArrays: true,
    // A counter per model.
    supportsNumericIds: true,
    customIdGenerator: generateId,
  }
}

/**
 * Whatever a transaction's operations leave outside of the database.
 *
 * @typedef {object} Effects
 * @property {unknown} adapter that of the transaction
 * @property {number} writes how many writes were asked for
 * @property {unknown[] | undefined} afterCommit what Better Auth will do after the commit
 */

/**
 * The operations that createAdapterFactory asks for, over the native adapter or one of its transactions.
 *
 * @param {Context} context
 * @param {any} helpers
 * @param {any} handle
 * @param {Effects} [effects] of the transaction
 */
function customAdapter(context, helpers, handle, effects) {
  const { settings } = context
  /** @type {Record<string, any>} */
  const adapter = {}
  for (const operation of Object.keys(OPERATIONS)) {
    const run = operationOver(context, helpers, handle, operation, effects)
    adapter[operation] = measured(settings, operation, extended(settings, operation, run))
  }
  adapter.options = {
    explain: (/** @type {import("../better-auth.js").ExplainRequest} */ request) =>
      explain(context, helpers, request),
  }
  adapter.createSchema = async (/** @type {{ file?: string }} */ { file }) =>
    template(tables(settings, helpers), {
      file,
      unsafeBatchUpdate: settings.native.unsafeBatchUpdate === true,
    })
  return adapter
}

/**
 * @param {Context} context
 * @param {any} helpers
 * @param {any} handle
 * @param {string} operation
 * @param {Effects} [effects]
 * @returns {(args: any) => Promise<any>}
 */
function operationOver(context, helpers, handle, operation, effects) {
  const { settings } = context
  const call = handle[operation]
  const isFind = operation === "findOne" || operation === "findMany"
  const isWrite = !isFind && operation !== "count"
  // A create by itself looks for nothing, so there is nothing to be noticed about it.
  const mayNotice = operation !== "create" || effects !== undefined
  return async (args) => {
    if (isFind) args = withFieldNames(helpers, args)
    if (settings.debugLogs) await logPlan(context, helpers, operation, args)
    if (effects) {
      if (isWrite) effects.writes += 1
      effects.afterCommit ??= pendingHooks(effects.adapter)
    }
    try {
      return await call(...inTurn(operation, args))
    } catch (error) {
      throw await failure(error, context.loadApi)
    } finally {
      if (mayNotice) report(settings, context.handle.takeNotices())
    }
  }
}

/**
 * The arguments of a find with the names that fields are stored by in `select` and `sortBy`, too: in all others
 * createAdapterFactory has put them.
 *
 * @param {any} helpers
 * @param {any} args
 */
function withFieldNames({ getFieldName }, args) {
  const { model, select, sortBy } = args
  if (!select?.length && !sortBy) return args
  const nameOf = (/** @type {string} */ field) => getFieldName({ model, field })
  return {
    ...args,
    select: select?.length ? select.map(nameOf) : undefined,
    sortBy: sortBy && { ...sortBy, field: nameOf(sortBy.field) },
  }
}

/**
 * Runs a transaction, and runs it again while others are in its way.
 *
 * @param {Context} context
 * @param {(begun: any, effects: Effects) => any} begin
 * @param {(adapter: any) => Promise<any>} callback
 */
async function transaction({ settings, handle, loadApi }, begin, callback) {
  const { extensions, transactionRetries } = settings
  const before = hooks(extensions, "onBeforeTransaction")
  const after = hooks(extensions, "onAfterTransaction")
  const commit = measured(settings, "transaction", ({ begun }) => begun.commit())
  for (let run = 0; ; run++) {
    const begun = handle.begin()
    /** @type {Effects} */
    const effects = { adapter: undefined, writes: 0, afterCommit: undefined }
    // What it throws ends here: nothing has been written.
    const result = await callback(begin(begun, effects))
    for (const hook of before) await hook({ operations: effects.writes })
    let actions
    try {
      actions = await commit({ model: "", begun })
    } catch (error) {
      if (!isWorthARerun(/** @type {any} */ (error).code, run, transactionRetries))
        throw await failure(error, loadApi)
      // What was to be done after a commit that there was not. (Better Auth forgets it by itself from 1.7.24 on.)
      if (effects.afterCommit) effects.afterCommit.length = 0
      await pause(run)
      continue
    }
    for (const hook of after) await hook({ operations: effects.writes, result: actions })
    return result
  }
}

/**
 * @param {string} code what the commit failed by
 * @param {number} reruns how many there have been
 * @param {number} most
 */
function isWorthARerun(code, reruns, most) {
  if (CONFLICTS.has(code)) return reruns < most
  return DUPLICATES.has(code) && reruns < Math.min(most, MOST_RERUNS_FOR_DUPLICATES)
}

/** @param {number} reruns */
function pause(reruns) {
  const longest = Math.min(FIRST_PAUSE * 2 ** reruns, LONGEST_PAUSE)
  return new Promise((resolve) => setTimeout(resolve, Math.random() * longest))
}

/**
 * What Better Auth will do after a transaction, which it notes in the async context that it calls from. Nothing, if the
 * transaction is not one of its endpoints', or a later version notes it elsewhere.
 *
 * @param {unknown} adapter that of the transaction
 */
function pendingHooks(adapter) {
  const global = /** @type {any} */ (globalThis)[Symbol.for("better-auth:global")]
  const store = global?.context?.adapterAsyncStorage?.getStore()
  return store?.adapter === adapter && Array.isArray(store.pendingHooks) ? store.pendingHooks : undefined
}

/**
 * The requests that an operation becomes.
 *
 * @param {Context} context
 * @param {any} helpers
 * @param {import("../better-auth.js").ExplainRequest} request
 */
async function explain({ handle, loadApi }, helpers, request) {
  const { model, operation = "findMany", where, data, update, increment, set, ...rest } = request
  if (!Object.hasOwn(OPERATIONS, operation)) {
    throw invalidConfig(`\`operation\` must be one of ${Object.keys(OPERATIONS).join(", ")}.`)
  }
  const { getFieldName, getModelName, transformWhereClause } = helpers
  /** @param {Record<string, unknown> | undefined} fields */
  const named = (fields) =>
    fields &&
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [getFieldName({ model, field }), value]),
    )
  const args = {
    ...rest,
    model: getModelName(model),
    where: transformWhereClause({ model, where: where ?? [], action: operation }),
    data: named(data ?? {}),
    update: named(update ?? {}),
    increment: named(increment ?? {}),
    set: named(set),
  }
  try {
    return await handle.explain(operation, ...inTurn(operation, withFieldNames(helpers, args)))
  } catch (error) {
    throw await failure(error, loadApi)
  }
}

/**
 * Logs what an operation becomes, if debug logs are on for it.
 *
 * @param {Context} context
 * @param {any} helpers
 * @param {string} operation
 * @param {any} args
 */
async function logPlan({ settings: { debugLogs, logger }, handle }, helpers, operation, args) {
  if (typeof debugLogs === "object" && !debugLogs.isRunningAdapterTests && !debugLogs[operation]) return
  /** @type {unknown} */
  const requests = await handle
    .explain(operation, ...inTurn(operation, args))
    .catch((/** @type {Error} */ error) => error.message)
  if (logger?.debug) logger.debug(`dynauth: ${operation} ${args.model}`, { requests })
  else helpers.debugLog({ method: operation }, `${operation} ${args.model}`, requests)
}

/**
 * @param {Settings} settings
 * @param {any} helpers
 * @returns {any[]}
 */
function tables(settings, helpers) {
  if (settings.unset !== undefined) throw invalidConfig(settings.unset)
  return /** @type {any} */ (native.betterAuthTables(settings.native, nativeSchema(helpers)))
}

/**
 * The definitions of the tables for Better Auth's options.
 *
 * @param {any} createAdapterFactory
 * @param {any} options
 * @param {import("../better-auth.js").DynamoDBAdapterConfig | null} [config] by default that of the options' `database`
 * @returns {any[]}
 */
function betterAuthTables(createAdapterFactory, options, config) {
  const settings = (config ? undefined : settingsOf.get(options.database)) ?? readConfig(config)
  /** @type {any[]} */
  let definitions = []
  // It is what knows the schema, and the names in it.
  createAdapterFactory({
    config: { ...adapterConfig(settings), debugLogs: false },
    adapter: (/** @type {any} */ helpers) => {
      definitions = tables(settings, helpers)
      return {}
    },
  })(options)
  return definitions
}

module.exports = { createDynamodbAdapter, betterAuthTables }
