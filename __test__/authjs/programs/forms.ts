// Which adapters the programs call.

import { customNames, type Engine } from "../../engines"
import { other, stage } from "../stage"
import { deviations } from "./deviations"
import type { Setup } from "./run"

export interface Form {
  name: string
  open(engine: Engine): Promise<Setup>
}

/** A miss on the index is retried for a while; here nothing lags. */
const options = { indexLagTimeout: 0 }

export const one: Form = {
  name: "one adapter, with custom names",
  async open(engine) {
    const scene = await stage(engine, { ...options, ...customNames })
    return { scene, parties: [{ name: "ours", adapter: scene.adapter }], properties: "odd" }
  },
}

export const several: Form = {
  name: "adapters of several processes in turn",
  async open(engine) {
    const scene = await stage(engine, options)
    return {
      scene,
      parties: [
        { name: "ours", adapter: scene.adapter },
        { name: "second", adapter: await scene.another({ consistentReads: true }) },
        { name: "third", adapter: await scene.another({ shareReads: false }) },
      ],
      properties: "odd",
    }
  },
}

export const mixed: Form = {
  name: "@auth/dynamodb-adapter and ours in turn",
  async open(engine) {
    const scene = await stage(engine, options)
    const theirs = { name: "theirs", adapter: other(engine.connection(), scene.table), deviations }
    return {
      scene,
      // Twice, for it is not given all of its calls.
      parties: [
        { name: "ours", adapter: scene.adapter },
        theirs,
        { name: "second", adapter: await scene.another() },
        theirs,
      ],
      properties: "plain",
    }
  },
}

export const forms = [one, several, mixed]
