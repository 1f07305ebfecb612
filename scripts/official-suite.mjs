// Runs the official adapter suite of nextauthjs/next-auth, WebAuthn included, from a checkout of theirs, on the embedded
// engine and on DynamoDB Local. Fails unless every test of it has run and passed on both.
//
//   git clone --depth 1 https://github.com/nextauthjs/next-auth ../next-auth
//   NEXT_AUTH_CHECKOUT=../next-auth npm run test:official

import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { startVitest } from "vitest/node"

const engines = ["embedded", "DynamoDB Local"]
const testsOfTheSuite = 22

const here = fileURLToPath(import.meta.url)
const root = dirname(dirname(here))
const checkout = process.env.NEXT_AUTH_CHECKOUT && resolve(process.env.NEXT_AUTH_CHECKOUT)
const suite = checkout && join(checkout, "packages", "utils", "adapter.ts")

function fail(message) {
  console.error(message)
  process.exit(1)
}

if (!checkout) {
  fail(
    "NEXT_AUTH_CHECKOUT is not set: the official suite is run from a checkout of next-auth. Make one, and say where:\n\n" +
      "  git clone --depth 1 https://github.com/nextauthjs/next-auth ../next-auth\n" +
      "  NEXT_AUTH_CHECKOUT=../next-auth npm run test:official\n",
  )
}
if (!existsSync(suite))
  fail(`There is no suite at ${suite}. Is NEXT_AUTH_CHECKOUT a checkout of nextauthjs/next-auth?`)

if (!process.env.DYNAMODB_ENDPOINT) {
  const starter = join(root, "scripts", "dynamodb-local.mjs")
  const { status } = spawnSync(process.execPath, [starter, "--", process.execPath, here], {
    stdio: "inherit",
  })
  process.exit(status ?? 1)
}

const vitest = await startVitest("test", [], {
  root,
  config: false,
  watch: false,
  include: ["__test__/official/suite.ts"],
  reporters: ["verbose"],
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  // The checkout needs nothing installed: the suite shares our vitest.
  alias: {
    "next-auth-suite": suite,
    vitest: createRequire(import.meta.url)
      .resolve("vitest")
      .replace(/index\.cjs$/, "dist/index.js"),
  },
})
const counts = new Map(engines.map((engine) => [engine, { passed: 0, failed: 0, skipped: 0, pending: 0 }]))
for (const module of vitest.state.getTestModules()) {
  for (const test of module.children.allTests()) {
    const engine = test.fullName.split(" > ")[0]
    counts.get(engine)[test.result().state] += 1
  }
}
await vitest.close()

for (const [engine, { passed, failed, skipped, pending }] of counts) {
  console.log(
    `official suite on ${engine}: ${passed} of ${testsOfTheSuite} passed, ${failed} failed, ${skipped + pending} skipped`,
  )
  if (passed < testsOfTheSuite || failed + skipped + pending > 0) process.exitCode = 1
}
