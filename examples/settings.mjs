import { randomBytes } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"

/**
 * Writes into an app's .env.local, which Next.js reads, the settings that neither it nor the environment has: a database in a
 * file, and a secret. The secret stays, so that a restart keeps everybody signed in.
 *
 * @param {string} folder of the app
 * @param {string} secret the environment variable that the app's cookies are signed with
 * @returns {Record<string, string | undefined>} what the app will have: the environment goes before the file
 */
export function makeSettings(folder, secret) {
  const file = join(folder, ".env.local")
  const text = existsSync(file) ? readFileSync(file, "utf8") : ""
  const given = { ...parseEnv(text), ...process.env }
  const defaults = {
    AUTH_DYNAMODB_ENDPOINT: "file:./dev-auth.db",
    [secret]: randomBytes(32).toString("base64url"),
  }
  const missing = Object.entries(defaults).filter(([name]) => given[name] === undefined)
  if (missing.length > 0) {
    const before = text === "" || text.endsWith("\n") ? text : `${text}\n`
    const lines = missing.map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(file, before + lines.join(""), { mode: 0o600 })
  }
  return { ...Object.fromEntries(missing), ...given }
}
