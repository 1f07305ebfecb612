// Before `npm publish`: refuses a package that is not whole, such as one that is published by hand. docs/releasing.md says how
// it is done.

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"))
const { version, optionalDependencies = {} } = read("package.json")

const problems = []
for (const platform of readdirSync(join(root, "npm"))) {
  const manifest = read(`npm/${platform}/package.json`)
  if (manifest.version !== version) problems.push(`${manifest.name} has version ${manifest.version}.`)
  if (optionalDependencies[manifest.name] !== version)
    problems.push(`dynauth does not depend on ${manifest.name}.`)
  if (!existsSync(join(root, "npm", platform, manifest.main))) problems.push(`${manifest.name} has no addon.`)
}
for (const file of ["native.js", "native.d.ts"]) {
  if (!existsSync(join(root, file))) problems.push(`${file} is missing.`)
}
for (const file of readdirSync(root).filter((name) => name.endsWith(".node"))) {
  problems.push(`${file} belongs into its platform's package.`)
}
if (problems.length > 0) {
  console.error(
    `Version ${version} is not fit to be published:\n${problems.map((line) => `  ${line}\n`).join("")}`,
  )
  process.exitCode = 1
}
