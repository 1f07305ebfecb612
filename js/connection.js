"use strict"

// A connection in any of its forms → a native connection. What a form says is read on first use, not before: the
// environment may be filled in later, and an SDK client may have to look its region up.

const native = require("./addon.js")
const { attempts, checkFields, checkFieldsNow, invalidConfig, milliseconds, text } = require("./check.js")

/** @typedef {import("../index.js").Connection} Connection */

/** What goes to the native part. @typedef {Record<string, unknown>} Settings */

/** @type {(value: unknown) => value is (...values: any[]) => unknown} */
const isFunction = (value) => typeof value === "function"

/** @type {(field: import("./check.js").Field) => import("./check.js").Field} */
const orFunction = ({ accepts, expected }) => ({
  accepts: (value) => isFunction(value) || accepts(value),
  expected: `${expected}, or a function that returns it`,
})

const FIELDS = {
  region: orFunction(text),
  endpoint: orFunction({
    accepts: (value) => text.accepts(value) || isEndpoint(value),
    expected: 'a URL, "memory:" or "file:" and a path',
  }),
  credentials: orFunction({
    accepts: (value) => typeof value === "object",
    expected: "an object with `accessKeyId` and `secretAccessKey`",
  }),
  profile: text,
  maxAttempts: orFunction(attempts),
  requestTimeout: milliseconds,
  connectionTimeout: milliseconds,
}

/** Fields of the AWS SDK's client configuration that have no place here. */
const REMEDIES = {
  requestHandler:
    "Requests are not sent by JavaScript: use `requestTimeout`, `connectionTimeout`, and HTTPS_PROXY.",
  retryMode: "The standard mode is always used; `maxAttempts` says how often.",
  retryStrategy: "The standard strategy is always used; `maxAttempts` says how often.",
  logger: "Nothing is logged; failures are thrown with `code`, `operation`, `table` and `cause`.",
  accessKeyId: "Put it into `credentials: { accessKeyId, secretAccessKey }`.",
  secretAccessKey: "Put it into `credentials: { accessKeyId, secretAccessKey }`.",
  sessionToken: "Put it into `credentials: { accessKeyId, secretAccessKey, sessionToken }`.",
  tableName: "It is an option: `DynamoDBAdapter(connection, { tableName })`.",
  client: "Give the client itself: `DynamoDBAdapter(client, options)`.",
}

/**
 * Connections of SDK clients and of credentials functions, by those: a module that is evaluated again with the same
 * client shares its connection. Plain forms are shared by the native part, by their values.
 *
 * @type {WeakMap<object, Map<string, OpenConnection>>}
 */
const connections = new WeakMap()

/**
 * A native connection, and the functions that it knows weakly: who uses the handle holds this, and so them. (If the
 * native part held them, a function that is made for each request would stay for ever, with its client.)
 *
 * @typedef {object} OpenConnection
 * @property {any} handle
 * @property {() => Promise<unknown>} resolve
 * @property {((region: string) => unknown) | undefined} provider
 * @property {object} functions what the native part calls, which it knows weakly as well
 */

/**
 * @param {() => Promise<{ settings: Settings, provider?: (region: string) => unknown }>} find
 * @param {boolean} wantsContext whether a function of the user's may be called for a call
 * @returns {OpenConnection}
 */
function opened(find, wantsContext) {
  const resolve = async () => {
    const found = await find()
    connection.provider = found.provider
    return found
  }
  /** @type {OpenConnection} */
  const connection = {
    handle: native.createConnection(resolve, wantsContext),
    resolve,
    provider: undefined,
    functions: native.functions,
  }
  return connection
}

/**
 * A connection each call over which rejects: what it would need is not there.
 *
 * @param {string} fault
 */
function unusable(fault) {
  return opened(async () => {
    throw invalidConfig(fault)
  }, false)
}

/**
 * @param {Connection | null} [connection]
 * @param {string} [unset] what else is unset that the calls over it would need, in words
 * @returns {OpenConnection}
 */
