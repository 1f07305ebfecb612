// The other runtimes that load Node-API addons.

import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"

/** @typedef {import("./cases.mjs").Context} Context */

/**
 * @param {string} name of the package that has the runtime
 * @param {string} scope of the packages that have its programs, one for each platform
 * @param {string[]} program where in such a package it is
 * @param {string[]} flags
 */
const runtime = (name, scope, program, flags) => ({
  async run(/** @type {Context} */ context) {
    const app = context.createApp("plain")
    app.write("package.json", { private: true, dependencies: { dynauth: context.version, [name]: "latest" } })
    await app.run("npm", ["install", "--ignore-scripts"])
    const folder = join(app.folder, "node_modules", scope)
    const found = readdirSync(folder).map((platform) => join(folder, platform, ...program))
    const path = found.find((path) => existsSync(path))
    if (!path) throw new Error(`there is no program among ${found.join(", ")}`)
    for (const [script, expected] of [
      ["use.cjs", "CommonJS has ada@example.com"],
      ["use.mjs", "ECMAScript has ada@example.com"],
    ]) {
      const output = await app.run(path, [...flags, script])
      if (!output.includes(expected)) throw new Error(`${script} printed ${output}`)
    }
    return (await app.run(path, ["--version"])).trim().split("\n")[0]
  },
})

export const runtimes = {
  bun: {
    what: "Bun, installed from npm",
    ...runtime("bun", "@oven", ["bin", "bun"], ["run"]),
  },
  deno: {
    what: "Deno, installed from npm, with node_modules and all permissions",
    ...runtime("deno", "@deno", ["deno"], ["run", "--allow-all", "--no-prompt"]),
  },
}
