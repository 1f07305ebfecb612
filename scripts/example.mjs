// `npm run example`: from a fresh checkout to a running app. Builds the addon, installs examples/authjs-nextjs with this very
// package in it, and starts that. Every step is skipped when there is nothing to do.
//
//     npm run example              the production build
//     npm run example -- --dev     next dev

import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const example = join(root, "examples", "authjs-nextjs")
const onWindows = process.platform === "win32"

npm(["run", "--silent", "build:quick"], root)
install()
copyPackage()
// Takes over from here, with the same arguments and the same Ctrl-C.
await import("../examples/authjs-nextjs/start.mjs")

/** Installs what the example depends on, if that has changed since the last time. */
function install() {
  const lock = createHash("sha256")
    .update(readFileSync(join(example, "package-lock.json")))
    .digest("hex")
  const stamp = join(example, "node_modules", ".installed")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return

  console.log("Installing what the example needs (Next.js, Auth.js, an identity provider) ...")
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
