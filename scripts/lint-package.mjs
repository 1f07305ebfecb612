// Looks at the package as it is published, with publint and Are the types wrong?: every entry, for both module systems.

import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { packMain } from "./pack.mjs"

const { resolve } = createRequire(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), "dynauth-lint-"))
try {
  const tarball = packMain(folder)
  lint("publint", "publint", ["run", tarball, "--strict"])
  lint("@arethetypeswrong/cli", "attw", [tarball, "--no-definitely-typed"])
} finally {
  rmSync(folder, { recursive: true })
}

/** @param {string} name of the package @param {string} command that it has @param {string[]} values */
function lint(name, command, values) {
  const manifest = packageOf(name)
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"))
  const script = join(dirname(manifest), typeof bin === "string" ? bin : bin[command])
  const { status } = spawnSync(process.execPath, [script, ...values], { stdio: "inherit" })
  if (status !== 0) process.exitCode = 1
}

/** Where a package's manifest is, which its `exports` need not name. @param {string} name */
function packageOf(name) {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      return resolve(join(folder, name, "package.json"))
    } catch {
      // Further up.
    }
  }
  throw new Error(`${name} is not installed: npm install`)
}
