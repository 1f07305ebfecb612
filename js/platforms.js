"use strict"

// The packages that hold the native addon, one for each platform.

/** The platforms that have one, as in the packages' names. */
const PLATFORMS = [
  "linux-x64-gnu",
  "linux-arm64-gnu",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64-msvc",
  "win32-arm64-msvc",
]

/** @param {string} platform one of `PLATFORMS`, or another that has none */
const packageOf = (platform) => `dynauth-${platform}`

/**
 * The packages that are installed where a file of that folder finds them, whatever platform they are for.
 *
 * @param {string} folder
 * @returns {{ name: string, version: string, folder: string }[]}
 */
function installedPackages(folder) {
  const { createRequire } = require("node:module")
  const { dirname, join } = require("node:path")
  const load = createRequire(join(folder, "index.js"))
  return PLATFORMS.flatMap((platform) => {
    const name = packageOf(platform)
    try {
      const manifest = load.resolve(`${name}/package.json`)
      return [{ name, version: load(manifest).version, folder: dirname(manifest) }]
    } catch {
      return []
    }
  })
}

module.exports = { PLATFORMS, packageOf, installedPackages }
