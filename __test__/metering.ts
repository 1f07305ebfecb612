// What docs/cost.md says that calls cost, and what they cost: the requests on the way to the engine, and the capacity that
// the engine says they took.

import { readFileSync } from "node:fs"
import type { Engine } from "./engines"

export interface Cost {
  requests: string
  read: number
  write: number
}

/** A section of docs/cost.md, and the rows of its tables of calls, by their first cell. */
export function costsIn(section: string): { page: string; rows: Map<string, Cost> } {
  const text = readFileSync(new URL("../docs/cost.md", import.meta.url), "utf8")
  const page = text.split(/^## /m).find((part) => part.startsWith(`${section}\n`))
  if (page === undefined) throw new Error(`docs/cost.md has no section "${section}"`)
  const rows = new Map<string, Cost>()
  for (const [, row] of page.matchAll(/^\| (`.*)\|$/gm)) {
    const [call = "", requests = "", read, write] = row!.split("|").map((cell) => cell.trim())
    rows.set(call.replaceAll("`", ""), { requests, read: Number(read), write: Number(write) })
  }
  return { page, rows }
}

/** The same engine, which says of each answer how much capacity it took. */
export function metered(engine: Engine): Engine & { taken: { read: number; write: number } } {
  const taken = { read: 0, write: 0 }
  return {
    ...engine,
    taken,
    async request(operation, body) {
      const answer = await engine.request(
        operation,
        JSON.stringify({ ...JSON.parse(body), ReturnConsumedCapacity: "TOTAL" }),
      )
      const { ConsumedCapacity = [], __type } = JSON.parse(answer.body)
      // A write is paid for, too, whose condition is not met; that answer does not say so.
      if (/#ConditionalCheckFailedException$/.test(__type)) taken.write += 1
      for (const { CapacityUnits = 0 } of [ConsumedCapacity].flat()) {
        taken[/Get|Query|Scan/.test(operation) ? "read" : "write"] += CapacityUnits
      }
      return answer
    },
  }
}

/** How a row says requests: "2: Query, GetItem", or "2: GetItem twice". */
export function inWords(operations: string[]): string {
  const twice = (text: string) => text.replace(/(\w+), \1(?=,|$)/g, "$1 twice")
  return `${operations.length}: ${twice(operations.join(", "))}`
}
