// What a process that does not answer is doing, as far as Linux tells.

import { readdirSync, readFileSync } from "node:fs"

/** A process and all that it started, by their ids. */
export function family(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of list("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = Number(status(`/proc/${name}`)[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const withDescendants = (id: number): number[] => [id, ...(children.get(id) ?? []).flatMap(withDescendants)]
  return withDescendants(pid)
}

/** Whether it is certain of each of them that it has loaded no file whose path holds `name`. */
export function runWithout(pids: number[], name: string): boolean {
  return pids.map((pid) => read(`/proc/${pid}/maps`)).every((maps) => maps !== "" && !maps.includes(name))
}

/** Their threads: the state of each, what it waits for in the kernel, and its processor time in hundredths of a second. */
export function describeThreads(pids: number[]): string {
  return pids
    .map((pid) => {
      const threads = list(`/proc/${pid}/task`).map((thread) => {
        const task = `/proc/${pid}/task/${thread}`
        const [state, , , , , , , , , , , user, system] = status(task)
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

/** The state, the parent's id, and so on: what follows the id and, in brackets, the name, which may hold anything. */
function status(folder: string): string[] {
  return read(`${folder}/stat`).split(") ").at(-1)!.split(" ")
}

// Any of them may end meanwhile, and elsewhere there are no such files.

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
