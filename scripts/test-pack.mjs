// Packs what would be published, from the addon that was built last, installs it into fresh apps, one for each way to install,
// bundle and run, and prints what works. `npm run test:pack` builds the addon before.
//
//     node scripts/test-pack.mjs                    everything
//     node scripts/test-pack.mjs next16 pnpm        the cases of that name, or whose names begin so
//     node scripts/test-pack.mjs --list             names them
//     node scripts/test-pack.mjs --keep npm         leaves the apps where they are, and says where

import { execFileSync } from "node:child_process"
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { createApp } from "../__test__/pack/app.mjs"
import { cases } from "../__test__/pack/cases.mjs"
import { startRegistry } from "../__test__/pack/registry.mjs"
import { builtPlatform, packMain, packPlatform, platforms } from "./pack.mjs"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: "boolean" }, list: { type: "boolean" } },
})
const unknown = positionals.filter((word) => !Object.keys(cases).some((name) => name.startsWith(word)))
if (unknown.length > 0) {
  console.error(`No case begins with ${unknown.join(" or ")}. There are: ${Object.keys(cases).join(", ")}.`)
  process.exit(2)
}
/** A word is a case's name, or how names of several begin. @param {string} word @param {string} name */
const names = (word, name) => (Object.hasOwn(cases, word) ? name === word : name.startsWith(word))
const selected = Object.entries(cases).filter(
  ([name]) => positionals.length === 0 || positionals.some((word) => names(word, name)),
)
if (values.list) {
  console.log(selected.map(([name, { what }]) => `${name.padEnd(20)} ${what}`).join("\n"))
  process.exit()
}

const root = realpathSync(mkdtempSync(join(tmpdir(), "dynauth-pack-")))
const platform = builtPlatform()
const { version } = createRequire(import.meta.url)("../package.json")
const upstream = execFileSync("npm", ["config", "get", "registry"], {
  encoding: "utf8",
  shell: process.platform === "win32",
  stdio: ["ignore", "pipe", "ignore"],
}).trim()
const packed = join(root, "packed")
const tarballs = [packMain(packed), ...platforms.map((name) => packPlatform(packed, name))]

/** @type {{ name: string, what: string, result: string, seconds: string, error?: unknown }[]} */
const results = []
for (const [name, { what, run }] of selected) {
  console.log(`\n${name}: ${what}`)
  const begun = Date.now()
  const registry = await startRegistry(tarballs, upstream)
  const folder = join(root, name)
  /** @type {import("../__test__/pack/cases.mjs").Context} */
  const context = {
    ...{ name, folder, version, platform, registry },
    createApp: (template) => createApp(folder, registry.url, template),
  }
  const result = await run(context).then(
    (found) => ({ result: found ? `ok: ${found}` : "ok" }),
    (error) => ({ result: "FAILED", error }),
  )
  registry.close()
  const seconds = ((Date.now() - begun) / 1000).toFixed(0)
  results.push({ name, what, seconds, ...result })
  console.log(`${result.result} (${seconds} s)`)
  if (result.error) console.error(result.error.stack)
  else if (!values.keep) rmSync(folder, { recursive: true, force: true })
}

const failed = results.filter(({ error }) => error !== undefined)
console.log(`\n| case | what | s | result |\n| --- | --- | ---: | --- |`)
for (const { name, what, seconds, result } of results)
  console.log(`| ${name} | ${what} | ${seconds} | ${result} |`)
console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`)
if (values.keep || failed.length > 0) console.log(`The apps are in ${root}`)
else rmSync(root, { recursive: true, force: true })
process.exitCode = failed.length > 0 ? 1 : 0
