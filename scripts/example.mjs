// `npm run example`: from a fresh checkout to a running app. Builds the addon, installs an app of examples/ with this very
// package in it, and starts that. Every step is skipped when there is nothing to do.
//
//     npm run example                          Auth.js, the production build
//     npm run example -- --dev                 the same with next dev
//     npm run example -- better-auth [--dev]   Better Auth

import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { readArguments } from "../examples/arguments.mjs"

const root = join(import.meta.dirname, "..")
const { name, flags } = readArguments({ flags: ["dev"], names: ["authjs", "better-auth"] })
const example = join(root, "examples", `${name}-nextjs`)
const onWindows = process.platform === "win32"

npm(["run", "--silent", "build:quick"], root)
install()
copyPackage()
// Takes over from here, with the same flags and the same Ctrl-C.
process.argv.splice(2, Infinity, ...[...flags].map((flag) => `--${flag}`))
await import(pathToFileURL(join(example, "start.mjs")).href)

/** Installs what the example depends on, if that has changed since the last time. */
function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(example, "package-lock.json")))
    .digest("hex")
  const stamp = join(example, "node_modules", ".installed")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return

  console.log("Installing what the example needs (Next.js and its libraries) ...")
  npm(["ci", "--include=dev", "--no-audit", "--no-fund"], example)
  writeFileSync(stamp, lock)
}

/**
 * Puts the package into the example as npm would install it from the registry. A link to it would not do: Next.js does not follow
 * links that lead out of the app. Files are removed before they are copied, as a running app may have the old addon loaded.
 */
function copyPackage() {
  const listing = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    shell: onWindows,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
  const [{ files }] = JSON.parse(listing)
  const target = join(example, "node_modules", "dynauth")
  rmSync(target, { recursive: true, force: true })
  for (const { path } of files) cpSync(join(root, path), join(target, path))
}

function npm(args, folder) {
  const { status } = spawnSync("npm", args, { cwd: folder, shell: onWindows, stdio: "inherit" })
  if (status !== 0) fail(`\`npm ${args.join(" ")}\` failed in ${folder}.`)
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
