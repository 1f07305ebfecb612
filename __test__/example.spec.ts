// `npm run example` and the examples' own start: what is not on the list is refused before anything is built.

import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))

function run(script: string, ...values: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...values], {
    cwd: root,
    encoding: "utf8",
    timeout: 30_000,
  })
  expect(stdout).toBe("")
  return { status, stderr }
}

describe("npm run example", () => {
  it.each([
    [["--prod"], "There is no flag --prod. There is: --dev."],
    [["better-auth", "--port=4000"], "There is no flag --port=4000. There is: --dev."],
    [["--dev=yes"], "There is no flag --dev=yes. There is: --dev."],
    [["-d"], "There is no flag -d. There is: --dev."],
    [["nextauth"], 'There is no example "nextauth". Give one of: authjs, better-auth.'],
    [["authjs", "better-auth"], "One example at a time, and 2 were given: authjs, better-auth."],
  ])("refuses %j", (values, problem) => {
    expect(run("scripts/example.mjs", ...values)).toEqual({ status: 2, stderr: `${problem}\n` })
  })
})

describe.each(["authjs-nextjs", "better-auth-nextjs"])("start.mjs of %s", (example) => {
  it.each([
    [["--prod"], "There is no flag --prod. There is: --dev."],
    [["authjs"], 'It takes no name, and "authjs" was given.'],
  ])("refuses %j", (values, problem) => {
    expect(run(`examples/${example}/start.mjs`, ...values)).toEqual({ status: 2, stderr: `${problem}\n` })
  })
})
