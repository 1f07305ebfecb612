"use strict"

// Next.js's configuration for the package: `dynauth/next`. The addon is not loaded here.

const { createRequire } = require("node:module")
const path = require("node:path")

const { describe, invalidConfig } = require("./check.js")
const { installedPackages } = require("./platforms.js")

/** What Node.js has to load from node_modules itself. */
const EXTERNAL = "dynauth"

/** Every page and every route. */
const EVERY_ROUTE = "/**"

/** @param {any} [config] */
function withDynauth(config) {
  if (typeof config !== "function") return extended(config)
  return (/** @type {unknown[]} */ ...values) => {
    const answer = config(...values)
    return typeof answer?.then === "function" ? answer.then(extended) : extended(answer)
  }
}

/**
 * A copy of the configuration with what the package needs. Up to Next.js 14, both options were experimental, and the first
 * had another name.
 *
 * @param {any} config
 */
function extended(config = {}) {
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw invalidConfig(`Next.js's configuration must be an object, but is ${describe(config)}.`)
  }
  const app = process.cwd()
  if (majorOfNext(app) >= 15) {
    return {
      ...config,
      serverExternalPackages: withExternal(config.serverExternalPackages),
      outputFileTracingIncludes: withAddons(config.outputFileTracingIncludes, app),
    }
  }
  const { experimental = {} } = config
  return {
    ...config,
    experimental: {
      ...experimental,
      serverComponentsExternalPackages: withExternal(experimental.serverComponentsExternalPackages),
      outputFileTracingIncludes: withAddons(experimental.outputFileTracingIncludes, app),
    },
  }
}

/** @param {string[]} [packages] */
function withExternal(packages = []) {
  return [...new Set([...packages, EXTERNAL])]
}

/**
 * Next.js's tracing finds the addon by the loader's `require`; named here, it is also found where a packager traces by
 * itself. Addons of all platforms that are installed are named, for the one that builds may not be the one that runs.
 *
 * @param {Record<string, string[]> | undefined} includes
 * @param {string} app the folder that the globs are relative to
 */
function withAddons(includes, app) {
  const addons = installedPackages(__dirname).map(({ folder }) =>
    [...path.relative(app, folder).split(path.sep), "*.node"].join("/"),
  )
  if (addons.length === 0) return includes
  const already = includes?.[EVERY_ROUTE] ?? []
  return { ...includes, [EVERY_ROUTE]: [...new Set([...already, ...addons])] }
}

/** @param {string} app */
function majorOfNext(app) {
  try {
    const { version } = createRequire(path.join(app, "next.config.js"))("next/package.json")
    return Number.parseInt(version, 10)
  } catch {
    // Not installed, so not about to read this; as of now.
    return Infinity
  }
}

module.exports = { withDynauth }
