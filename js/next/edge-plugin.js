"use strict"

// For webpack: fails the compilation for the edge runtime if it contains the package.

const path = require("node:path")

const { EDGE_FILE, edgeError } = require("./edge-error.js")

const NAME = "DynauthEdgePlugin"

class DynauthEdgePlugin {
  /** @param {string} app the folder that files are named from */
  constructor(app) {
    this.app = app
  }

  /** @param {any} compiler */
  apply(compiler) {
    // Not of the compilers inside of this one, which plugins of Next.js have.
    compiler.hooks.thisCompilation.tap(NAME, (/** @type {any} */ compilation) => {
      // By then, webpack has left out what nobody uses of packages without side effects.
      compilation.hooks.afterChunks.tap(NAME, () => {
        for (const module of compilation.modules) {
          if (!EDGE_FILE.test(module.resource ?? "")) continue
          if (compilation.chunkGraph.getNumberOfModuleChunks(module) === 0) continue
          const error = edgeError(filesTo(module, compilation, this.app))
          if (!compilation.errors.some((/** @type {any} */ { message }) => message === error.message)) {
            compilation.errors.push(error)
          }
        }
      })
    })
  }
}

/**
 * The shortest chain of the app's files that ends with the one that imports the module.
 *
 * @param {any} module
 * @param {any} compilation
 * @param {string} app
 * @returns {string[]}
 */
function filesTo(module, { moduleGraph, chunkGraph }, app) {
  const seen = new Set([module])
  /** @type {{ module: any, files: string[] }[]} */
  const queue = [{ module, files: [] }]
  /** @type {string[]} */
  let longest = []
  for (const { module, files } of queue) {
    const importers = new Set()
    for (const { originModule } of moduleGraph.getIncomingConnections(module)) {
      if (originModule && chunkGraph.getNumberOfModuleChunks(originModule) > 0) importers.add(originModule)
    }
    // What nothing imports is the entry.
    if (importers.size === 0) return files
    longest = files
    for (const importer of importers) {
      if (seen.has(importer)) continue
      seen.add(importer)
      queue.push({ module: importer, files: withFile(importer.resource, files, app) })
    }
  }
  return longest
}

/** @param {string | undefined} resource @param {string[]} files @param {string} app */
function withFile(resource, files, app) {
  const [file] = (resource ?? "").split("?")
  // Next.js's own, around the app's entry; and the package's.
  if (file === "" || EDGE_FILE.test(file) || /[\\/]node_modules[\\/]next[\\/]/.test(file)) return files
  const name = path.relative(app, file).split(path.sep).join("/")
  return files[0] === name ? files : [name, ...files]
}

module.exports = { DynauthEdgePlugin }
