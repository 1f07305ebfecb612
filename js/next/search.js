"use strict"

// Which code of an app is for the edge runtime, and which of its files lead to the package, for Turbopack: its loaders are not
// told, and in Next.js 15, its errors do not say it.

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
  const { edge, instrumentation } = entriesOf(app)
  for (const entry of [...edge, ...instrumentation]) {
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
 * Whether the only code that is compiled for the edge runtime is the instrumentation. Turbopack compiles it for both runtimes,
 * also if nothing runs on the edge, and then nobody loads it there.
 *
 * @param {string} app
 */
function isInstrumentationAlone(app) {
  const { edge, instrumentation } = entriesOf(app)
  return edge.length === 0 && instrumentation.length > 0
}

/**
 * The middleware and what says that it runs on the edge; and the instrumentation, of which a part may be for Node.js alone.
 *
 * @param {string} app
 */
function entriesOf(app) {
  const folders = [app, path.join(app, "src")]
  // With `pageExtensions`, it may be middleware.page.ts.
  const named = (/** @type {string} */ name) =>
    folders.flatMap((folder) =>
      list(folder).filter((file) => SOURCE.test(file) && path.basename(file).startsWith(`${name}.`)),
    )
  const routes = folders
    .flatMap((folder) => ["app", "pages"].flatMap((name) => list(path.join(folder, name), true)))
    .filter(
      (file) => SOURCE.test(file) && /\bruntime\s*[:=]\s*["'`](experimental-)?edge["'`]/.test(read(file)),
    )
  return { edge: [...named("middleware"), ...routes], instrumentation: named("instrumentation") }
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

module.exports = { edgeFiles, isInstrumentationAlone }
