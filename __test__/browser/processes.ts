// What a process that does not answer is doing, as far as Linux tells.

import { readdirSync, readFileSync } from "node:fs"

/** A process and all that it started, by their ids. */
export function family(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    // "id (name) state parent ...", where the name may hold anything.
    const parent = Number(read(`/proc/${name}/stat`).split(") ").at(-1)?.split(" ")[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const withDescendants = (id: number): number[] => [id, ...(children.get(id) ?? []).flatMap(withDescendants)]
  return withDescendants(pid)
}

/** Whether one of them has loaded a file whose path holds `name`. */
export function haveLoaded(pids: number[], name: string): boolean {
  return pids.some((pid) => read(`/proc/${pid}/maps`).includes(name))
}

/** Their threads: the state of each, what it waits for in the kernel, and its processor time in hundredths of a second. */
export function describeThreads(pids: number[]): string {
  return pids
    .map((pid) => {
      const threads = list(`/proc/${pid}/task`).map((thread) => {
        const task = `/proc/${pid}/task/${thread}`
        const [state, , , , , , , , , , , user, system] = read(`${task}/stat`).split(") ").at(-1)!.split(" ")
        const name = read(`${task}/comm`).trim()
        return `  ${name} ${state} ${read(`${task}/wchan`)} ${Number(user) + Number(system)}`
      })
      return [`${pid} ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`, ...threads].join("\n")
    })
    .join("\n")
}

/** Ends those that have not ended. */
export function endAll(pids: number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It has ended.
    }
  }
}

// Any of them may end meanwhile.

function read(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
