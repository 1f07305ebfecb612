// From a result to tables: for the terminal, and for docs/performance.md.

const GETS = "getUser"

/** @typedef {{ title: string, note?: string, head: string[], rows: string[][] }} Table */

/** @param {number | undefined} number */
function plain(number) {
  if (number === undefined || Number.isNaN(number)) return "–"
  if (number >= 1000) return Math.round(number).toLocaleString("en").replaceAll(",", " ")
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2)
}

const megabytes = (/** @type {number | undefined} */ bytes) =>
  bytes === undefined ? "–" : `${(bytes / 2 ** 20).toFixed(1)} MB`

/** "1/60": how much less than the other's it is. */
function fraction(ours, others) {
  if (!ours || !others) return "–"
  return others >= ours ? `1/${plain(others / ours)}` : `${plain(ours / others)}×`
}

const isUsual = ({ profile: { scheme, latency, inFlight } }) =>
  scheme === "http" && latency === 0 && inFlight === 16

/** The names of the packages of a host, ours first. */
function packagesOf(list, host) {
  return [...new Set(list.filter((one) => one.host === host).map((one) => one.package))]
}

const HOSTS = { "auth.js": "Auth.js", "better-auth": "Better Auth" }

/** @returns {Table[]} */
function methods({ calls }) {
  return Object.entries(HOSTS).flatMap(([host, name]) => {
    const here = calls.filter((one) => one.host === host && isUsual(one))
    const [ours, ...others] = packagesOf(here, host)
    if (!ours) return []
    const of = (call, which) => here.find((one) => one.call === call && one.package === which)
    return (others.length > 0 ? others : [undefined]).map((other) => ({
      title: `Methods of ${name}${other ? `: ${other} and ${ours}` : ""}`,
      note: "HTTP, answers at once, 16 in flight. Processor time is in µs for each call; its ratio is ours to the other's.",
      head: [
        "method",
        "JavaScript's thread",
        "",
        "",
        "all threads",
        "",
        "",
        "calls/s",
        "",
        "p50 ms",
        "",
        "p99 ms",
        "",
      ],
      rows: [...new Set(here.map(({ call }) => call))].map((call) => {
        const [a, b] = [of(call, other), of(call, ours)]
        return [
          `\`${call}\``,
          ...[plain(a?.main), plain(b?.main), fraction(b?.main, a?.main)],
          ...[plain(a?.process), plain(b?.process), fraction(b?.process, a?.process)],
          ...[plain(a?.perSecond), plain(b?.perSecond)],
          ...[plain(a?.p50), plain(b?.p50)],
          ...[plain(a?.p99), plain(b?.p99)],
        ]
      }),
    }))
  })
}

/** @returns {Table[]} */
function matrix({ calls }) {
  return Object.entries(HOSTS).flatMap(([host, name]) => {
    const here = calls.filter((one) => one.host === host)
    if (here.every(isUsual)) return []
    const [ours, ...others] = packagesOf(here, host)
    const key = ({ call, profile }) => `${call} ${profile.scheme} ${profile.latency} ${profile.inFlight}`
    const main = new Set(here.filter((one) => !isUsual(one)).map(({ call }) => call))
    const lines = new Map(here.filter(({ call }) => main.has(call)).map((one) => [key(one), one]))
    return (others.length > 0 ? others : [undefined]).map((other) => ({
      title: `${name}: latency, concurrency, TLS${other ? `: ${other} and ${ours}` : ""}`,
      note: "As above.",
      head: [
        "method",
        "",
        "latency ms",
        "in flight",
        "JavaScript's thread",
        "",
        "",
        "all threads",
        "",
        "",
        "calls/s",
        "",
        "p50 ms",
        "",
        "p99 ms",
        "",
      ],
      rows: [...lines.values()].sort(byProfile).map((line) => {
        const of = (which) => here.find((one) => key(one) === key(line) && one.package === which)
        const [a, b] = [of(other), of(ours)]
        const { scheme, latency, inFlight } = line.profile
        return [
          ...[`\`${line.call}\``, scheme.toUpperCase(), String(latency), String(inFlight)],
          ...[plain(a?.main), plain(b?.main), fraction(b?.main, a?.main)],
          ...[plain(a?.process), plain(b?.process), fraction(b?.process, a?.process)],
          ...[plain(a?.perSecond), plain(b?.perSecond)],
          ...[plain(a?.p50), plain(b?.p50)],
          ...[plain(a?.p99), plain(b?.p99)],
        ]
      }),
    }))
  })
}

