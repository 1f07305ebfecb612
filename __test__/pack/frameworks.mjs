// The other frameworks: each builds an app for production; what it built runs in a folder of its own, the app gone; and a person signs in.

import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs"
import { delimiter, join } from "node:path"
import { createApp, freePort, sizeOf } from "./app.mjs"
import { byMail, served, signUp } from "./servers.mjs"

/** @typedef {import("./cases.mjs").Context} Context */

/** The oldest Node.js that the newest of these frameworks run on. */
const NODE = [22, 19]

/**
 * The environment that has such a Node.js: this one if it is new enough, otherwise one from npm.
 *
 * @param {Context} context
 * @returns {Promise<Record<string, string | undefined>>}
 */
async function withNewNode(context) {
  const [major, minor] = process.versions.node.split(".").map(Number)
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return {}
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
  const tools = createApp(join(context.folder, "..", `${context.name}-node`), context.registry.url)
  tools.write("package.json", { private: true, dependencies: { [name]: `^${NODE.join(".")}` } })
  await tools.run("npm", ["install", "--ignore-scripts"])
  return {
    PATH: [join(tools.folder, "node_modules", name, "bin"), process.env.PATH].join(delimiter),
  }
}

/**
 * @param {object} framework
 * @param {string} framework.template
 * @param {Record<string, string>} framework.dependencies beside dynauth
 * @param {Record<string, string>} framework.devDependencies
 * @param {string[]} [framework.install] flags of `npm install`
 * @param {string[]} framework.build what npx runs
 * @param {string[]} framework.output files and folders that are all that is deployed
 * @param {string} framework.start the script in them
 * @param {boolean} [framework.installed] whether the dependencies are installed beside them; otherwise they have all they need
 * @param {import("./servers.mjs").SignIn} framework.signIn
 */
const built = ({
  template,
  dependencies,
  devDependencies,
  install = [],
  build,
  output,
  start,
  installed,
  signIn,
}) => ({
  async run(/** @type {Context} */ context) {
    const port = await freePort()
    const url = `http://localhost:${port}`
    const env = { ...(await withNewNode(context)), ORIGIN: url }
    const app = context.createApp(template)
    app.write("package.json", {
      private: true,
      type: "module",
      dependencies: { dynauth: context.version, ...dependencies },
      devDependencies,
    })
    await app.run("npm", ["install", "--ignore-scripts", ...install], { env })
    await app.run("npx", build, { env })

    const target = join(context.folder, "..", `${context.name}-output`)
    mkdirSync(target)
    const manifests = installed ? ["package.json", "package-lock.json"] : []
    for (const path of [...output, ...manifests]) {
      cpSync(join(app.folder, path), join(target, path), { recursive: true, verbatimSymlinks: true })
    }
    rmSync(app.folder, { recursive: true })
    mkdirSync(app.folder)

    const alone = createApp(target, context.registry.url)
    if (installed) {
      // `npm ci` refuses a lock without the bundlers' packages of all platforms, which not every registry has.
      await alone.run("npm", ["install", "--omit=dev", "--ignore-scripts", ...install], { env })
    } else if (existsSync(join(target, "node_modules"))) {
      throw new Error("there is a node_modules beside the output")
    }
    const running = await alone.start("node", [start], {
      env: { ...env, NODE_ENV: "production", PORT: String(port), HOST: "localhost" },
    })
    await served(running, url, signIn)
    const size = `${sizeOf(target)} deployed`
    rmSync(target, { recursive: true })
    return size
  },
})

const better = { "better-auth": "^1.7.5" }
const svelte = { svelte: "^5", vite: "^8" }

export const frameworks = {
  "sveltekit-authjs": {
    what: "SvelteKit 2 with @auth/sveltekit and database sessions: adapter-node's build, and what is in dependencies",
    ...built({
      template: "sveltekit-authjs",
      dependencies: { "@auth/sveltekit": "^1.11" },
      devDependencies: {
        "@sveltejs/kit": "^2.62",
        "@sveltejs/adapter-node": "^5",
        "@sveltejs/vite-plugin-svelte": "^7",
        ...svelte,
      },
      build: ["vite", "build"],
      output: ["build"],
      start: "build/index.js",
      installed: true,
      signIn: byMail,
    }),
  },
  sveltekit: {
    what: "SvelteKit 3 with Better Auth: the same",
    ...built({
      template: "sveltekit",
      dependencies: better,
      devDependencies: {
        "@sveltejs/kit": "^3",
        "@sveltejs/adapter-node": "^6",
        "@sveltejs/vite-plugin-svelte": "^7",
        ...svelte,
      },
      // Better Auth 1.7 names SvelteKit 2 as its peer.
      install: ["--legacy-peer-deps"],
      build: ["vite", "build"],
      output: ["build"],
      start: "build/index.js",
      installed: true,
      signIn: signUp,
    }),
  },
  nuxt: {
    what: "Nuxt 4 with Better Auth: the traced .output alone",
    ...built({
      template: "nuxt",
      dependencies: { nuxt: "^4.4", ...better },
      devDependencies: {},
      build: ["nuxt", "build"],
      output: [".output"],
      start: ".output/server/index.mjs",
      signIn: signUp,
    }),
  },
  "tanstack-start": {
    what: "TanStack Start with Better Auth: Nitro 3's traced .output alone",
    ...built({
      template: "tanstack",
      dependencies: {
        "@tanstack/react-router": "^1.170",
        "@tanstack/react-start": "^1.169",
        react: "^19",
        "react-dom": "^19",
        ...better,
      },
      devDependencies: { "@vitejs/plugin-react": "^6", nitro: "^3.0.260903-beta", vite: "^8" },
      build: ["vite", "build"],
      output: [".output"],
      start: ".output/server/index.mjs",
      signIn: signUp,
    }),
  },
}
