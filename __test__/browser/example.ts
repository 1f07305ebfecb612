// Starts the example as `npm run example` does, and stops it as Ctrl-C does.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { inject } from "vitest"

export interface Example {
  /** Its address, as it printed it. */
  url: string
  /** What it has printed so far. */
  output(): string
  /** Resolves to the exit code. */
  stop(): Promise<number | null>
}

export async function startExample(args: string[], environment: Record<string, string>): Promise<Example> {
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
  const started = new Promise<string>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk
      const [, url] = /Open (http:\/\/localhost:\d+)/.exec(output) ?? []
      if (url) resolve(url)
    }
    child.stdout.on("data", read)
    child.stderr.on("data", read)
  })
  const { start } = inject("patience")
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill("SIGINT")
      reject(new Error(`The example has not started after ${start / 60_000} minutes:\n${output}`))
    }, start)
  })
  const failed = ended.then(([code]) => {
    throw new Error(`The example ended with exit code ${code}:\n${output}`)
  })
  const url = await Promise.race([started, late, failed]).finally(() => clearTimeout(timer))

  return {
    url,
    output: () => output,
    async stop() {
      child.kill("SIGINT")
      const [code] = await ended
      return code
    },
  }
}
