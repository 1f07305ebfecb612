"use strict"

// For webpack: fails the compilation of a server's code that contains what cannot work there.

const path = require("node:path")

const { bundledError, edgeError } = require("./errors.js")

const NAME = "DynauthPlugin"

/**
 * What each runtime of Next.js must not contain of the package, wherever that lies, and the error for it. An addon that some
 * loader of the user's takes is fine.
 */
const CHECKS = {
  edge: { file: /[\\/]dynauth[\\/]js[\\/]edge\.m?js$/, isWrong: () => true, error: edgeError },
  nodejs: {
    file: /[\\/]dynauth-[^\\/]+[\\/][^\\/]+\.node$/,
    isWrong: (/** @type {any} */ module) => module.getNumberOfErrors() > 0,
    error: bundledError,
  },
}

class DynauthPlugin {
  /**
   * @param {keyof typeof CHECKS} runtime
   * @param {string} app the folder that files are named from
   */
  constructor(runtime, app) {
    this.check = CHECKS[runtime]
    this.app = app
  }

  /** @param {any} compiler */
  apply(compiler) {
    // Not of the compilers inside of this one, which plugins of Next.js have.
    compiler.hooks.thisCompilation.tap(NAME, (/** @type {any} */ compilation) => {
      // By then, webpack has left out what nobody uses of packages without side effects.
      compilation.hooks.afterChunks.tap(NAME, () => {
        const { file, isWrong } = this.check
        for (const module of compilation.modules) {
          if (!file.test(module.resource ?? "") || !isWrong(module)) continue
          if (compilation.chunkGraph.getNumberOfModuleChunks(module) === 0) continue
          const error = this.check.error(filesTo(module, compilation, this.app), this.app)
          // In place of what webpack says of a file that it cannot read.
          compilation.errors = compilation.errors.filter(
            (/** @type {any} */ error) => error.module !== module,
          )
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
  if (file === "" || /[\\/]node_modules[\\/](next|dynauth|dynauth-[^\\/]+)[\\/]/.test(file)) return files
  const name = path.relative(app, file).split(path.sep).join("/")
  return files[0] === name ? files : [name, ...files]
}

module.exports = { DynauthPlugin }
