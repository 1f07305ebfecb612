// The tarballs as they are published: `dynauth`, with its optional dependencies and without an addon, and a package for each
// platform; that of this machine's platform with the addon that was built last, the others without.
//
//     node scripts/pack.mjs FOLDER     the main tarball and that of the addon beside package.json

import { execFileSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"

const root = join(import.meta.dirname, "..")
const read = (path) => JSON.parse(readFileSync(path, "utf8"))

/** The platforms that have a package, as in the names of the folders in npm/. */
export const platforms = readdirSync(join(root, "npm"))

/** The platform whose addon was built here, by the name of its file. */
export function builtPlatform() {
  const built = platforms.filter((platform) => existsSync(join(root, addonOf(platform))))
  if (built.length !== 1) {
    throw new Error(
      `Expected one built addon beside package.json, but found ${built.length}: npm run build:quick`,
    )
  }
  return built[0]
}

const addonOf = (platform) => `dynauth.${platform}.node`

/**
 * Packs `dynauth` into a folder, with the optional dependencies that `napi pre-publish` gives it at publication.
 *
 * @param {string} into
 * @returns {string} the tarball's path
 */
export function packMain(into) {
  return packed(into, (stage) => {
    const manifest = read(join(root, "package.json"))
    for (const path of [...manifest.files, "README.md"]) {
      if (!path.includes("*")) cpSync(join(root, path), join(stage, path), { recursive: true })
    }
    manifest.optionalDependencies = Object.fromEntries(
      platforms.map((platform) => [`dynauth-${platform}`, manifest.version]),
    )
    writeFileSync(join(stage, "package.json"), JSON.stringify(manifest, null, 2))
  })
}

/**
 * Packs a platform's package into a folder.
 *
 * @param {string} into
 * @param {string} platform
 * @returns {string} the tarball's path
 */
export function packPlatform(into, platform) {
  return packed(into, (stage) => {
    cpSync(join(root, "npm", platform), stage, { recursive: true })
    const addon = addonOf(platform)
    if (existsSync(join(root, addon))) cpSync(join(root, addon), join(stage, addon))
  })
}

/** @param {string} into @param {(stage: string) => void} fill */
function packed(into, fill) {
  const stage = mkdtempSync(join(tmpdir(), "dynauth-stage-"))
  try {
    fill(stage)
    mkdirSync(into, { recursive: true })
    const answer = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", into], {
      cwd: stage,
      encoding: "utf8",
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "ignore"],
    })
    return join(into, JSON.parse(answer)[0].filename)
  } finally {
    rmSync(stage, { recursive: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const into = resolve(process.argv[2] ?? "packed")
  for (const path of [packMain(into), packPlatform(into, builtPlatform())]) console.log(path)
}