function byProfile(a, b) {
  const order = ({ call, profile: { scheme, latency, inFlight } }) =>
    `${call} ${scheme.padEnd(5)} ${latency} ${String(inFlight).padStart(3, "0")}`
  return order(a) < order(b) ? -1 : 1
}

/** @returns {Table[]} */
function others({ cold, memory, size, sustained }) {
  /** @type {Table[]} */
  const tables = []
  if (cold.length > 0) {
    tables.push({
      title: "Cold start",
      note: "In a new process, from the `import` to the first answer, and of that until it is loaded; milliseconds.",
      head: ["package", "", "loaded", "answered"],
      rows: cold.map((one) => [
        one.package,
        one.scheme.toUpperCase(),
        plain(one.loaded),
        plain(one.answered),
      ]),
    })
  }
  if (memory.length > 0) {
    tables.push({
      title: "Memory",
      note: "Resident memory above that of Node.js alone.",
      head: ["package", "loaded", "after the first call", "after 20 000 calls, 16 in flight"],
      rows: memory.map((one) => [
        one.package,
        megabytes(one.loaded),
        megabytes(one.first),
        megabytes(one.after),
      ]),
    })
  }
  if (size.length > 0) {
    tables.push({
      title: "Size",
      note: "Installed, on disk, with all dependencies that come with it alone.",
      head: ["package", "on disk", "packages", "the addon alone"],
      rows: size.map((one) => [
        one.package,
        megabytes(one.bytes),
        String(one.packages),
        megabytes(one.addon),
      ]),
    })
  }
  if (sustained.length > 0) {
    tables.push({
      title: "Under load",
      note: `${plain(sustained[0].minutes)} minutes with 128 calls in flight, 3 ms of latency, while the same thread serves HTTP to a visitor every 10 ms. Times in milliseconds.`,
      head: [
        "package",
        "calls/s",
        "event loop late, p50",
        "p99",
        "HTTP p50",
        "p99",
        "memory, first quarter",
        "last quarter",
        "connections at once",
        "made in all",
      ],
      rows: sustained.map((one) => [
        `${one.package} \`${one.call}\``,
        plain(one.perSecond),
        plain(one.delayP50),
        plain(one.delayP99),
        plain(one.httpP50),
        plain(one.httpP99),
        megabytes(one.memoryFirstQuarter),
        megabytes(one.memoryLastQuarter),
        plain(one.mostConnections),
        plain(one.connectionsMade),
      ]),
    })
  }
  return tables
}

/** @returns {Table[]} */
function flows({ flows }) {
  if (flows.length === 0) return []
  const names = [...new Set(flows.map((one) => one.package))]
  const [ours, ...rest] = names
  const columns = [...rest, ours]
  return [
    {
      title: "Requests and capacity of Auth.js's flows",
      note: "Requests, read units and write units; items of up to 1 KB.",
      head: ["flow", ...columns],
      rows: [...new Set(flows.map(({ flow }) => flow))].map((flow) => [
        flow,
        ...columns.map((column) => {
          const one = flows.find((each) => each.flow === flow && each.package === column)
          return `${one.requests} (${one.read} R, ${one.write} W)`
        }),
      ]),
    },
  ]
}

/**
 * What is to be reached, each as the other's figure over ours or as a limit.
 *
 * @returns {{ goal: string, wanted: string, reached: string, pass: boolean }[]}
 */
