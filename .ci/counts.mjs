// Adds up what cargo and vitest say of their tests in the logs that are given; logs that are not there did not run.
// Prints `N passed, N failed` last. Fails if a test failed or was skipped, or if a log that is there has no tests.

import { existsSync, readFileSync } from "node:fs"
import { basename } from "node:path"
import { stripVTControlCharacters } from "node:util"

const total = { passed: 0, failed: 0, skipped: 0 }
let incomplete = false

for (const path of process.argv.slice(2).filter(existsSync)) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const line of stripVTControlCharacters(readFileSync(path, "utf8")).split(/\r?\n/)) {
    // test result: ok. 61 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.52s
    const isCargo = /^test result: /.test(line)
    //      Tests  1 failed | 30 passed | 2 skipped (33)
    const isVitest = /^\s*Tests\s+\d+ /.test(line)
    if (!isCargo && !isVitest) continue
    for (const [, number, what] of line.matchAll(/(\d+) (passed|failed|skipped|ignored|todo)/g)) {
      counts[what === "passed" || what === "failed" ? what : "skipped"] += Number(number)
    }
  }
  const name = basename(path, ".log")
  console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  if (counts.passed + counts.failed === 0) incomplete = true
  for (const what of Object.keys(total)) total[what] += counts[what]
}

if (incomplete) console.log("A step ran no tests at all.")
if (total.skipped > 0) console.log(`${total.skipped} tests were skipped; none may be.`)
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = incomplete || total.skipped > 0 || total.failed > 0 || total.passed === 0 ? 1 : 0
