// `npm run example` and the examples' own start: what is not on the list is refused before anything is built, and the settings
// are those of a newcomer.

import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { makeSettings } from "../examples/settings.mjs"

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

describe("the settings of an example", () => {
  function emptyFolder(environment: Record<string, string | undefined> = {}) {
    const folder = mkdtempSync(join(tmpdir(), "dynauth-example-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    onTestFinished(() => void vi.unstubAllEnvs())
    const none = { AUTH_DYNAMODB_ENDPOINT: undefined, AUTH_SECRET: undefined }
    for (const [name, value] of Object.entries({ ...none, ...environment })) vi.stubEnv(name, value)
    return { folder, written: () => readFileSync(join(folder, ".env.local"), "utf8") }
  }

  it("are made once, in .env.local", () => {
    const { folder, written } = emptyFolder()
    const settings = makeSettings(folder, "AUTH_SECRET")
    expect(settings).toMatchObject({ AUTH_DYNAMODB_ENDPOINT: "file:./dev-auth.db" })
    const text = `AUTH_DYNAMODB_ENDPOINT=file:./dev-auth.db\nAUTH_SECRET=${settings.AUTH_SECRET}\n`
    expect(written()).toBe(text)
    expect(makeSettings(folder, "AUTH_SECRET")).toEqual(settings)
    expect(written()).toBe(text)
  })

  it("are added to those that are there", () => {
    const { folder, written } = emptyFolder()
    writeFileSync(join(folder, ".env.local"), "AUTH_SECRET=mine")
    expect(makeSettings(folder, "AUTH_SECRET").AUTH_SECRET).toBe("mine")
    expect(written()).toBe("AUTH_SECRET=mine\nAUTH_DYNAMODB_ENDPOINT=file:./dev-auth.db\n")
  })

  it.each(["", "http://localhost:8000"])("leave the endpoint %j of the environment alone", (endpoint) => {
    const { folder, written } = emptyFolder({ AUTH_DYNAMODB_ENDPOINT: endpoint })
    expect(makeSettings(folder, "AUTH_SECRET").AUTH_DYNAMODB_ENDPOINT).toBe(endpoint)
    expect(written()).toMatch(/^AUTH_SECRET=.{43}\n$/)
  })

  it.each(["authjs-nextjs", "better-auth-nextjs"])(
    "and the database of %s are kept out of git",
    (example) => {
      const ignored = readFileSync(join(root, "examples", example, ".gitignore"), "utf8").split("\n")
      expect(ignored).toEqual(expect.arrayContaining(["/.env.local", "/dev-auth.db*"]))
    },
  )
})
