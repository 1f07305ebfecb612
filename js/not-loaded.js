"use strict"

// Why the native addon did not load, and what to do: only reached when it did not.

const { ON_NODE, SPLIT } = require("./edge-message.js")
const { DynamoAdapterError } = require("./errors.js")
const { PLATFORMS, installedPackages, packageOf } = require("./platforms.js")

/** What the gnu builds need at least. */
const OLDEST_GLIBC = "2.17"

/**
 * What is known of the place where the addon did not load.
 *
 * @typedef {object} Place
 * @property {string | undefined} platform as in the names of the packages, such as "linux-x64-gnu"; `undefined` outside of Node.js
 * @property {string} [node] the version of Node.js, or the name of what runs in its place
 * @property {string} [glibc] the version of glibc that runs, such as "2.34"
 * @property {string} [override] what NAPI_RS_NATIVE_LIBRARY_PATH says
 * @property {string} folder from where the packages were looked for
 * @property {boolean} bundled whether this runs from a bundler's output, not from the package's folder
 * @property {string[]} found packages and files of addons that are there, each with where it is
 * @property {{ flag: string, from: string }} [forbidding] the flag of Node.js that forbids addons, and where it was given
 */

/** @returns {Place} */
function place() {
  const versions = typeof process === "object" ? process.versions : undefined
  const folder = typeof __dirname === "string" ? __dirname : ""
  const onEdge = typeof (/** @type {any} */ (globalThis).EdgeRuntime) === "string" || !versions?.node
  if (onEdge) return { platform: undefined, folder, bundled: false, found: [] }

  let platform = `${process.platform}-${process.arch}`
  let glibc
  if (process.platform === "win32") platform += "-msvc"
  if (process.platform === "linux") {
    glibc = /** @type {any} */ (process.report?.getReport())?.header?.glibcVersionRuntime
    platform += glibc ? "-gnu" : "-musl"
  }
  const { bun, deno } = /** @type {Record<string, string | undefined>} */ (versions)
  return {
    platform,
    node: bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node.js ${versions.node}`,
    glibc,
    override: process.env.NAPI_RS_NATIVE_LIBRARY_PATH,
    folder,
    bundled: !/[\\/]js$/.test(folder),
    found: addonsAround(folder),
    forbidding: forbidding(),
  }
}

/** Which flag of Node.js may forbid addons. The permission model goes before `--no-addons`: it has a cure of its own. */
function forbidding() {
  const { NODE_OPTIONS = "" } = process.env
  for (const flag of ["--permission", "--experimental-permission", "--no-addons"]) {
    if (process.execArgv.includes(flag)) return { flag, from: "on the command line of Node.js" }
    if (NODE_OPTIONS.split(/\s+/).includes(flag)) return { flag, from: "in NODE_OPTIONS" }
  }
  return undefined
}

/** @param {string} folder the one of this file */
function addonsAround(folder) {
  try {
    const { readdirSync } = require("node:fs")
    const { join } = require("node:path")
    const packages = installedPackages(folder)
    const builds = readdirSync(join(folder, "..")).filter((name) => name.endsWith(".node"))
    return [
      ...packages.map(({ name, version, folder }) => `${name} ${version} (${folder})`),
      ...builds.map((name) => join(folder, "..", name)),
    ]
  } catch {
    // What cannot be looked through has nothing that could be named.
    return []
  }
}

/**
 * The first lines of what an error and its causes say, the outermost last: so napi-rs's loader chains what it tried.
 *
 * @param {unknown} error
 */
function reasons(error) {
  /** @type {string[]} */
  const lines = []
  for (let at = /** @type {any} */ (error); at && lines.length < 50; at = at.cause) {
    const [line] = String(at.message ?? at).split(/\r?\n/)
    // The loader's advice is ours to give; and there is no build for WebAssembly, which it looks for last.
    if (/^Cannot find native binding|wasi|wasm/i.test(line)) continue
    lines.push(line)
  }
  return [...new Set(lines.reverse())]
}

/** @param {Place} place @param {string[]} why */
function remedy({ platform, glibc, override, bundled, found, forbidding }, why) {
  const said = why.join("\n")
  if (platform === undefined) {
    return `this is an edge runtime or a browser, and a native addon needs Node.js. ${SPLIT} ${ON_NODE}`
  }
  const areForbidden = /loading addons is disabled/.test(said)
  if (
    forbidding &&
    /permission$/.test(forbidding.flag) &&
    (areForbidden || /API has been restricted/.test(said))
  ) {
    return (
      `\`${forbidding.flag}\` ${forbidding.from} forbids what is not allowed by a flag of its own. Add \`--allow-addons\`, ` +
      "and `--allow-fs-read` for the app's folder with its node_modules."
    )
  }
  if (areForbidden) {
    const { flag, from } = forbidding ?? { flag: "--no-addons", from: "of Node.js" }
    return `\`${flag}\` ${from} forbids native addons, and this is one. Leave it out.`
  }
  if (override) {
    return (
      "NAPI_RS_NATIVE_LIBRARY_PATH names a file that is not the addon for this platform. Correct it, or unset it, and the " +
      "package of the platform is taken."
    )
  }
  if (!PLATFORMS.includes(platform)) {
    return (
      `there is no addon for this platform. There is one for ${PLATFORMS.join(", ")}. On others, build it from the ` +
      "repository (Rust and `npm run build`) and name the file in NAPI_RS_NATIVE_LIBRARY_PATH."
    )
  }
  if (/GLIBC_|GLIBCXX_/.test(said)) {
    return (
      `the addon was built for a newer glibc than the ${glibc ?? "one"} here. The published addons need ${OLDEST_GLIBC}; one ` +
      "that you built yourself needs the glibc of the system that it was built on, or a newer one: build it on the older system."
    )
  }
  if (
    /invalid ELF header|file too short|wrong ELF class|not a valid Win32|slice is not valid mach-o|incompatible architecture|mach-o|exec format/i.test(
      said,
    )
  ) {
    return (
      "the file of the addon is not for this platform or not whole: node_modules was copied from another system, or an " +
      "installation was cut off. Remove node_modules and install again on the system that runs the app (in a Dockerfile, " +
      "have node_modules in .dockerignore)."
    )
  }
  if (/ld-linux|libc\.so\.6|symbol not found|Error relocating|libc\.musl/i.test(said)) {
    return (
      "the addon is for another C library than this system's: glibc on Debian, Ubuntu and Amazon Linux, musl on Alpine. " +
      "Remove node_modules and install again on the system that runs the app."
    )
  }
  const here = found.some((addon) => addon.startsWith(`${packageOf(platform)} `))
  if (here) {
    return (
      "the package is there and its file did not load: the reasons above are the system's. Remove node_modules and install " +
      "again; a policy that forbids loading libraries (noexec, an antivirus, a hardened runtime) says so there too."
    )
  }
  if (bundled) {
    return (
      "a bundler took dynauth into its output without the addon. Leave the package to Node.js: `withDynauth` of " +
      'dynauth/next, `external: ["dynauth"]` in esbuild and others, and install dynauth beside the output.'
    )
  }
  const [libc] = /gnu$|musl$/.exec(platform) ?? []
  const [os, cpu] = platform.split("-")
  const flags = `--os=${os} --cpu=${cpu}${libc ? ` --libc=${libc === "gnu" ? "glibc" : libc}` : ""}`
  if (found.length > 0) {
    return (
      "node_modules was installed for another platform. Install again on the system that runs the app, or for it: " +
      `\`npm install ${flags}\`, \`supportedArchitectures\` in pnpm and Yarn.`
    )
  }
  return (
    "no package of any platform is there: optional dependencies were left out (`--omit=optional`, `--no-optional`, " +
    "`ignore-optional`), or npm left them out by itself, as it does when package-lock.json was made on another platform " +
    "(https://github.com/npm/cli/issues/4828). Remove node_modules and package-lock.json and install again; if only the " +
    `app's output is deployed, it lacks ${packageOf(platform)}.`
  )
}

/**
 * The error for an addon that did not load: what was looked for, what was found, why it did not do, and the remedy.
 *
 * @param {unknown} error what the loader threw; the error's `cause`
 * @param {Place} [at] where it was
 */
function notLoaded(error, at = place()) {
  const why = reasons(error)
  const lines = [
    `dynauth's native addon did not load on ${at.platform ?? "a runtime that is not Node.js"}${at.node ? `, ${at.node}` : ""}${at.glibc ? `, glibc ${at.glibc}` : ""}.`,
  ]
  if (at.override) lines.push(`Looked for: ${at.override} (NAPI_RS_NATIVE_LIBRARY_PATH)`)
  else if (at.platform) lines.push(`Looked for: the package ${packageOf(at.platform)}, from ${at.folder}`)
  if (at.platform) lines.push(`Found: ${at.found.join(", ") || "no addon of any platform"}`)
  lines.push("Reasons:", ...why.map((line) => `  - ${line}`), `What to do: ${remedy(at, why)}`)
  return new DynamoAdapterError("ADDON_NOT_LOADED", lines.join("\n"), { cause: error })
}

module.exports = { notLoaded }
