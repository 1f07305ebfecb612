"use strict"

// Next.js's configuration for the package: `dynauth/next`. The addon is not loaded here.

const { createRequire } = require("node:module")
const path = require("node:path")

const { describe, invalidConfig } = require("./check.js")
const { DynauthPlugin } = require("./next/plugin.js")
const { installedPackages } = require("./platforms.js")

/** What Node.js has to load from node_modules itself. */
const EXTERNAL = "dynauth"

/** Every page and every route. */
const EVERY_ROUTE = "/**"

/** What an edge runtime gets of the package, as a glob of Turbopack's. */
const EDGE_FILES = "**/dynauth/js/edge.{js,mjs}"

/** What loads the addon; only read by a bundler that does not leave the package to Node.js. */
const ADDON_LOADER = "**/dynauth/js/addon.js"

/** @param {any} [config] */
function withDynauth(config) {
  if (typeof config === "function") return (/** @type {unknown[]} */ ...values) => settled(config(...values))
  return settled(config)
}

/** What functions return, and some of other packages make at once, may be a promise. @param {any} config */
const settled = (config) => (typeof config?.then === "function" ? config.then(extended) : extended(config))

/**
 * A copy of the configuration with what the package needs, by the names that the installed version knows.
 *
 * @param {any} config
 */
function extended(config = {}) {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw invalidConfig(`Next.js's configuration must be an object, but is ${describe(config)}.`)
  }
  const app = process.cwd()
  const version = versionOfNext(app)
  return withChecks(withPackage(config, app, version), app, version)
}

/**
 * Leaves the package to Node.js and has the addons traced. Both options were experimental until Next.js 15, the first one by
 * another name; Next.js 13.1 does not know the second, and warns of what it does not know.
 *
 * @param {any} config
 * @param {string} app
 * @param {Version} version
 */
function withPackage(config, app, version) {
  if (isSince(version, 15, 0)) {
    return {
      ...config,
      serverExternalPackages: withExternal(config.serverExternalPackages),
      ...tracing(config, app),
    }
  }
  const { experimental = {} } = config
  return {
    ...config,
    experimental: {
      ...experimental,
      serverComponentsExternalPackages: withExternal(experimental.serverComponentsExternalPackages),
      ...(isSince(version, 13, 2) && tracing(experimental, app)),
    },
  }
}

/**
 * Fails the build, with either bundler, if code for the edge runtime imports the package, or if the package is bundled.
 *
 * @param {any} config
 * @param {string} app
 * @param {Version} version
 */
function withChecks(config, app, version) {
  const extended = { ...config }
  // Next.js says which one it runs. Turbopack warns of a `webpack` that it does not take, as far as it has no settings itself.
  if (!process.env.TURBOPACK) {
    extended.webpack = withPlugin(config.webpack)
  }
  // Next.js 16 refuses Turbopack for a `webpack` without a `turbopack`, unless it was asked for: that is for the user to read.
  const isRefused = process.env.TURBOPACK === "auto" && config.webpack && !config.turbopack
  if (isSince(version, 15, 3) && !isRefused) {
    extended.turbopack = withRules(config, app, version)
  }
  return extended
}

/** @param {((config: any, context: any) => any) | null | undefined} webpack the user's function */
function withPlugin(webpack) {
  return (/** @type {any} */ config, /** @type {any} */ context) => {
    const answer = webpack ? webpack(config, context) : config
    const { nextRuntime, dir } = context ?? {}
    // Browsers have none.
    if ((nextRuntime !== "edge" && nextRuntime !== "nodejs") || !answer) return answer
    // Once, if there are several `withDynauth`, perhaps of several copies of the package.
    const { plugins = [] } = answer
    if (!plugins.some((/** @type {any} */ plugin) => plugin?.constructor?.name === DynauthPlugin.name)) {
      answer.plugins = [...plugins, new DynauthPlugin(nextRuntime, dir ?? process.cwd())]
    }
    return answer
  }
}

/**
 * @param {any} config
 * @param {string} app
 * @param {Version} version
 */
function withRules({ turbopack, experimental }, app, version) {
  const loaders = (/** @type {string} */ error, more = {}) => [
    { loader: require.resolve("./next/loader.js"), options: { error, app, ...more } },
  ]
  const rules = isSince(version, 16, 0)
    ? { [EDGE_FILES]: { condition: "edge-light", loaders: loaders("edgeError") } }
    : {
        [EDGE_FILES]: { "edge-light": { loaders: loaders("edgeError", { search: true }) } },
        // Since Next.js 16, Turbopack leaves to Node.js what the app itself does not find, too.
        [ADDON_LOADER]: { node: { loaders: loaders("bundledError") } },
      }
  // Next.js 15 takes the rules at the older place only if there are none at the new one.
  return { ...turbopack, rules: { ...(turbopack?.rules ?? experimental?.turbo?.rules), ...rules } }
}

/** @param {string[]} [packages] */
function withExternal(packages = []) {
  return [...new Set([...packages, EXTERNAL])]
}

/**
 * Next.js's tracing finds the addon by the loader's `require`; named here, it is also found where a packager traces by
 * itself. Addons of all platforms that are installed are named, for the one that builds may not be the one that runs.
 *
 * @param {{ outputFileTracingIncludes?: Record<string, string[]> }} options
 * @param {string} app the folder that the globs are relative to
 */
function tracing({ outputFileTracingIncludes: includes }, app) {
  const addons = installedPackages(__dirname).map(({ folder }) =>
    [...path.relative(app, folder).split(path.sep), "*.node"].join("/"),
  )
  if (addons.length === 0) return {}
  const already = includes?.[EVERY_ROUTE] ?? []
  return {
    outputFileTracingIncludes: { ...includes, [EVERY_ROUTE]: [...new Set([...already, ...addons])] },
  }
}

/**
 * @typedef {[major: number, minor: number]} Version
 *
 * @param {string} app
 * @returns {Version}
 */
function versionOfNext(app) {
  try {
    const { version } = createRequire(path.join(app, "next.config.js"))("next/package.json")
    const [major, minor] = version.split(".").map(Number)
    return [major, minor]
  } catch {
    // Not installed, so not about to read this; as of now.
    return [Infinity, 0]
  }
}

/** @param {Version} version @param {number} major @param {number} minor */
const isSince = (version, major, minor) => version[0] > major || (version[0] === major && version[1] >= minor)

module.exports = { withDynauth }
