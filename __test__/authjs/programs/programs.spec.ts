// Random programs of all methods agree with a model of Auth.js's contract: on one adapter, on those of several processes,
// and on `@auth/dynamodb-adapter` and ours.
//
// Each run prints its seed. A program that fails is printed as calls, as short as possible, with the command that runs it
// again. `npm run test:programs` takes 100 000 steps.

import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { forms } from "./forms"
import { run } from "./run"

const { SEED, STEPS, PROGRAM } = process.env
const seed = Number(SEED || Math.floor(Math.random() * 2 ** 31))
const steps = Math.ceil(Number(STEPS || 4500) / forms.length)

describe.each(engines)("random programs on $name", (engine) => {
  it.each(forms.map((form) => [form.name, form] as const))("agree with the model: %s", async (name, form) => {
    // Each form has programs of its own, but for the one program that is run again.
    const first = PROGRAM ? seed : seed + forms.indexOf(form) * 2 ** 20
    const report = await run(await form.open(engine), { seed: first, steps, path: PROGRAM })
    const lines = [
      `SEED=${seed}: ${report.steps} steps in ${report.programs} programs on ${engine.name}: ${name}`,
    ]
    for (const [method, counts] of steps > 10_000 ? Object.entries(report.outcomes) : [])
      lines.push(
        `  ${method}: ${Object.entries(counts)
          .map(([outcome, count]) => `${count} ${outcome}`)
          .join(", ")}`,
      )
    console.log(lines.join("\n"))
    if (!report.failure) return
    const { message, seed: failing, path } = report.failure
    const again = `SEED=${failing} PROGRAM=${path} npm run test:programs -- -t "${engine.name}.*${name}"`
    expect.fail(`${message}\n\nAgain: ${again}`)
  })
})
