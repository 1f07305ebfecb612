// Apps with a host of theirs and a lock file: installing adds our packages, and changes nothing of what they have. And where
// each package keeps to its own dependencies, `dynauth/better-auth` finds the app's Better Auth.

import { readFileSync } from "node:fs"
import { join } from "node:path"
import { berry, npm10, pnpm, pnpmSettings, yarnSettings } from "./managers.mjs"

/** @typedef {import("./cases.mjs").Context} Context */
/** @typedef {import("./app.mjs").App} App */

/**
 * @typedef {object} LockedApp
 * @property {string} what
 * @property {Record<string, string>} locked the versions that the lock file has
 * @property {Record<string, string>} [ranges] what package.json says instead for some of them
 * @property {string[]} [npm] another npm than that of this machine
 * @property {string} [template]
 * @property {(app: App) => Promise<string | void>} [use] what is tried with what was installed
 */

/** @type {Record<string, LockedApp>} */
const lockedApps = {
  "nextauth4.18": {
    what: "NextAuth 4.18 beside newer ones that its range takes, and TypeScript 4.9",
    locked: {
      ...{ "next-auth": "4.18.10", "@next-auth/dynamodb-adapter": "1.2.0", next: "13.1.6" },
      ...{ react: "18.2.0", "react-dom": "18.2.0", typescript: "4.9.5" },
      ...{ "@aws-sdk/client-dynamodb": "3.216.0", "@aws-sdk/lib-dynamodb": "3.216.0" },
    },
    ranges: { "next-auth": "^4.18.10", react: "^18.2.0" },
    template: "typescript",
    use: compiledAndUsed,
  },
  "nextauth4.22": {
    what: "NextAuth 4.22 by its exact version",
    locked: { "next-auth": "4.22.1", next: "13.4.19", react: "18.2.0", "react-dom": "18.2.0" },
  },
  "nextauth4.24": {
    what: "NextAuth 4.24, and TypeScript 4.9",
    locked: {
      ...{ "next-auth": "4.24.7", next: "14.2.15", react: "18.3.1", "react-dom": "18.3.1" },
      ...{ "@aws-sdk/client-dynamodb": "3.563.0", "@aws-sdk/lib-dynamodb": "3.563.0", typescript: "4.9.5" },
    },
    template: "typescript",
    use: compiledAndUsed,
  },
  nextauth5: {
    what: "a beta of next-auth 5 that is not the newest",
    locked: { "next-auth": "5.0.0-beta.25", next: "14.2.15", react: "18.3.1", "react-dom": "18.3.1" },
    ranges: { "next-auth": "^5.0.0-beta.25" },
  },
  core: {
    what: "Express with @auth/core from before passkeys",
    locked: { "@auth/core": "0.30.0", "@auth/express": "0.5.0", express: "4.19.2" },
  },
  sveltekit: {
    what: "Vite 5 and SvelteKit 2 with Better Auth",
    locked: {
      ...{ vite: "5.4.10", "@sveltejs/kit": "2.7.3", "@sveltejs/vite-plugin-svelte": "3.1.2" },
      ...{ svelte: "4.2.19", vitest: "2.1.4", "better-auth": "1.6.15" },
    },
    ranges: { vite: "^5.4.0", "better-auth": "^1.6.0" },
  },
  none: {
    what: "Express, old versions of what Better Auth has as peers, and no host",
    locked: {
      express: "4.19.2",
      vite: "5.4.10",
      vitest: "1.6.0",
      "drizzle-orm": "0.30.0",
      mongodb: "4.17.2",
    },
  },
  "none-npm10": {
    what: "Express, Vite 5, and no host, by the npm that Node.js 20 brings",
    locked: { express: "4.19.2", vite: "5.4.10" },
    ranges: { vite: "^5.4.0" },
    npm: npm10,
  },
}

/** @param {LockedApp} lockedApp */
const installedBeside = ({ what, locked, ranges, npm: program = [], template, use }) => ({
  what: `npm install dynauth in an app with a lock file: ${what}`,
  async run(/** @type {Context} */ context) {
    const app = context.createApp(template)
    const file = (/** @type {string} */ name) => JSON.parse(readFileSync(join(app.folder, name), "utf8"))
    const npm = (/** @type {string[]} */ ...values) =>
      app.run("npm", [...program, ...values, "--ignore-scripts"])
    app.write("package.json", { private: true, dependencies: locked })
    await npm("install", "--package-lock-only")
    const dependencies = { ...locked, ...ranges }
    app.write("package.json", { private: true, dependencies })
    const lock = file("package-lock.json")
    lock.packages[""].dependencies = dependencies
    app.write("package-lock.json", lock)

    await npm("install", "--package-lock-only", `dynauth@${context.version}`)
    const after = file("package-lock.json").packages
    const changed = []
    for (const path of new Set([...Object.keys(lock.packages), ...Object.keys(after)])) {
      const [before, now] = [lock.packages[path], after[path]]
      const isOurs = /^node_modules\/dynauth(-|$)/.test(path)
      if (path === "" || (isOurs && !before) || JSON.stringify(before) === JSON.stringify(now)) continue
      changed.push(`${path} (${before?.version} became ${now?.version})`)
    }
    if (changed.length > 0) throw new Error(`the lock file has other packages: ${changed.join(", ")}`)
    if (!after["node_modules/dynauth"]) throw new Error("the lock file does not have ours")
    if (!use) return
    await npm("ci")
    return use(app)
  },
})