export function goals({ calls, cold, memory, size, sustained }) {
  /** @type {{ goal: string, wanted: string, reached: string, pass: boolean }[]} */
  const list = []
  const ratio = (goal, least, ours, others) => {
    if (!ours || !others) return
    list.push({ goal, wanted: `1/${least}`, reached: fraction(ours, others), pass: others / ours >= least })
  }
  const limit = (goal, most, reached, unit) => {
    if (reached === undefined) return
    list.push({
      goal,
      wanted: `≤ ${most} ${unit}`.trim(),
      reached: `${plain(reached)} ${unit}`.trim(),
      pass: reached <= most,
    })
  }
  for (const host of Object.keys(HOSTS)) {
    const [ours, other] = packagesOf([...calls, ...cold, ...memory, ...size, ...sustained], host)
    const pair = (list, fits) =>
      [ours, other].map((name) => list.find((one) => one.package === name && fits(one)))
    const timed = (what, call, least, fits = isUsual, where = "") => {
      const [a, b] = pair(calls, (one) => one.call === call && fits(one))
      const names = { main: "JavaScript's thread", process: "all threads" }
      ratio(`\`${call}\`${where}: processor time of ${names[what]}`, least, a?.[what], b?.[what])
    }
    if (host === "auth.js") {
      timed("main", GETS, 60)
      timed("main", "getSessionAndUser", 100)
      timed("main", "createSession", 45)
      timed("main", "updateUser", 45)
      for (const call of [GETS, "getSessionAndUser", "createSession", "updateUser"]) timed("process", call, 8)
      const alone = ({ profile: { scheme, latency, inFlight } }) =>
        scheme === "http" && latency === 3 && inFlight === 1
      for (const call of [GETS, "getSessionAndUser", "createSession", "updateUser"]) {
        timed("main", call, 10, alone, ", 3 ms, one in flight")
      }
      const [started, otherStarted] = pair(cold, ({ scheme }) => scheme === "http")
      ratio("cold start", 15, started?.answered, otherStarted?.answered)
      const [used, otherUsed] = pair(memory, () => true)
      ratio("memory after the first call", 2.5, used?.first, otherUsed?.first)
      const own = size.find((one) => one.package === ours)
      if (own) {
        limit("the addon on disk", 12, own.addon / 2 ** 20, "MB")
        limit("installed", 13, own.bytes / 2 ** 20, "MB")
        limit("packages", 2, own.packages, "")
      }
    } else {
      timed("main", "findOne", 20)
      timed("main", "create", 15)
    }
    const [loaded, otherLoaded] = pair(sustained, () => true)
    ratio(
      `${HOSTS[host]} under load: p99 of the event loop's delay`,
      10,
      loaded?.delayP99,
      otherLoaded?.delayP99,
    )
  }
  return list
}

/** @returns {Table[]} */
function tables(result) {
  const reached = goals(result)
  return [
    ...(reached.length > 0
      ? [
          {
            title: "Goals",
            note: "Ratios are ours to the other's.",
            head: ["", "at most", "measured", ""],
            rows: reached.map(({ goal, wanted, reached, pass }) => [
              goal,
              wanted,
              reached,
              pass ? "PASS" : "MISS",
            ]),
          },
        ]
      : []),
    ...methods(result),
    ...matrix(result),
    ...others(result),
    ...flows(result),
  ]
}

/** What it ran on, in a sentence or two. */
function ranOn({ machine, extent }) {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return (
    `${machine.date} UTC, on ${machine.cpu}, ${machine.memory} GB, ${machine.system}, load ${plain(machine.load)} when it ` +
    `began; Node.js ${machine.node}, ${machine.rust}; dynauth ${machine.dynauth}, ` +
    `${[...versions, ...machine.others].join(", ")}. Medians of ${extent.rounds} rounds, ${extent.starts} cold starts, ` +
    `${extent.memory} readings of memory.`
  )
}

/** For the terminal. */
export function text(result) {
  const sections = tables(result).map(({ title, note, head, rows }) => {
    const lines = [head, ...rows]
    const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)))
    const aligned = lines.map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
        .join("  ")
        .trimEnd(),
    )
    return [`== ${title}`, ...(note ? [note] : []), "", ...aligned, ""].join("\n")
  })
  return [ranOn(result), "", ...sections].join("\n")
}

/** For docs/performance.md. */
export function markdown(result) {
  const sections = tables(result).map(({ title, note, head, rows }) => {
    const line = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |`
    const ruler = head.map((_, column) => (column === 0 ? "---" : "---:"))
    return [
      `### ${title}`,
      "",
      ...(note ? [note, ""] : []),
      line(head),
      line(ruler),
      ...rows.map(line),
      "",
    ].join("\n")
  })
  return [ranOn(result), "", ...sections].join("\n")
}
