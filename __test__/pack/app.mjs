// A fresh app in a folder of its own: files, an installation, commands, servers.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"

const templates = fileURLToPath(new URL("apps/", import.meta.url))
const onWindows = process.platform === "win32"

/**
 * @typedef {object} App
 * @property {string} folder
 * @property {(path: string, content: string | object) => void} write a file; an object as JSON
 * @property {(command: string, values: string[], options?: RunOptions) => Promise<string>} run a command in the folder, which
 *   resolves to what it printed; the error of one that fails has that as `output`
 * @property {(command: string, values: string[], options?: RunOptions & { ready?: RegExp }) => Promise<Running>} start
 *
 * @typedef {object} RunOptions
 * @property {Record<string, string | undefined>} [env]
 * @property {string} [cwd] relative to the folder
 *
 * @typedef {object} Running
 * @property {() => string} output what it has printed
 * @property {number} pid
 * @property {() => Promise<void>} stop
 */

/**
 * @param {string} folder which is made
 * @param {string} registry its address
 * @param {string} [template] a folder of apps/ that it begins with
 * @returns {App}
 */
export function createApp(folder, registry, template) {
  mkdirSync(folder, { recursive: true })
  if (template) cpSync(join(templates, template), folder, { recursive: true })
  /** @type {App["write"]} */
  const write = (path, content) => {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, typeof content === "string" ? content : JSON.stringify(content, null, 2))
  }
  // Each package manager reads its own.
  write(".npmrc", `registry=${registry}\nfund=false\naudit=false\nupdate-notifier=false\n`)

  const environment = (/** @type {RunOptions} */ { env = {} }) => ({
    ...withoutNpm(process.env),
    CI: "1",
    NO_COLOR: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    npm_config_registry: registry,
    YARN_NPM_REGISTRY_SERVER: registry,
    ...env,
  })
  const spawned = (
    /** @type {string} */ command,
    /** @type {string[]} */ values,
    /** @type {RunOptions} */ options,
  ) =>
    spawn(command, values, {
      cwd: join(folder, options.cwd ?? "."),
      env: /** @type {any} */ (environment(options)),
      stdio: ["ignore", "pipe", "pipe"],
      shell: onWindows,
      // So that what it starts itself ends with it.
      detached: !onWindows,
    })

  return {
    folder,
    write,
    async run(command, values, options = {}) {
      const child = spawned(command, values, options)
      let output = ""
      child.stdout.on("data", (chunk) => (output += chunk))
      child.stderr.on("data", (chunk) => (output += chunk))
      const [code, signal] = await once(child, "close")
      output = stripVTControlCharacters(output)
      if (code !== 0) {
        const problem = `${command} ${values.join(" ")} ended with ${code ?? signal}`
        throw Object.assign(new Error(`${problem}:\n${tail(output)}`), { output })
      }
      return output
    },
    async start(command, values, options = {}) {
      const child = spawned(command, values, options)
      let output = ""
      let ended = false
      child.stdout.on("data", (chunk) => (output += chunk))
      child.stderr.on("data", (chunk) => (output += chunk))
      const closed = once(child, "close").then(() => (ended = true))
      const running = {
        output: () => stripVTControlCharacters(output),
        pid: /** @type {number} */ (child.pid),
        async stop() {
          if (!ended) end(child)
          await closed
        },
      }
      while (options.ready && !options.ready.test(running.output())) {
        if (ended) throw new Error(`${command} ${values.join(" ")} ended:\n${tail(running.output())}`)
        await sleep(50)
      }
      return running
    },
  }
}

/** @param {import("node:child_process").ChildProcess} child */
function end(child) {
  if (onWindows) spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"])
  else process.kill(-(/** @type {number} */ (child.pid)), "SIGTERM")
}

/** What npm says to the scripts it runs is not for the apps' own package managers. @param {NodeJS.ProcessEnv} env */
const withoutNpm = (env) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^(npm_|NODE_ENV$|PNPM_|INIT_CWD)/i.test(name)))

/** @param {string} text */
export const tail = (text) => text.split("\n").slice(-60).join("\n")

/** A port that nobody listens on. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  server.close()
  await once(server, "close")
  return port
}

/**
 * Asks an address until it answers well.
 *
 * @param {string} url
 * @param {Running} running what serves it
 */
export async function untilAnswers(url, running) {
  for (let attempt = 0; ; attempt++) {
    const response = await fetch(url).catch((error) => error)
    if (response.ok) return
    if (attempt === 600) {
      throw new Error(`${url} does not answer: ${response.status ?? response}\n${tail(running.output())}`)
    }
    await sleep(100)
  }
}

/** How large the files of a folder are, such as "27 MB". @param {string} folder */
export const sizeOf = (folder) => `${(bytesIn(folder) / 1e6).toFixed(0)} MB`

/** @param {string} folder @returns {number} */
const bytesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name)
    return sum + (entry.isDirectory() ? bytesIn(path) : entry.isFile() ? statSync(path).size : 0)
  }, 0)
