// Runs Better Auth's own conformance suites over the adapter as it is here, with several versions of Better Auth, on the
// embedded engine and on DynamoDB Local. Fails unless every test of them has run and passed in every combination.
//
//   npm run test:better-auth                    all versions; the first run installs those that are not in node_modules
//   npm run test:better-auth -- 1.7.5           some versions
//
// DynamoDB Local is used where DYNAMODB_ENDPOINT says, otherwise started.

import { spawnSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { startVitest } from "vitest/node"

const here = fileURLToPath(import.meta.url)
const root = dirname(dirname(here))
const engines = ["embedded", "DynamoDB Local"]
const configurations = ["zero configuration", "declared configuration"]

const installed = readJson(join(root, "node_modules", "better-auth", "package.json")).version

/** The versions, and what is to be installed where they are not in node_modules. */
const versions = {
  "1.6.15": {
    tests: 439,
    dependencies: {
      "better-auth": "1.6.15",
      "@better-auth/core": "1.6.15",
      "@better-auth/test-utils": "1.6.15",
    },
  },
  "1.7.5": {
    tests: 448,
    dependencies: {
      "better-auth": "1.7.5",
      "@better-auth/core": "1.7.5",
      "@better-auth/test-utils": "1.7.5",
    },
  },
  // Its suites are not published; those of 1.7.5 run beside it with these.
  "1.7.24": {
    tests: 448,
    dependencies: {
      "better-auth": "1.7.24",
      "@better-auth/core": "1.7.24",
      "@better-auth/test-utils": "1.7.5",
    },
    overrides: {
      "@better-auth/utils": "0.5.0",
      "@better-fetch/fetch": "1.3.2",
      "better-call": "1.4.0",
    },
  },
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"))
}

function run(command, args, options) {
  const { status } = spawnSync(command, args, {
    stdio: "inherit",
    shell: process.platform === "win32",
    ...options,
  })
  if (status !== 0) process.exit(status ?? 1)
}

/** A folder where `better-auth` is of this version and `dynauth` is this checkout. */
function folderOf(version) {
  if (version === installed) return root
  const folder = join(root, ".cache", `better-auth-${version}`)
  const manifest = join(folder, "package.json")
  const { dependencies, overrides } = versions[version]
  const wanted = JSON.stringify({ private: true, type: "module", dependencies, overrides }, null, 2)
  const done = join(folder, "node_modules", "better-auth", "package.json")
  if (!existsSync(done) || readFileSync(manifest, "utf8") !== wanted) {
    console.log(`Installing Better Auth ${version} into ${folder} ...`)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    writeFileSync(manifest, wanted)
    // What the suites share with us, vitest above all, is found in the node_modules above.
    const options = ["--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    run("npm", ["install", ...options], { cwd: folder })
  }
  // The adapter is copied, so that it finds the Better Auth of this folder, as it would for those who install both.
  const copy = join(folder, "node_modules", "dynauth")
  rmSync(copy, { recursive: true, force: true })
  for (const file of [
    "package.json",
    "index.js",
    "index.mjs",
    "index.d.ts",
    "index.d.mts",
    "native.js",
    "js",
  ]) {
    cpSync(join(root, file), join(copy, file), { recursive: true })
  }
  for (const file of readJson(join(root, "package.json")).napi.targets.map(addonOf)) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(copy, file))
  }
  // The tests' own files, which find `dynauth` and `better-auth` from where they are.
  rmSync(join(folder, "__test__"), { recursive: true, force: true })
  for (const file of ["engines.ts", "official-better-auth"]) {
    cpSync(join(root, "__test__", file), join(folder, "__test__", file), { recursive: true })
  }
  rmSync(join(folder, "js"), { recursive: true, force: true })
  mkdirSync(join(folder, "js"))
  writeFileSync(
    join(folder, "js", "addon.js"),
    'export { default } from "../node_modules/dynauth/js/addon.js"\n',
  )
  return folder
}

/** The addon's file for a target, such as `dynauth.linux-x64-gnu.node` for `x86_64-unknown-linux-gnu`. */
function addonOf(target) {
  const [cpu, , system, abi] = target.split("-")
  const os = { linux: "linux", darwin: "darwin", windows: "win32" }[system]
  return `dynauth.${[os, { x86_64: "x64", aarch64: "arm64" }[cpu], abi].filter(Boolean).join("-")}.node`
}

/** Runs the suites of one version; prints and judges how many of their tests passed. */
async function runSuites(version) {
  const vitest = await startVitest("test", [], {
    root: folderOf(version),
    config: false,
    watch: false,
    include: ["__test__/official-better-auth/suite.ts"],
    reporters: ["default"],
    // They tell of every clean-up, and show what they found.
    silent: true,
    hookTimeout: 120_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", BETTER_AUTH_VERSION: version },
  })
  const counts = new Map()
  let others = 0
  for (const module of vitest.state.getTestModules()) {
    if (!module.ok()) process.exitCode = 1
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      const [engine, configuration] = test.fullName.split(" > ")
      if (!engines.includes(engine)) {
        others += 1
        if (state !== "passed") process.exitCode = 1
        continue
      }
      // Each suite begins with a heading, which is a test for vitest.
      if (/─{10}/.test(test.name)) continue
      const name = `${configuration} on ${engine}`
      const count = counts.get(name) ?? { passed: 0, failed: 0, skipped: 0, pending: 0 }
      count[state] += 1
      counts.set(name, count)
    }
  }
  await vitest.close()
  if (others !== 1) process.exitCode = 1
  const { tests } = versions[version]
  for (const engine of engines) {
    for (const configuration of configurations) {
      const name = `${configuration} on ${engine}`
      const { passed, failed, skipped, pending } = counts.get(name) ?? {
        passed: 0,
        failed: 0,
        skipped: 0,
        pending: 0,
      }
      console.log(
        `Better Auth ${version}, ${name}: ${passed} of ${tests} passed, ${failed} failed, ${skipped + pending} skipped`,
      )
      if (passed !== tests || failed + skipped + pending > 0) process.exitCode = 1
    }
  }
}

const asked = process.argv.slice(2)
const unknown = asked.filter((version) => !Object.hasOwn(versions, version))
if (unknown.length > 0) {
  console.error(`Unknown version ${unknown.join(", ")}: there are ${Object.keys(versions).join(", ")}.`)
  process.exit(2)
}

if (process.env.DYNAMODB_ENDPOINT) {
  for (const version of asked.length > 0 ? asked : Object.keys(versions)) await runSuites(version)
} else {
  const starter = join(root, "scripts", "dynamodb-local.mjs")
  const { status } = spawnSync(process.execPath, [starter, "--", process.execPath, here, ...asked], {
    stdio: "inherit",
  })
  process.exitCode = status ?? 1
}
