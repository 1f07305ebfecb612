// Starts the example as `npm run example` does, and stops it as Ctrl-C does.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { inject } from "vitest"
import { describeThreads, endAll, family, haveLoaded } from "./processes"

export interface Example {
  /** Its address, as it printed it. */
  url: string
  /** What it has printed so far. */
  output(): string
  /** Resolves to the exit code. */
  stop(): Promise<number | null>
}

/**
 * Turbopack is known to hang now and then at its start (vercel/next.js#97850), before it has compiled anything: Next.js is
 * ready, and never answers. One start like that is put up with, if it is certain that nothing of ours has run in it.
 */
export async function startExample(args: string[], environment: Record<string, string>): Promise<Example> {
  const first = await start(args, environment)
  if (first !== "stuck before the app") return first
  const second = await start(args, environment)
  if (second === "stuck before the app") throw new Error("Next.js has not answered, twice in a row.")
  return second
}

async function start(
  args: string[],
  environment: Record<string, string>,
): Promise<Example | "stuck before the app"> {
  const child = spawn(process.execPath, ["scripts/example.mjs", ...args], {
    env: {
      ...process.env,
      // Vitest's own, "test", is neither to Next.js.
      NODE_ENV: args.includes("--dev") ? "development" : "production",
      FORCE_COLOR: "0",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const ended = once(child, "exit")
  const { start, page } = inject("patience")
  const timers: NodeJS.Timeout[] = []
  const after = (time: number, act: () => void) => timers.push(setTimeout(act, time))

  let output = ""
  const url = await new Promise<string | undefined>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      const wasReady = isReady(output)
      output += chunk
      const [, url] = /Open (http:\/\/localhost:\d+)/.exec(output) ?? []
      if (url) resolve(url)
      else if (isReady(output) && !wasReady) after(page, giveUpIfNotOurs)
    }
    const giveUpIfNotOurs = () => {
      const processes = family(child.pid!)
      if (haveLoaded(processes, "dynauth.linux")) return
      console.warn(`The example hangs without dynauth in it:\n${output}\n${describeThreads(processes)}`)
      resolve(undefined)
    }
    const fail = (what: string) => {
      reject(new Error(`The example ${what}:\n${output}\n${describeThreads(family(child.pid!))}`))
      child.kill("SIGINT")
    }
    child.stdout.on("data", read)
    child.stderr.on("data", read)
    after(start, () => fail(`has not started after ${start / 60_000} minutes`))
    ended.then(([code]) => fail(`ended with exit code ${code}`), reject)
  }).finally(() => timers.forEach(clearTimeout))

  const stop = async () => {
    child.kill("SIGINT")
    const [code] = await ended
    return code
  }
  if (url === undefined) {
    const processes = family(child.pid!)
    await stop()
    // What hangs may not hear that it shall end.
    endAll(processes)
    return "stuck before the app"
  }
  return { url, output: () => output, stop }
}

/** Whether Next.js has said that it takes requests. */
const isReady = (output: string) => /Ready in /.test(output)
