// Runs the tests of __test__/authjs/weaknesses.spec.ts over dynauth and over @auth/dynamodb-adapter, on the embedded engine
// and on DynamoDB Local, and writes the outcome to docs/compare.md. Fails where a test over dynauth does.
//
//   node scripts/compare.mjs            (npm run build:quick before it)

import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const here = fileURLToPath(import.meta.url)
const root = dirname(dirname(here))
const engines = ["embedded", "DynamoDB Local"]
const adapters = ["dynauth", "@auth/dynamodb-adapter"]

if (!process.env.DYNAMODB_ENDPOINT) {
  const starter = join(root, "scripts", "dynamodb-local.mjs")
  const { status } = spawnSync(process.execPath, [starter, "--", process.execPath, here], {
    stdio: "inherit",
  })
  process.exit(status ?? 1)
}

const require = createRequire(import.meta.url)
const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs")
const scratch = mkdtempSync(join(tmpdir(), "dynauth-compare-"))

/** What came of each test, by adapter: title → engine → "passed" or "failed". */
const outcomes = new Map()
for (const adapter of adapters) {
  console.error(`Running the tests over ${adapter} ...`)
  const file = join(scratch, "report.json")
  const run = spawnSync(
    process.execPath,
    [vitest, "run", "__test__/authjs/weaknesses.spec.ts", "--reporter=json", `--outputFile=${file}`],
    { cwd: root, stdio: ["ignore", 2, 2], env: { ...process.env, TEST_ADAPTER: adapter } },
  )
  if (run.error) throw run.error
  const tests = JSON.parse(readFileSync(file, "utf8")).testResults.flatMap((suite) => suite.assertionResults)
  const byTitle = new Map()
  for (const { title, ancestorTitles, status } of tests) {
    const engine = engines.find((name) => ancestorTitles[0].includes(name))
    byTitle.set(title, { ...byTitle.get(title), [engine]: status })
  }
  outcomes.set(adapter, byTitle)
}
rmSync(scratch, { recursive: true })

const inWords = (result) => {
  const passed = engines.filter((engine) => result?.[engine] === "passed")
  if (passed.length === engines.length) return "yes"
  return passed.length === 0 ? "no" : `on ${passed.join(", ")} only`
}
const version = (name) =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version
const [ours, theirs] = adapters.map((adapter) => outcomes.get(adapter))
const rows = [...ours.keys()].map(
  (title) => `| ${title} | ${inWords(ours.get(title))} | ${inWords(theirs.get(title))} |`,
)

const table = `# Beside @auth/dynamodb-adapter

What \`__test__/authjs/weaknesses.spec.ts\` finds when it is run over both adapters, each on the embedded engine and on DynamoDB
Local. Written by \`node scripts/compare.mjs\`; \`@auth/dynamodb-adapter\` is version ${version("@auth/dynamodb-adapter")}, its document client made as its
documentation says.

| | dynauth | @auth/dynamodb-adapter |
|---|---|---|
${rows.join("\n")}
`
writeFileSync(join(root, "docs", "compare.md"), table)
console.error("Written to docs/compare.md.")

const failed = [...ours.values()].filter((result) => inWords(result) !== "yes").length
if (failed > 0) {
  console.error(`${failed} tests fail over dynauth.`)
  process.exitCode = 1
}