function openConnection(connection, unset) {
  if (unset !== undefined) return unusable(unset)
  if (connection === undefined || connection === null) return opened(async () => settled({}), false)
  refuseOldSdk(connection)
  if (isMock(connection)) return unusable(MOCK)
  if (isSdkClient(connection)) {
    const { config } = connection
    return shared(connection, "", () => opened(() => fromSdkClient(config), true))
  }
  const unsetField = checkFields("connection", connection, FIELDS, REMEDIES)
  if (unsetField !== undefined) return unusable(unsetField)
  const { credentials, ...rest } = { .../** @type {Record<string, any>} */ (connection) }
  if (isFunction(credentials)) {
    const open = () =>
      opened(
        () =>
          fromFields(
            rest,
            oneAtATime((region) => credentials(callerOf(region, rest))),
          ),
        true,
      )
    return Object.values(rest).some(isFunction) ? open() : shared(credentials, JSON.stringify(rest), open)
  }
  // A copy: what is changed in the object later changes nothing here.
  const given = credentialsIn(credentials)
  return opened(() => fromFields({ ...rest, credentials: given }), Object.values(rest).some(isFunction))
}

/**
 * The parts of credentials that count, whatever else their object has. What is missing among them, the first call says.
 *
 * @param {any} credentials
 */
function credentialsIn(credentials) {
  if (!credentials) return undefined
  const textOrNothing = (/** @type {unknown} */ value) => (typeof value === "string" ? value : undefined)
  return {
    accessKeyId: textOrNothing(credentials.accessKeyId),
    secretAccessKey: textOrNothing(credentials.secretAccessKey),
    sessionToken: textOrNothing(credentials.sessionToken),
  }
}

/**
 * The argument that clients of the AWS SDK hand to credentials functions. Those of `@aws-sdk/credential-providers` ask a service of
 * this region, unless they were told another one.
 *
 * @param {string} region
 * @param {Record<string, any>} settings
 */
const callerOf = (region, { profile }) => ({ callerClientConfig: { region: async () => region, profile } })

/**
 * @param {object} owner
 * @param {string} variant
 * @param {() => OpenConnection} open
 * @returns {OpenConnection}
 */
function shared(owner, variant, open) {
  let variants = connections.get(owner)
  if (!variants) connections.set(owner, (variants = new Map()))
  let connection = variants.get(variant)
  if (!connection) variants.set(variant, (connection = open()))
  return connection
}

/**
 * A client of the AWS SDK for JavaScript v3: `DynamoDBClient`, `DynamoDB`, `DynamoDBDocument` or
 * `DynamoDBDocumentClient`.
 *
 * @param {any} connection
 * @returns {connection is { config: any }}
 */
function isSdkClient(connection) {
  return (
    typeof connection.send === "function" &&
    typeof connection.config === "object" &&
    connection.config !== null
  )
}

const MOCK =
  "`connection` has functions of a client of the AWS SDK, but no `config`, so it is no client: perhaps a mock of one. " +
  'Nothing is sent through a client here. In tests, give `{ endpoint: "memory:" }`, which is a database of its own.'

/**
 * Whether it stands in for a client in somebody's test.
 *
 * @param {any} connection
 */
function isMock(connection) {
  if (isFunction(connection)) return true
  if (typeof connection.config === "object" && connection.config !== null) return false
  return ["send", "get", "put", "query", "update", "delete", "batchWrite"].some((name) =>
    isFunction(connection[name]),
  )
}

/** @param {any} connection */
function refuseOldSdk(connection) {
  const service = connection.service ?? connection
  if (typeof service?.makeRequest === "function") {
    throw invalidConfig(
      "`connection` is a client of the AWS SDK for JavaScript v2, which is out of support. " +
        "Give a client of `@aws-sdk/client-dynamodb` or `@aws-sdk/lib-dynamodb`, or plain settings such as `{ region }`.",
    )
  }
}

/**
 * @param {Record<string, any>} fields
 * @param {(region: string) => unknown} [provider]
 */
async function fromFields(fields, provider) {
  const [region, endpoint, maxAttempts] = await Promise.all(
    ["region", "endpoint", "maxAttempts"].map(async (name) => {
      if (!isFunction(fields[name])) return fields[name]
      const value = await called(`connection.${name}`, fields[name])
      if (value !== undefined) checkFieldsNow("connection", { [name]: value }, FIELDS)
      return value
    }),
  )
  return settled({ ...fields, region, endpoint: endpointUrl(endpoint), maxAttempts }, provider)
}

/** @param {any} config the `config` of an SDK client */
async function fromSdkClient(config) {
  // Where the client finds no region, the native part looks where the client does not: AUTH_DYNAMODB_REGION.
  const region = await Promise.resolve(isFunction(config.region) ? config.region() : config.region).catch(
    () => undefined,
  )
  const endpoint = await sdkEndpoint(config, region)
  const maxAttempts = isFunction(config.maxAttempts)
    ? await called("client.config.maxAttempts", config.maxAttempts)
    : config.maxAttempts
  if (isFunction(config.credentials)) {
    const { credentials } = config
    return settled(
      { region, endpoint, maxAttempts },
      oneAtATime(() => credentials()),
    )
  }
  return settled({ region, endpoint, maxAttempts, credentials: credentialsIn(config.credentials) })
}

