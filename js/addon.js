"use strict"

// The native addon with what it needs of JavaScript attached, or an error that says why it did not load.

// What most processes never need is loaded when it is: starting costs less. This is taken now, for tests put others in its
// place.
const { setImmediate: inTheNextTurn } = require("node:timers")

const { aggregateError } = require("./adopted.js")
const {
  DynamoAdapterError,
  InvalidWhereError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
} = require("./errors.js")

/** @type {typeof import("../native.js")} */
let native
try {
  // napi-rs's generated loader knows all platforms and variables of its own, and takes longer than the addon. It has the
  // word wherever this is not one of the platforms that most are on.
  native = usual() ?? require("../native.js")
} catch (error) {
  throw require("./not-loaded.js").notLoaded(error)
}

/**
 * The addon of a platform that most are on: the one beside the package (a build from source) or that of its package. No
 * path is computed, for bundlers to find them all.
 *
 * @returns {any} `undefined` where it is for the generated loader to find, or to say why it is not found
 */
function usual() {
  try {
    if (Object.keys(process.env).some((name) => name.startsWith("NAPI_RS_"))) return undefined
    const { existsSync } = require("node:fs")
    const isBuilt = (/** @type {string} */ name) => existsSync(`${__dirname}/../dynauth.${name}.node`)
    const isMusl = () => existsSync(`/lib/ld-musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`)
    switch (`${process.platform}-${process.arch}`) {
      case "linux-x64":
        if (isMusl()) return undefined
        return isBuilt("linux-x64-gnu")
          ? require("../dynauth.linux-x64-gnu.node")
          : require("dynauth-linux-x64-gnu")
      case "linux-arm64":
        if (isMusl()) return undefined
        return isBuilt("linux-arm64-gnu")
          ? require("../dynauth.linux-arm64-gnu.node")
          : require("dynauth-linux-arm64-gnu")
      case "darwin-arm64":
        return isBuilt("darwin-arm64")
          ? require("../dynauth.darwin-arm64.node")
          : require("dynauth-darwin-arm64")
      case "win32-x64":
        return isBuilt("win32-x64-msvc")
          ? require("../dynauth.win32-x64-msvc.node")
          : require("dynauth-win32-x64-msvc")
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

// Taken now, and of this realm: whoever changes these later does not change what is stored.
const { Array: ArrayHere, Date: DateHere, Promise: PromiseHere, Uint8Array: BytesHere } = globalThis
const objectToString = Object.prototype.toString
const forEachEntry = Map.prototype.forEach
const forEachValue = Set.prototype.forEach
const { apply } = Reflect
const { keys: keysOf } = Object

/**
 * The error for a failure of the native part.
 *
 * @param {import("./errors.js").ErrorCode} code
 * @param {string} message
 * @param {string} [operation]
 * @param {string} [table]
 * @param {string} [causeName]
 * @param {string} [causeMessage]
 * @param {string} [requestId]
 * @param {Error[]} [errors] the single failures, where work on many items failed for some
 */
function createError(code, message, operation, table, causeName, causeMessage, requestId, errors) {
  /** @type {import("./errors.js").ErrorDetails} */
  const details = { operation, table }
  if (causeName !== undefined) {
    const cause = new Error(causeMessage)
    Object.defineProperty(cause, "name", { value: causeName, writable: true, configurable: true })
    if (requestId !== undefined) Object.assign(cause, { requestId })
    details.cause = cause
  }
  if (errors !== undefined) return aggregateError(errors, code, message, details)
  switch (code) {
    case "UNSUPPORTED_OPERATOR":
      return new UnsupportedOperatorError(message, details)
    case "UNSUPPORTED_OPTION":
      return new UnsupportedOptionError(message, details)
    case "INVALID_WHERE":
      return new InvalidWhereError(message, details)
    default:
      return new DynamoAdapterError(code, message, details)
  }
}

/**
 * A promise that is rejected with an error. One of ours then shows who awaits it: natively, errors begin on a stack
 * without JavaScript. Calls that succeed pay nothing for it.
 *
 * @param {unknown} error
 */
async function raise(error) {
  // Two turns from now, the promise of the call follows this one, and V8 sees through both to who awaits.
  await undefined
  await undefined
  if (error instanceof DynamoAdapterError) Error.captureStackTrace?.(error, raise)
  throw error
}

/**
 * What an object is that is neither an array nor plain in this realm: "object" for what is stored like a plain one
 * (instances of classes, objects without prototype or of other realms), "array", "map", "set", or what it is instead,
 * in words.
 *
 * @param {object} value
 */
function kindOf(value) {
  const { types } = require("node:util")
  if (types.isMap(value)) return "map"
  if (types.isSet(value)) return "set"
  if (Array.isArray(value)) return "array"
  if (types.isNativeError(value)) return "an Error"
  if (types.isPromise(value)) return "a Promise (is an `await` missing?)"
  if (types.isBoxedPrimitive(value)) return "a primitive value boxed in an object"
  if (types.isAnyArrayBuffer(value)) return "an ArrayBuffer (a Uint8Array over it can be stored)"
  if (types.isDataView(value)) return "a DataView (a Uint8Array over its bytes can be stored)"
  const tag = objectToString.call(value).slice("[object ".length, -1)
  if (tag === "Object") return "object"
  return `${/^[aeio]/i.test(tag) ? "an" : "a"} ${tag}${types.isProxy(value) ? " behind a Proxy" : ""}`
}

/**
 * The properties that what is answered most often has, in their order. An object made here is made by compiled code at
 * once; natively, it takes a call for each property.
 *
 * @type {((...values: any[]) => object)[]}
 */
const shapes = [
  (session, user) => ({ session, user }),
  (id, name, email, emailVerified, image) => ({ id, name, email, emailVerified, image }),
  (sessionToken, userId, expires) => ({ sessionToken, userId, expires }),
  (identifier, token, expires) => ({ identifier, token, expires }),
  // Rows of Better Auth's own models, without fields of plugins.
  (id, name, email, emailVerified, image, createdAt, updatedAt) => ({
    id,
    name,
    email,
    emailVerified,
    image,
    createdAt,
    updatedAt,
  }),
  (id, expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId) => ({
    id,
    expiresAt,
    token,
    createdAt,
    updatedAt,
    ipAddress,
    userAgent,
    userId,
  }),
  (id, identifier, value, expiresAt, createdAt, updatedAt) => ({
    id,
    identifier,
    value,
    expiresAt,
    createdAt,
    updatedAt,
  }),
]

/** Objects with more properties than this are read natively, one property after the other. */
const MOST_NAMES = 24
/** As many lists of names are remembered for each length; the oldest makes room for a new one. */
const MOST_LISTS = 8
/** Longer lists, in letters, are not remembered: names in JSON may be a visitor's. */
const MOST_LETTERS = 500
/**
 * Lists of property names that the native part has learnt, by their length.
 *
 * @type {{ lists: { number: number, names: string[] }[], next: number }[]}
 */
const learnt = Array.from({ length: MOST_NAMES + 1 }, () => ({ lists: [], next: 0 }))

/**
 * The number of the list of an object's property names, and their values; `undefined` for an object that has to be read
 * natively. What is read has few lists of names, and natively it takes three calls for each property.
 *
 * @param {Record<string, unknown>} object
 * @returns {unknown[] | undefined}
 */
function members(object) {
  const names = keysOf(object)
  if (names.length > MOST_NAMES) return undefined
  /** @type {unknown[]} */
  const found = [undefined]
  for (let at = 0; at < names.length; at++) found[at + 1] = object[names[at]]
  // After the values: a getter among them may have had the native part learn others.
  found[0] = numberOf(names)
  return found[0] === undefined ? undefined : found
}

/** @param {string[]} names */
function numberOf(names) {
  const { length } = names
  const same = learnt[length]
  for (let at = 0; at < same.lists.length; at++) {
    const known = same.lists[at].names
    let name = 0
    while (name < length && known[name] === names[name]) name++
    if (name === length) return same.lists[at].number
  }
  if (names.join("").length > MOST_LETTERS) return undefined
  const number = length * MOST_LISTS + same.next
  if (!native.learnNames(realm, number, names)) return undefined
  same.lists[same.next] = { number, names }
  same.next = (same.next + 1) % MOST_LISTS
  return number
}

/**
 * The entries of a Map, keys and values in turn, or the values of a Set.
 *
 * @param {Map<unknown, unknown> | Set<unknown>} collection
 */
function entries(collection) {
  const { types } = require("node:util")
  /** @type {unknown[]} */
  const flat = []
  const addEntry = (/** @type {unknown} */ value, /** @type {unknown} */ key) => flat.push(key, value)
  const addValue = (/** @type {unknown} */ value) => flat.push(value)
  if (types.isMap(collection)) apply(forEachEntry, collection, [addEntry])
  else apply(forEachValue, collection, [addValue])
  return flat
}

/** @param {unknown[]} flat keys and values in turn */
function createMap(flat) {
  const map = new Map()
  for (let index = 0; index < flat.length; index += 2) map.set(flat[index], flat[index + 1])
  return map
}

/** @param {unknown[]} values */
function createSet(values) {
  return new Set(values)
}

/**
 * Calls a function and hands what comes of it to the native part, which asked.
 *
 * @param {number} id
 * @param {(argument: unknown) => unknown} question
 * @param {(<T>(call: () => T) => T)} [inContext] calls it in the async context of the call that needs the answer
 * @param {unknown} [argument]
 */
function ask(id, question, inContext = (call) => call(), argument) {
  inContext(() => new Promise((resolve) => resolve(question(argument)))).then(
    (answer) => native.answer(realm, id, undefined, answer),
    (error) => native.answer(realm, id, error ?? new Error(`rejected with ${error}`), undefined),
  )
}

/** Has the native part go on in the next turn of the event loop, after what else waits for this one. */
function proceedLater() {
  inTheNextTurn(() => native.proceed(realm))
}

/** A function that calls others in the async context of now. */
function snapshot() {
  const { AsyncLocalStorage, AsyncResource } = require("node:async_hooks")
  if (typeof AsyncLocalStorage.snapshot === "function") return AsyncLocalStorage.snapshot()
  return AsyncResource.bind((/** @type {() => unknown} */ call) => call())
}

// ---- what this realm's constructors make, where the addon was loaded by another realm first ----

/** @returns {[Promise<unknown>, (value: unknown) => void, (reason: unknown) => void]} */
function makePromise() {
  /** @type {any} */
  let settle
  const promise = new PromiseHere((resolve, reject) => (settle = [resolve, reject]))
  return [promise, settle[0], settle[1]]
}

/**
 * A function of this realm that calls one of the addon's.
 *
 * @param {(...values: unknown[]) => unknown} call
 * @param {string} name
 */
function makeFunction(call, name) {
  const made = (/** @type {unknown[]} */ ...values) => call(...values)
  return Object.defineProperty(made, "name", { value: name, configurable: true })
}

/**
 * The functions that the native part calls. It refers to these weakly: whatever it makes for this load of the package's JavaScript holds
 * them by `holding` of connection.js, so that a realm that nobody uses any longer can be collected.
 */
const functions = {
  createError,
  raise,
  kindOf,
  shapes,
  members,
  entries,
  createMap,
  createSet,
  ask,
  proceedLater,
  snapshot,
  objectPrototype: Object.prototype,
  makeObject: () => ({}),
  makeArray: (/** @type {number} */ length) => new ArrayHere(length),
  makeDate: (/** @type {number} */ milliseconds) => new DateHere(milliseconds),
  makeBytes: (/** @type {number} */ length) => new BytesHere(length),
  makePromise,
  makeFunction,
}

/** This load of the package's JavaScript, as the native part knows it: values are made by its constructors. */
const realm = native.attach(functions)

module.exports = {
  functions,
  createConnection: native.createConnection.bind(null, realm),
  createAdapter: native.createAdapter.bind(null, realm),
  authJsTable: native.authJsTable.bind(null, realm),
  createSecondaryStorage: native.createSecondaryStorage.bind(null, realm),
  secondaryStorageTable: native.secondaryStorageTable.bind(null, realm),
  createBetterAuthAdapter: native.createBetterAuthAdapter.bind(null, realm),
  betterAuthOperations: native.betterAuthOperations.bind(null, realm),
  betterAuthTables: native.betterAuthTables.bind(null, realm),
  createTables: native.createTables.bind(null, realm),
  embeddedRequest: native.embeddedRequest.bind(null, realm),
  claimEmbeddedWarning: native.claimEmbeddedWarning,
}
