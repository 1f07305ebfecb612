// Random programs find faults: the one of each mutant, within as many steps as `npm test` takes, and each known one of
// `@auth/dynamodb-adapter`. The seed is always the same, and one engine is enough: the programs are tested here.

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
    const setup = await one.open(engine)
    const adapter = mutated(setup.scene.adapter, mutant, setup.scene)
    const report = await run(
      { ...setup, parties: [{ name: "mutant", adapter }] },
      { ...parameters, steps: 1500 },
    )
    expect(report.failure).toBeDefined()
  },
)

it.each(deviations.map((deviation) => [deviation.instead, deviation] as const))(
  "random programs find that @auth/dynamodb-adapter %s",
  async (_, deviation) => {
    const setup = await mixed.open(engine)
    const others = deviations.filter((each) => each !== deviation)
    const parties = setup.parties.map((party) =>
      party.deviations ? { ...party, deviations: others } : party,
    )
    const report = await run({ ...setup, parties }, { ...parameters, steps: 6000 })
    expect(report.failure).toBeDefined()
  },
)
