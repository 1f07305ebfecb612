// Reading clocks, and what to make of many readings.

import { readFileSync } from "node:fs"

/**
 * Processor time of JavaScript's thread so far, in microseconds; `undefined` where the platform does not tell.
 *
 * Linux says it in nanoseconds, brought up to date at each tick of its timer: what is measured must be much longer.
 */
export function mainThreadCpu() {
  if (process.platform === "linux") {
    const [nanoseconds] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")
    return Number(nanoseconds) / 1000
  }
  if (!process.threadCpuUsage) return undefined
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** Processor time of all threads of this process so far, in microseconds. */
export function processCpu() {
  const { user, system } = process.cpuUsage()
  return user + system
}

/**
 * The middle of some numbers; `undefined` if there are none.
 *
 * @param {(number | undefined)[]} numbers
 */
export function median(numbers) {
  return quantile(numbers, 0.5)
}

/**
 * The number below which a part (0 to 1) of them lies, by interpolation; `undefined` if there are none.
 *
 * @param {Iterable<number | undefined>} numbers
 * @param {number} part
 */
export function quantile(numbers, part) {
  const sorted = Float64Array.from([...numbers].filter((number) => number !== undefined)).sort()
  if (sorted.length === 0) return undefined
  const at = part * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at % 1)
}
