// Runs the checks that tell dynauth from @auth/dynamodb-adapter over both, writes docs/compare.md and prints it.

import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs")
const { status } = spawnSync(process.execPath, [vitest, "run", "__test__/weaknesses.spec.ts"], {
  cwd: root,
  stdio: ["ignore", 2, 2],
  env: { ...process.env, COMPARE: "write" },
})
if (status !== 0) process.exit(status ?? 1)
process.stdout.write(readFileSync(join(root, "docs", "compare.md"), "utf8"))
