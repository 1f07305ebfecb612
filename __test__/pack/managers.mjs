// Package managers: each installs from the registry into a fresh app, without running scripts, and both module systems find
// the addon.

import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** @typedef {import("./cases.mjs").Context} Context */

/**
 * @param {Context} context
 * @param {(app: import("./app.mjs").App) => Promise<void>} install
 * @param {{ node?: string[], manifest?: object }} [options] how Node.js is started
 */
async function plain(context, install, { node = ["node"], manifest = {} } = {}) {
  const app = context.createApp("plain")
  app.write("package.json", { private: true, dependencies: { dynauth: context.version }, ...manifest })
  await install(app)
  for (const [script, expected] of [
    ["use.cjs", "CommonJS has ada@example.com"],
    ["use.mjs", "ECMAScript has ada@example.com"],
  ]) {
    const [command, ...values] = [...node, script]
    const output = await app.run(command, values)
    if (!output.includes(expected)) throw new Error(`${script} printed ${output}`)
  }
  return app
}

/** Fails unless the packages of other platforms were left where they are. @param {Context} context */
function onlyThisPlatform({ registry, platform }) {
  const addons = [...new Set(registry.asked)].filter((name) => name !== "dynauth")
  if (addons.join() !== `dynauth-${platform}`) throw new Error(`fetched ${addons.join(", ") || "no addon"}`)
}

export const npm10 = ["exec", "--yes", "--package=npm@10", "--", "npm"]
export const pnpm = ["exec", "--yes", "--package=pnpm@10", "--", "pnpm"]
const yarn = ["exec", "--yes", "--package=yarn@1", "--", "yarn"]
export const berry = ["exec", "--yes", "--package=@yarnpkg/cli-dist@4", "--", "yarn"]

export const managers = {
  npm: {
    what: "npm install, then npm ci from its lock file, both with --ignore-scripts",
    async run(/** @type {Context} */ context) {
      const app = await plain(context, async (app) => {
        await app.run("npm", ["install", "--ignore-scripts"])
        await app.run("npm", ["ci", "--ignore-scripts"])
      })
      onlyThisPlatform(context)
      const lock = JSON.parse(readFileSync(join(app.folder, "package-lock.json"), "utf8"))
      const locked = Object.keys(lock.packages).filter((path) => path.startsWith("node_modules/dynauth-"))
      if (locked.length !== 8) throw new Error(`the lock file has ${locked.length} of 8 addons`)
      const installed = readdirSync(join(app.folder, "node_modules")).filter((name) => name.startsWith("dyn"))
      return `installs ${installed.join(" and ")}`
    },
  },
  "npm-omit-optional": {
    what: "npm install --omit=optional: the error names the remedy",
    async run(/** @type {Context} */ context) {
      const app = context.createApp("plain")
      app.write("package.json", { private: true, dependencies: { dynauth: context.version } })
      await app.run("npm", ["install", "--omit=optional"])
      const output = await app.run("node", ["use.cjs"]).then(
        () => "it worked",
        (error) => error.output,
      )
      for (const words of [
        "ADDON_NOT_LOADED",
        `the package dynauth-${context.platform}`,
        "--omit=optional",
      ]) {
        if (!output.includes(words)) throw new Error(`${words} is not in ${output}`)
      }
    },
  },
  "pnpm-strict": {
    what: "pnpm with its own layout: nothing is found that is not declared",
    async run(/** @type {Context} */ context) {
      await plain(
        context,
        async (app) => void (await app.run("npm", [...pnpm, "install", "--ignore-scripts"])),
      )
      onlyThisPlatform(context)
    },
  },
  "pnpm-hoisted": {
    what: "pnpm with node-linker=hoisted",
    async run(/** @type {Context} */ context) {
      await plain(context, async (app) => {
        app.write("pnpm-workspace.yaml", pnpmSettings(context, "hoisted"))
        await app.run("npm", [...pnpm, "install", "--ignore-scripts"])
      })
      onlyThisPlatform(context)
    },
  },
  "yarn-classic": {
    what: "Yarn 1",
    async run(/** @type {Context} */ context) {
      // It fetches the packages of all platforms, and then installs the one that fits.
      await plain(
        context,
        async (app) => void (await app.run("npm", [...yarn, "install", "--ignore-scripts"])),
      )
    },
  },
  "yarn-pnp": {
    what: "Yarn 4 with Plug'n'Play, without node_modules",
    async run(/** @type {Context} */ context) {
      const app = await plain(
        context,
        async (app) => {
          app.write(".yarnrc.yml", yarnSettings(context, "pnp"))
          app.write("yarn.lock", "")
          await app.run("npm", [...berry, "install"])
        },
        { node: ["npm", ...berry, "node"] },
      )
      if (readdirSync(app.folder).includes("node_modules")) throw new Error("there is a node_modules")
      onlyThisPlatform(context)
    },
  },
  "yarn-node-modules": {
    what: "Yarn 4 with node_modules",
    async run(/** @type {Context} */ context) {
      await plain(context, async (app) => {
        app.write(".yarnrc.yml", yarnSettings(context, "node-modules"))
        app.write("yarn.lock", "")
        await app.run("npm", [...berry, "install"])
      })
      onlyThisPlatform(context)
    },
  },
}

/** @param {Context} context @param {string} linker */
export const pnpmSettings = ({ folder }, linker) =>
  `nodeLinker: ${linker}\nstoreDir: ${JSON.stringify(join(folder, ".pnpm-store"))}\n`

/** @param {Context} context @param {string} linker */
export const yarnSettings = ({ registry, folder }, linker) =>
  [
    `nodeLinker: ${linker}`,
    `npmRegistryServer: "${registry.url}"`,
    `unsafeHttpWhitelist: ["127.0.0.1"]`,
    `enableTelemetry: false`,
    `enableScripts: false`,
    // On by itself where CI is set.
    `enableImmutableInstalls: false`,
    // On by itself in a package of the type "module".
    `pnpEnableEsmLoader: true`,
    // Else it may take a package of the same version from an earlier run.
    `enableGlobalCache: false`,
    `globalFolder: ${JSON.stringify(join(folder, ".yarn-global"))}`,
    // A package is taken however new it is.
    `npmMinimalAgeGate: 0`,
    "",
  ].join("\n")
