"use strict"

// For Turbopack: a loader that fails, of the package's files that are only reached where the package cannot work.

const errors = require("./errors.js")
const { edgeFiles, isInstrumentationAlone } = require("./search.js")

/**
 * @typedef {object} Options
 * @property {"edgeError" | "bundledError"} error
 * @property {string} app the app's folder
 * @property {boolean} [search] whether to search for the files that lead to the edge file, where Turbopack does not name them
 */

/**
 * @this {{ getOptions(): Options, getResolve(options: object): (folder: string, specifier: string) => Promise<unknown> }}
 * @param {string} source
 */
module.exports = async function dynauthLoader(source) {
  const { error, app, search } = this.getOptions()
  if (error === "edgeError" && isInstrumentationAlone(app)) return source
  const files = search ? await edgeFiles(app, this.getResolve({})).catch(() => []) : []
  throw errors[error](files, app)
}
