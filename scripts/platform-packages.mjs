// Writes npm/: one package for each platform in package.json's `napi.targets`, as napi-rs makes them, with what it leaves out.
// `npm version` runs it, so that all have one version. The repository's package.json does not depend on them, for `npm install`
// has to work before they are published; `napi pre-publish` adds them as optional dependencies at publication.
//
//     node scripts/platform-packages.mjs

import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

const root = join(import.meta.dirname, "..")
const folder = join(root, "npm")
const cliPackage = createRequire(import.meta.url).resolve("@napi-rs/cli/package.json")

rmSync(folder, { recursive: true, force: true })
execFileSync(process.execPath, [join(dirname(cliPackage), "dist", "cli.js"), "create-npm-dirs"], {
  cwd: root,
  stdio: ["ignore", "ignore", "inherit"],
})
for (const platform of readdirSync(folder)) {
  const manifest = join(folder, platform, "package.json")
  const { keywords: _, ...fields } = JSON.parse(readFileSync(manifest, "utf8"))
  fields.description = `dynauth's native addon for ${inWords(fields)}`
  // Yarn's Plug'n'Play keeps packages zipped; what dlopen opens has to be a file.
  fields.preferUnplugged = true
  writeFileSync(manifest, `${JSON.stringify(fields, null, 2)}\n`)
  writeFileSync(join(folder, platform, "README.md"), readme(fields))
}

/** @param {{ os: string[], cpu: string[], libc?: string[] }} fields */
function inWords({ os: [os], cpu: [cpu], libc: [libc] = [] }) {
  const names = { linux: "Linux", darwin: "macOS", win32: "Windows" }
  return `${names[os]} on ${cpu}${libc ? ` with ${libc}` : ""}`
}

/** @param {any} fields */
function readme(fields) {
  return `# ${fields.name}

The native addon of [dynauth](https://www.npmjs.com/package/dynauth), the DynamoDB adapter for Auth.js / NextAuth and
Better Auth, for ${inWords(fields)}. dynauth depends on it optionally: install \`dynauth\`, and the package
manager takes the addon that fits.
`
}
