// Lets Node.js find what a bundler finds: `@/auth` in the app itself, names without their extension, and `next/…`.

import { existsSync } from "node:fs"
import { register } from "node:module"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const extension = /\.[cm]?js$/

/** @type {import("node:module").ResolveHook} */
export function resolve(specifier, context, nextResolve) {
  if (specifier.startsWith("next/") && !extension.test(specifier))
    return nextResolve(`${specifier}.js`, context)
  const file = fileOf(specifier, context.parentURL)
  return nextResolve(file && existsSync(file) ? pathToFileURL(file).href : specifier, context)
}

/** The app's file that a name without extension means. */
function fileOf(specifier, parent) {
  if (extension.test(specifier)) return undefined
  if (specifier.startsWith("@/")) return join(process.cwd(), "out", `${specifier.slice(2)}.js`)
  if (specifier.startsWith("./") && parent) return fileURLToPath(new URL(`${specifier}.js`, parent))
  return undefined
}

// Loaded by `--import`, it registers itself.
if (!import.meta.url.includes("#")) register(`${import.meta.url}#hooks`)
