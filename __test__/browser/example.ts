// Starts the example as `npm run example` does, and stops it as Ctrl-C does.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { inject } from "vitest"
import { describeThreads, endAll, family, runWithout } from "./processes"

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
  const first = await startOnce(args, environment)
  if (first !== "stuck before the app") return first
  const second = await startOnce(args, environment)
  if (second === "stuck before the app") throw new Error("Next.js has not answered, twice in a row.")
  return second
}

async function startOnce(
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

  let output = ""
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      const read = () => {
        const found = pattern.exec(output)
        if (found) resolve(found)
      }
      child.stdout.on("data", read)
      child.stderr.on("data", read)
    })
  const keep = (chunk: Buffer) => (output += chunk)
  child.stdout.on("data", keep)
  child.stderr.on("data", keep)

  const { start, page } = inject("patience")
  const over = new AbortController()
  const pass = (time: number) => sleep(time, undefined, { signal: over.signal })

  const started = printed(/Open (http:\/\/localhost:\d+)/).then(([, url]) => url!)
  const failed = ended.then(([code]): never => {
    throw new Error(`The example ended with exit code ${code}:\n${output}`)
  })
  const late = pass(start).then((): never => {
    const threads = describeThreads(family(child.pid!))
    child.kill("SIGINT")
    throw new Error(`The example has not started after ${start / 60_000} minutes:\n${output}\n${threads}`)
  })
  // What hangs, if it is certain that it is none of ours.
  const stuck = printed(/Ready in /)
    .then(() => pass(page))
    .then(() => {
      const processes = family(child.pid!)
      if (!runWithout(processes, "dynauth.linux")) return late
      console.warn(`The example hangs without dynauth in it:\n${output}\n${describeThreads(processes)}`)
      return processes
    })
  const found = await Promise.race([started, failed, late, stuck]).finally(() => over.abort())

  const stop = async () => {
    child.kill("SIGINT")
    const [code] = await ended
    return code
  }
  if (typeof found === "string") return { url: found, output: () => output, stop }
  await stop()
  // It may not have heard that it shall end.
  endAll(found)
  return "stuck before the app"
}
