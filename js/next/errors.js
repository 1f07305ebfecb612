"use strict"

// What Next.js's build says where the package cannot work as it is imported.

const { existsSync } = require("node:fs")
const { createRequire } = require("node:module")
const path = require("node:path")

const { ON_NODE, SPLIT } = require("../edge-message.js")

/**
 * For code of the edge runtime that imports the package. Without it, the build is green and each request fails.
 *
 * @param {string[]} files which lead to the package, the entry first; none if the bundler names them
 * @returns {Error} without a stack: bundlers print it, and it has no line of the user's
 */
function edgeError(files) {
  const error = new Error(
    "dynauth is imported by code for the edge runtime, which would fail at each request: dynauth is a native addon and runs " +
      "on Node.js alone.\n" +
      importedBy(files) +
      "What to do, one of:\n" +
      `- Run the code on Node.js. ${ON_NODE}\n` +
      `- Keep the adapter out of it. ${SPLIT}\n` +
      '- In instrumentation.ts, import it inside of `if (process.env.NEXT_RUNTIME === "nodejs")`.',
  )
  error.stack = ""
  return error
}

/**
 * For code of Node.js that has the package bundled. A bundler has no place for an addon.
 *
 * @param {string[]} files as above
 * @param {string} app the app's folder
 */
function bundledError(files, app) {
  const error = new Error(
    "dynauth is bundled, which a native addon cannot be: Node.js has to load it from node_modules.\n" +
      importedBy(files) +
      (isFoundFrom(app)
        ? '`serverExternalPackages` (in Next.js 14, `experimental.serverComponentsExternalPackages`) must have "dynauth", and ' +
          "`transpilePackages` must not: let `withDynauth` be the outermost function of the configuration. The app and its " +
          "other packages must have one version of dynauth: `npm ls dynauth` or `pnpm why -r dynauth` shows them."
        : `Next.js leaves a package to Node.js only if it is found from the app, and ${app} does not have it: another ` +
          "package of the workspace does. Add it to the app's own dependencies, in the same version: `pnpm add dynauth` in " +
          "that folder. Or have it hoisted: `publicHoistPattern: [dynauth]` in pnpm-workspace.yaml."),
  )
  error.stack = ""
  return error
}

/** @param {string[]} files */
const importedBy = (files) => (files.length > 0 ? `Imported by: ${[...files, "dynauth"].join(" → ")}\n` : "")

/**
 * Whether the app finds the package by itself, as Next.js asks. `require.resolve` would also look into NODE_PATH, in which
 * pnpm has the packages of all others when it runs a script.
 *
 * @param {string} app
 */
function isFoundFrom(app) {
  // Yarn's Plug'n'Play has no folders to look into, and finds what the app depends on.
  if (process.versions.pnp) {
    try {
      createRequire(path.join(app, "next.config.js")).resolve("dynauth/package.json")
      return true
    } catch {
      return false
    }
  }
  for (let folder = path.resolve(app); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "node_modules", "dynauth", "package.json"))) return true
    if (folder === path.dirname(folder)) return false
  }
}

module.exports = { edgeError, bundledError }
