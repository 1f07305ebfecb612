// Each weakness of `@auth/dynamodb-adapter` that docs/compare.md names is one, and is none of ours.

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { failure } from "./authjs/stage"
import { engines } from "./engines"
import { type Check, checks, ours, scene, theirs } from "./weaknesses"

const root = join(__dirname, "..")
const file = join(root, "docs", "compare.md")
const theirPackage = join(root, "node_modules", theirs.name, "package.json")

/** What docs/compare.md says. */
function document(): string {
  const { version } = JSON.parse(readFileSync(theirPackage, "utf8")) as { version: string }
  const rows = checks.map(({ behaviour, instead }) => `| ${behaviour} | no: ${instead} | yes |`)
  return [
    "# What is different from `@auth/dynamodb-adapter`",
    "",
    "dynauth stores everything as that adapter does, so one can take the place of the other on the same table. This is what it",
    "does besides. Each line is a check in `__test__/weaknesses.ts`. The tests run it over both adapters and fail when one of them",
    "does not do what is said here. Written by `npm run compare`.",
    "",
    `| | \`@auth/dynamodb-adapter\` ${version} | dynauth |`,
    "|---|---|---|",
    ...rows,
    "",
    "For Better Auth and `@ebratz/dynamodb-better-auth`, see [better-auth/compare.md](better-auth/compare.md).",
    "",
  ].join("\n")
}

describe.each(engines)("on $name", (engine) => {
  const here = checks.filter(({ slow }) => !slow || engine === engines[0])

  async function run(check: Check, subject: typeof ours): Promise<void> {
    await check.run(await scene(engine, subject, check))
  }

  // Two that wait wait together.
  describe.concurrent.each(here)("$behaviour", (check) => {
    it(`${theirs.name}: ${check.instead}`, async () => {
      const error = await failure(run(check, theirs))
      // Anything else would be a fault of the check.
      expect(error).toMatchObject({ name: "AssertionError" })
    })

    it("dynauth", () => run(check, ours))
  })
})

it("docs/compare.md says so", () => {
  const text = document()
  if (process.env.COMPARE === "write") writeFileSync(file, text)
  expect(readFileSync(file, "utf8")).toBe(text)
})
