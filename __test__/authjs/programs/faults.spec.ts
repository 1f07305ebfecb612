// The random programs find faults: those of adapters that have one each, and those of `@auth/dynamodb-adapter` that are
// known. On the embedded engine alone, and always the same programs, no more than `npm test` takes of each form.

import { expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { deviations } from "./deviations"
import { mixed, one } from "./forms"
import { mutants, mutated } from "./mutants"
import { run } from "./run"

const [engine] = engines as [Engine]
const parameters = { seed: 1, shrink: false }

it.each(mutants.map((mutant) => [mutant.fault, mutant] as const))(
  "random programs find that %s",
  async (_, mutant) => {
    const setting = await one.open(engine)
    const adapter = mutated(setting.scene.adapter, mutant, setting.scene)
    const report = await run(
      { ...setting, parties: [{ name: "mutant", adapter }] },
      { ...parameters, steps: 1500 },
    )
    expect(report.failure).toBeDefined()
  },
)

it.each(deviations.map((deviation) => [deviation.instead, deviation] as const))(
  "random programs find that @auth/dynamodb-adapter %s",
  async (_, deviation) => {
    const setting = await mixed.open(engine)
    const others = deviations.filter((each) => each !== deviation)
    const parties = setting.parties.map((party) =>
      party.deviations ? { ...party, deviations: others } : party,
    )
    const report = await run({ ...setting, parties }, { ...parameters, steps: 6000 })
    expect(report.failure).toBeDefined()
  },
)