/** Compiles the app of the folder typescript, strictly and not, and signs in. @param {App} app */
async function compiledAndUsed(app) {
  for (const flags of [[], ["--strict", "false"], ["-p", "tsconfig.entries.json"]]) {
    await app.run("npx", ["tsc", ...flags])
  }
  const output = await app.run("node", ["sign-in.mjs"])
  if (!output.includes("NextAuth has ada@example.com")) throw new Error(`it printed ${output}`)
  return `TypeScript ${(await app.run("npx", ["tsc", "--version"])).trim().split(" ").at(-1)}`
}

const better = { "better-auth": "^1.7.5" }

/** @param {App} app @param {string[]} node @param {string} [cwd] */
async function usesBetterAuth(app, node, cwd) {
  const [command, ...values] = [...node, "use.mjs"]
  const output = await app.run(command, values, { cwd })
  if (!output.includes("Better Auth has ada@example.com")) throw new Error(`it printed ${output}`)
}

/**
 * @param {string} what
 * @param {(app: App, context: Context) => Promise<unknown>} install
 * @param {string[]} [node]
 */
const single = (what, install, node = ["node"]) => ({
  what: `${what}: dynauth/better-auth finds the app's Better Auth`,
  async run(/** @type {Context} */ context) {
    const app = context.createApp("better-auth")
    app.write("package.json", { private: true, dependencies: { dynauth: context.version, ...better } })
    await install(app, context)
    await usesBetterAuth(app, node)
  },
})

/**
 * Apps of one repository: two with Better Auth, each with a version of its own, and one without.
 *
 * @param {string} what
 * @param {(app: App, context: Context) => Promise<unknown>} install
 */
const workspace = (what, install) => ({
  what: `${what}, a workspace of two apps with a Better Auth each and one without`,
  async run(/** @type {Context} */ context) {
    const app = context.createApp()
    app.write("package.json", { private: true, name: "all", workspaces: ["apps/*"] })
    const apps = { admin: { "better-auth": "1.6.15" }, api: {}, web: better }
    const use = readFileSync(new URL("apps/better-auth/use.mjs", import.meta.url), "utf8")
    for (const [name, host] of Object.entries(apps)) {
      const dependencies = { dynauth: context.version, ...host }
      app.write(`apps/${name}/package.json`, { private: true, name, version: "1.0.0", dependencies })
      app.write(`apps/${name}/use.mjs`, use)
    }
    await install(app, context)
    for (const name of ["admin", "web"]) await usesBetterAuth(app, ["node"], `apps/${name}`)
  },
})

/** Without a folder in which packages find each other all the same. @param {Context} context */
const strict = (context) => `${pnpmSettings(context, "isolated")}hoist: false\n`

export const hosts = {
  ...Object.fromEntries(
    Object.entries(lockedApps).map(([name, lockedApp]) => [`npm-lock-${name}`, installedBeside(lockedApp)]),
  ),
  "better-auth-npm": single("npm", (app) => app.run("npm", ["install", "--ignore-scripts"])),
  "better-auth-pnpm": single("pnpm with its own layout", (app, context) => {
    app.write("pnpm-workspace.yaml", strict(context))
    return app.run("npm", [...pnpm, "install", "--ignore-scripts"])
  }),
  "better-auth-pnpm-workspace": workspace("pnpm with its own layout", (app, context) => {
    app.write("pnpm-workspace.yaml", `packages: ["apps/*"]\n${strict(context)}`)
    return app.run("npm", [...pnpm, "install", "--ignore-scripts"])
  }),
  "better-auth-yarn-pnp": single(
    "Yarn 4 with Plug'n'Play",
    (app, context) => {
      app.write(".yarnrc.yml", yarnSettings(context, "pnp"))
      app.write("yarn.lock", "")
      return app.run("npm", [...berry, "install"])
    },
    ["npm", ...berry, "node"],
  ),
  "better-auth-yarn-node-modules": workspace("Yarn 4 with node_modules", (app, context) => {
    app.write(".yarnrc.yml", yarnSettings(context, "node-modules"))
    app.write("yarn.lock", "")
    return app.run("npm", [...berry, "install"])
  }),
}
