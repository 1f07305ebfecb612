// What `npm run test:pack` tries, each in a fresh app.

import { architect } from "./architect.mjs"
import { elsewhere } from "./elsewhere.mjs"
import { frameworks } from "./frameworks.mjs"
import { hosts } from "./hosts.mjs"
import { lambda } from "./lambda.mjs"
import { managers } from "./managers.mjs"
import { next } from "./next.mjs"
import { opennext } from "./opennext.mjs"
import { runtimes } from "./runtimes.mjs"
import { scripts } from "./scripts.mjs"
import { servers } from "./servers.mjs"
import { testRunners } from "./test-runners.mjs"

/**
 * @typedef {object} Context
 * @property {string} name of the case
 * @property {string} folder which is this case's alone
 * @property {string} version of our packages
 * @property {string} platform of this machine's addon
 * @property {Awaited<ReturnType<typeof import("./registry.mjs").startRegistry>>} registry
 * @property {(template?: string) => import("./app.mjs").App} createApp
 *
 * @typedef {object} Case
 * @property {string} what is tried
 * @property {(context: Context) => Promise<string | void>} run rejects if it does not work; may say what was found
 */

/** @type {Record<string, Case>} */
export const cases = {
  ...managers,
  ...hosts,
  ...servers,
  ...scripts,
  ...frameworks,
  ...lambda,
  ...architect,
  ...runtimes,
  ...next,
  ...opennext,
  ...elsewhere,
  ...testRunners,
}
