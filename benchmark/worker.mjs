// One measurement in a process of its own: `node worker.mjs JOB`, with the job as JSON; prints its result as JSON.

import { monitorEventLoopDelay } from "node:perf_hooks"
import { createServer } from "node:http"

const begun = performance.now()
const job = JSON.parse(process.argv[2])
const result = await { cold, memory, calls: measureCalls, sustained }[job.task]()
process.stdout.write(JSON.stringify(result), () => process.exit())

/** @returns {Promise<any>} */
async function opened() {
  const { open } = await import("./packages.mjs")
  return open(job.package, job.url)
}

/** From the first line of the app to the first answer, in milliseconds. */
async function cold() {
  const { calls } = await import("./calls.mjs")
  const { open } = await import("./packages.mjs")
  const start = performance.now()
  const adapter = await open(job.package, job.url)
  const loaded = performance.now()
  await calls[job.package.host][job.call](adapter, 1)
  return { loaded: loaded - start, answered: performance.now() - start, node: start - begun }
}

/** Resident memory in bytes; without a package, that of Node.js and of the measuring itself. */
async function memory() {
  const { calls } = await import("./calls.mjs")
  const rss = () => process.memoryUsage.rss()
  if (!job.package) return { loaded: rss(), first: rss(), after: rss() }
  const adapter = await opened()
  const loaded = rss()
  const call = calls[job.package.host][job.call]
  await call(adapter, 1)
  const first = rss()
  await inFlight(job.inFlight, counted(job.count), (number) => call(adapter, number))
  return { loaded, first, after: rss() }
}

/** Processor time and speed of each call. */
async function measureCalls() {
  const [{ calls, methodOf }, meter] = await Promise.all([import("./calls.mjs"), import("./meter.mjs")])
  const adapter = await opened()
  /** @type {Record<string, any>} */
  const measured = {}
  for (const name of job.calls) {
    if (!adapter[methodOf(name)]) continue
    const call = calls[job.package.host][name]
    let number = 0
    const run = () => call(adapter, number++)
    // Until the compiler of JavaScript has done what it will, however slow the machine is meanwhile.
    await inFlight(job.inFlight, lasting(job.duration, job.count), run)

    const [main, all, start] = [meter.mainThreadCpu(), meter.processCpu(), performance.now()]
    const done = await inFlight(job.inFlight, lasting(job.duration, job.count), run)
    const [mainEnd, allEnd, end] = [meter.mainThreadCpu(), meter.processCpu(), performance.now()]

    // Separately: two clock readings for each call are work of the measured thread, too.
    /** @type {number[]} */
    const times = []
    await inFlight(job.inFlight, lasting(job.duration / 2, job.count / 2), async () => {
      const start = performance.now()
      await run()
      times.push(performance.now() - start)
    })
    measured[name] = {
      main: main === undefined ? undefined : (mainEnd - main) / done,
      process: (allEnd - all) / done,
      perSecond: (done / (end - start)) * 1000,
      p50: meter.quantile(times, 0.5),
      p99: meter.quantile(times, 0.99),
      calls: done,
    }
  }
  return measured
}

/** Calls without end while the same thread serves HTTP; how late its event loop is meanwhile. */
async function sustained() {
  const [{ calls }, meter] = await Promise.all([import("./calls.mjs"), import("./meter.mjs")])
  const adapter = await opened()
  const server = createServer((_request, response) => response.end("served"))
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)))
  process.send?.({ port: /** @type {import("node:net").AddressInfo} */ (server.address()).port })

  const call = calls[job.package.host][job.call]
  let number = 0
  const run = () => call(adapter, number++)
  await inFlight(job.inFlight, lasting(0, job.count), run)

  // The timer that watches fires each millisecond when nothing holds it up.
  const resolution = 1
  const delay = monitorEventLoopDelay({ resolution })
  /** @type {number[]} */
  const rss = []
  const sampling = setInterval(() => rss.push(process.memoryUsage.rss()), 1000)
  const [main, all, start] = [meter.mainThreadCpu(), meter.processCpu(), performance.now()]
  delay.enable()
  const done = await inFlight(job.inFlight, lasting(job.duration), run)
  delay.disable()
  clearInterval(sampling)
  const seconds = (performance.now() - start) / 1000
  const late = (/** @type {number} */ percentile) =>
    Math.max(0, delay.percentile(percentile) / 1e6 - resolution)
  const quarter = Math.max(1, Math.floor(rss.length / 4))
  return {
    delayP50: late(50),
    delayP99: late(99),
    delayMost: Math.max(0, delay.max / 1e6 - resolution),
    perSecond: done / seconds,
    main: main === undefined ? undefined : (meter.mainThreadCpu() - main) / done,
    process: (meter.processCpu() - all) / done,
    memoryFirstQuarter: meter.median(rss.slice(0, quarter)),
    memoryLastQuarter: meter.median(rss.slice(-quarter)),
  }
}

/**
 * Keeps so many calls in flight while there are more; resolves to how many were made.
 *
 * @param {number} lanes
 * @param {() => boolean} more
 * @param {(number: number) => Promise<unknown>} call
 */
async function inFlight(lanes, more, call) {
  let made = 0
  const lane = async () => {
    while (more()) await call(made++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return made
}

/** @param {number} count */
function counted(count) {
  return () => count-- > 0
}

/**
 * Says yes for so long, and so often.
 *
 * @param {number} milliseconds at least
 * @param {number} count at least
 */
function lasting(milliseconds, count = 0) {
  const end = performance.now() + milliseconds
  let asked = 0
  let over = false
  return () => {
    // A look at the clock is cheap, but not for nothing.
    if (++asked > count && ((asked & 15) === 0 || milliseconds === 0)) over ||= performance.now() >= end
    return !over
  }
}
