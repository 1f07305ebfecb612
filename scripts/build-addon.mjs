// Builds the native addon and its loader: `node scripts/build-addon.mjs release|quick`.
//
// "quick" is what development and the tests use: nearly the release's speed, without its link-time optimisation.
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..")
const [profile = "quick", ...more] = process.argv.slice(2)
const expectations = {
  quick: "The first build compiles about 300 crates and SQLite, a few minutes; after that it takes seconds.",
  release: "Optimised across all crates: a few minutes each time.",
}
if (!Object.hasOwn(expectations, profile)) {
  console.error(`Unknown profile "${profile}": use release or quick.`)
  process.exit(2)
}

if (spawnSync("cargo", ["--version"]).error) {
  console.error(
    "Rust's cargo was not found. Install Rust from https://rustup.rs, open a new terminal, and run this again.",
  )
  process.exit(1)
}

// What is published is optimised for speed as a whole, but inlines no more than it would for size: half a megabyte less at
// the same speed. There is no setting of Cargo's for it.
const lessInlining = "-C llvm-args=-inline-threshold=60"
const env = { ...process.env }
if (profile === "release") {
  env.RUSTFLAGS = [env.RUSTFLAGS, lessInlining].filter(Boolean).join(" ")
  // zig's linker has no such option, and other targets have none of these functions' names.
  const order = path.join(root, "scripts", "function-order", `${targetOf(more)}.txt`)
  if (existsSync(order) && !more.includes("--cross-compile")) {
    env.DYNAUTH_FUNCTION_ORDER = order
    // Stripped by the linker: asked for here, it changes the functions' names.
    env.CARGO_PROFILE_ADDON_STRIP = "none"
  }
}

console.log(`Building dynauth's native addon (profile ${profile}). ${expectations[profile]}`)
const begun = Date.now()
const cliPackage = createRequire(import.meta.url).resolve("@napi-rs/cli/package.json")
const cli = path.join(path.dirname(cliPackage), "dist", "cli.js")
const { status, signal, error } = spawnSync(
  process.execPath,
  [
    cli,
    "build",
    "--platform",
    "--features",
    "node",
    "--profile",
    // Cargo's "release", and small where it is not for speed.
    profile === "release" ? "addon" : profile,
    "--js",
    "native.js",
    "--dts",
    "native.d.ts",
    ...more,
  ],
  { cwd: root, env, stdio: "inherit" },
)
if (error || status !== 0) {
  console.error(
    `The addon was not built (${error?.message ?? signal ?? `exit code ${status}`}). What cargo said is above.`,
  )
  process.exit(status || 1)
}
/** @param {string[]} options of napi's build */
function targetOf(options) {
  const at = options.indexOf("--target")
  if (at >= 0) return options[at + 1]
  return /^host: (.+)$/m.exec(spawnSync("rustc", ["-vV"], { encoding: "utf8" }).stdout)?.[1]
}

console.log(`Built the addon in ${((Date.now() - begun) / 1000).toFixed(0)} s.`)