/**
 * The endpoint that a client was given, or the one that it would choose where that is not AWS's default.
 *
 * @param {any} config
 * @param {string | undefined} region
 */
async function sdkEndpoint(config, region) {
  if (config.endpoint) {
    const endpoint = isFunction(config.endpoint)
      ? await called("client.config.endpoint", config.endpoint)
      : config.endpoint
    return endpointUrl(endpoint)
  }
  /** @type {(value: unknown) => Promise<unknown>} */
  const flag = async (value) => (isFunction(value) ? value() : value)
  const [useFips, useDualStack] = await Promise.all([
    // The client's provider of this one asks for the region, which may be missing.
    region === undefined ? false : flag(config.useFipsEndpoint),
    flag(config.useDualstackEndpoint),
  ])
  if ((!useFips && !useDualStack) || !isFunction(config.endpointProvider)) return undefined
  const chosen = /** @type {(parameters: object) => { url: URL }} */ (config.endpointProvider)
  return chosen({ Region: region, UseFIPS: useFips, UseDualStack: useDualStack }).url.href
}

/** A `URL`, of any realm. @param {any} value @returns {value is URL} */
const isUrl = (value) => Object.prototype.toString.call(value) === "[object URL]"

/**
 * @param {any} value
 * @returns {boolean}
 */
function isEndpoint(value) {
  if (typeof value !== "object" || value === null) return false
  return isUrl(value) || isEndpoint(value.url) || typeof value.hostname === "string"
}

/**
 * The URL of an endpoint in the forms that the AWS SDK has for it.
 *
 * @param {any} endpoint
 * @returns {string | undefined}
 */
function endpointUrl(endpoint) {
  if (endpoint === undefined || endpoint === null || typeof endpoint === "string")
    return endpoint ?? undefined
  if (isUrl(endpoint)) return endpoint.href
  if (endpoint.url) return endpointUrl(endpoint.url)
  const { protocol = "https:", hostname, port = "", path = "/" } = endpoint
  // What is no port is for the native part to refuse: `Number(process.env.UNSET)` must not lead to port 443.
  return `${protocol}//${hostname}${port === "" || port === null ? "" : `:${port}`}${path}`
}

/**
 * @param {string} name
 * @param {() => unknown} provider
 */
async function called(name, provider) {
  try {
    return await provider()
  } catch (error) {
    const { name: kind, message } = /** @type {any} */ (error ?? {})
    const reason = typeof message === "string" ? `: ${kind}: ${message}` : ""
    throw invalidConfig(`The function \`${name}\` failed${reason}.`, error)
  }
}

/**
 * Calls a credentials function again only when its last call has ended.
 *
 * @param {(region: string) => unknown} credentials
 */
function oneAtATime(credentials) {
  /** @type {Promise<unknown> | undefined} */
  let pending
  return (/** @type {string} */ region) =>
    (pending ??= new Promise((resolve) => resolve(credentials(region))).finally(() => {
      pending = undefined
    }))
}

/** Variables that the native part may look at; it does not see changes of `process.env` by itself. */
const VARIABLES =
  /^(AWS_.*|AUTH_DYNAMODB_.*|HOME|USERPROFILE|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR)$/i

/**
 * @param {Settings} settings
 * @param {(region: string) => unknown} [provider]
 */
function settled(settings, provider) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => VARIABLES.test(name)))
  warnOfEmbedded(settings.endpoint ?? process.env.AUTH_DYNAMODB_ENDPOINT?.trim())
  return { settings: { ...settings, environment }, provider }
}

/** @param {unknown} endpoint the one that counts */
function warnOfEmbedded(endpoint) {
  if (process.env.NODE_ENV !== "production" || !/^(memory|file):/.test(String(endpoint))) return
  if (!native.claimEmbeddedWarning()) return
  console.warn(
    "dynauth: the embedded engine is in use in production. It is meant for development, tests and demos: what it stores " +
      "is on this machine only. Give a region, or an endpoint of DynamoDB.",
  )
}

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

module.exports = { openConnection, holding, FIELDS, REMEDIES }
