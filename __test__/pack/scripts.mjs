// The scripts that make tables, as the README shows them: its files in an app as people have it, and its commands as they stand
// there. The app has no `"type": "module"`, and the alias `@/` of Next.js.

import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseEnv } from "node:util"

/** @typedef {import("./cases.mjs").Context} Context */

const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8")
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language,
  code,
}))

/** A file that the README shows, which its first line names, and the command after it. @param {string} path */
function shown(path) {
  const at = blocks.findIndex(({ code }) => code.startsWith(`// ${path}\n`))
  if (at < 0) throw new Error(`The README does not show ${path}`)
  return { code: blocks[at].code, command: blocks[at + 1].code.trim() }
}

/** @param {string} part of the command */
function commandWith(part) {
  const found = blocks.find(({ language, code }) => language === "sh" && code.includes(part))
  if (!found) throw new Error(`The README shows no command with ${part}`)
  return found.code.trim()
}

/** @param {string} language */
const blockOf = (language) => blocks.find((block) => block.language === language)?.code ?? ""

/**
 * An app with the README's settings for development.
 *
 * @param {Context} context
 * @param {Record<string, string>} dependencies
 */
async function newApp(context, dependencies) {
  const app = context.createApp()
  app.write("package.json", { private: true, dependencies: { dynauth: context.version, ...dependencies } })
  app.write("tsconfig.json", {
    compilerOptions: {
      target: "ES2017",
      module: "esnext",
      moduleResolution: "bundler",
      strict: true,
      paths: { "@/*": ["./*"] },
    },
  })
  app.write(".gitignore", `node_modules\n${blockOf("gitignore")}`)
  await app.run("npm", ["install", "--ignore-scripts"])
  const runLine = (/** @type {string} */ line, /** @type {Record<string, string | undefined>} */ env = {}) =>
    app.run("sh", ["-c", line], { env: { npm_config_yes: "true", ...env } })

  const secret = (await runLine(commandWith("randomBytes"))).trim()
  app.write(".env.local", blockOf("properties").replace(/^(\w+_SECRET)=$/gm, `$1=${secret}`))
  const variables = parseEnv(readFileSync(join(app.folder, ".env.local"), "utf8"))
  if (variables.BETTER_AUTH_SECRET !== secret)
    throw new Error("The README's settings have no place for the secret")
  return { ...app, runLine, variables }
}

/**
 * Runs a script that makes tables, twice.
 *
 * @param {Awaited<ReturnType<typeof newApp>>} app
 * @param {string} path
 * @param {string} table one of them
 */
async function makesTables(app, path, table) {
  const { code, command } = shown(path)
  app.write(path, code)
  const first = await app.runLine(command, app.variables)
  if (!/^Made: \[\s/m.test(first) || !first.includes(`'${table}'`)) throw new Error(`It printed ${first}`)
  const second = await app.runLine(command, app.variables)
  if (!second.includes("Made: []")) throw new Error(`The second time it printed ${second}`)
  if (!existsSync(join(app.folder, "dev-auth.db"))) throw new Error("There is no dev-auth.db")

  await app.runLine("git init --quiet")
  const seen = await app.runLine("git status --porcelain --untracked-files=all")
  const found = seen.split("\n").filter((line) => /dev-auth|\.env/.test(line))
  if (found.length > 0) throw new Error(`git sees ${found.join(", ")}`)
}

export const scripts = {
  "tables-authjs": {
    what: "the README's script for the table of Auth.js, by node",
    run: async (/** @type {Context} */ context) =>
      makesTables(await newApp(context, {}), "create-table.mjs", "next-auth"),
  },
  "tables-better-auth": {
    what: "the README's script for Better Auth's tables, by npx tsx in a CommonJS app with an alias, and npx auth generate",
    async run(/** @type {Context} */ context) {
      const app = await newApp(context, { "better-auth": "^1.7.5" })
      app.write("lib/auth.ts", shown("lib/auth.ts").code)
      await makesTables(app, "create-tables.mts", "better-auth-user")

      // `--yes`, as nobody is there to be asked.
      await app.runLine(`${commandWith("npx auth generate")} --yes`, app.variables)
      const template = readFileSync(join(app.folder, "tables.yaml"), "utf8")
      if (!template.includes('TableName: "better-auth-user"')) throw new Error(`It wrote ${template}`)
      const [, older] = /`(npx auth@1\.6 generate [^`]*)`/.exec(readme) ?? []
      if (!older) throw new Error("The README does not say what runs on Node.js 20")
      await app.runLine(`${older.replace("tables.yaml", "older.yaml")} --yes`, app.variables)
      if (readFileSync(join(app.folder, "older.yaml"), "utf8") !== template) {
        throw new Error("Version 1.6 of Better Auth's command line writes another template")
      }
    },
  },
}
