"use strict"

// Which files of an app lead from code for the edge runtime to the package, for Turbopack of Next.js 15, which does not say it.

const { readdirSync, readFileSync } = require("node:fs")
const path = require("node:path")

const SOURCE = /\.[cm]?[jt]sx?$/
const SPECIFIER = /(?:\bfrom|\bimport|\brequire)\s*\(?\s*["']([^"']+)["']/g

/**
 * @param {string} app
 * @param {(folder: string, specifier: string) => Promise<unknown>} resolve the bundler's
 * @returns {Promise<string[]>} the entry first; none if they are not found
 */
async function edgeFiles(app, resolve) {
  for (const entry of edgeEntries(app)) {
    const seen = new Set([entry])
    const queue = [{ file: entry, files: [nameOf(entry, app)] }]
    for (const { file, files } of queue) {
      for (const [, specifier] of read(file).matchAll(SPECIFIER)) {
        if (/^dynauth(\/|$)/.test(specifier)) return files
        const found = await resolve(path.dirname(file), specifier).catch(() => undefined)
        if (typeof found !== "string" || !SOURCE.test(found) || /[\\/]node_modules[\\/]/.test(found)) continue
        if (seen.has(found)) continue
        seen.add(found)
        queue.push({ file: found, files: [...files, nameOf(found, app)] })
      }
    }
  }
  return []
}

/**
 * The middleware, what says that it runs on the edge, and the instrumentation. The last one is compiled for both runtimes, and
 * what it imports may be for Node.js alone.
 *
 * @param {string} app
 */
function edgeEntries(app) {
  const folders = [app, path.join(app, "src")]
  const named = (/** @type {string} */ name) =>
    folders.flatMap((folder) =>
      list(folder).filter((file) => SOURCE.test(file) && path.parse(file).name === name),
    )
  const routes = folders
    .flatMap((folder) => ["app", "pages"].flatMap((name) => list(path.join(folder, name), true)))
    .filter((file) => SOURCE.test(file) && /\bruntime\s*[:=]\s*["'](experimental-)?edge["']/.test(read(file)))
  return [...named("middleware"), ...routes, ...named("instrumentation")]
}

/** @param {string} folder @param {boolean} [recursive] @returns {string[]} */
function list(folder, recursive = false) {
  try {
    return readdirSync(folder, { recursive, encoding: "utf8" }).map((name) => path.join(folder, name))
  } catch {
    // Not every app has each of them.
    return []
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** @param {string} file @param {string} app */
const nameOf = (file, app) => path.relative(app, file).split(path.sep).join("/")

module.exports = { edgeFiles }
