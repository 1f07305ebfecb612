// How much an installed adapter takes on disk, with everything that comes only with it: a host's own packages
// (Auth.js, Better Auth) are there anyway.

import { existsSync, lstatSync, readFileSync, readdirSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** What is there without the adapter. */
const HOSTS = ["@auth/core", "better-auth", "@better-auth/core", "next-auth"]

/** What an app installs beside an adapter that takes the AWS SDK's clients. */
const SDK = ["@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb"]

/**
 * Bytes on disk, by the blocks they take, and packages; of ours, the addon by itself, too.
 *
 * @param {import("./packages.mjs").Package} given
 */
export function installed({ name, specifier, connection, directory }) {
  if (connection === "plain") {
    // What npm packs, as package.json says, and the addon of this platform, which is a package of its own.
    const { files } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"))
    const addons = readdirSync(root).filter((file) => file.endsWith(".node"))
    const all = [...files.filter((/** @type {string} */ file) => !file.includes("*")), ...addons]
    const bytes = sum(["package.json", "README.md", ...all].map((file) => onDisk(path.join(root, file))))
    return {
      package: name,
      bytes,
      packages: 2,
      addon: sum(addons.map((file) => lstatSync(path.join(root, file)).size)),
    }
  }
  /** @type {Map<string, string>} */
  const found = new Map()
  for (const one of SDK) collect(one, root, found)
  const own = directory ?? find(specifier, root) ?? ""
  const bytes = packed(own) + sum([...found.values()].map((each) => onDisk(each)))
  return { package: name, bytes, packages: 1 + found.size }
}

/**
 * A package and its dependencies, each once for each place that it is installed in.
 *
 * @param {string} name
 * @param {string} from
 * @param {Map<string, string>} found
 */
function collect(name, from, found) {
  const directory = find(name, from)
  if (!directory || HOSTS.includes(name) || [...found.values()].includes(directory)) return
  found.set(path.relative(root, directory), directory)
  const { dependencies = {} } = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"))
  for (const dependency of Object.keys(dependencies)) collect(dependency, directory, found)
}

/**
 * Where Node.js finds a package.
 *
 * @param {string} name
 * @param {string} from
 * @returns {string | undefined}
 */
function find(name, from) {
  const directory = path.join(from, "node_modules", name)
  if (existsSync(path.join(directory, "package.json"))) return directory
  const above = path.dirname(from)
  return above === from ? undefined : find(name, above)
}

/**
 * @param {string} file
 * @returns {number}
 */
function onDisk(file) {
  if (!existsSync(file)) return 0
  const stat = lstatSync(file)
  const own = stat.blocks === undefined ? stat.size : stat.blocks * 512
  if (!stat.isDirectory()) return own
  const entries = readdirSync(file).filter((entry) => entry !== "node_modules")
  return own + sum(entries.map((entry) => onDisk(path.join(file, entry))))
}

/**
 * A package as npm packs it; what is installed is packed already.
 *
 * @param {string} directory
 */
function packed(directory) {
  const { files } = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"))
  if (directory.includes("node_modules") || !files) return onDisk(directory)
  return sum(
    ["package.json", ...files].map((/** @type {string} */ file) => onDisk(path.join(directory, file))),
  )
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0)
}
