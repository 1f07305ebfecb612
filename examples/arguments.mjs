import { parseArgs } from "node:util"

/**
 * Reads the command line: some of the flags, and one of the names or the first of them if none is given. Anything else ends
 * the process, so that a typing error does not start something else than what was meant.
 *
 * @param {{ flags: string[], names?: string[] }} known
 */
export function readArguments({ flags, names = [] }) {
  const { tokens } = parseArgs({ strict: false, tokens: true, allowPositionals: true })
  const options = tokens.filter(({ kind }) => kind === "option")
  const positionals = tokens.filter(({ kind }) => kind === "positional").map(({ value }) => value)

  const unknown = options.find(({ name, value }) => !flags.includes(name) || value !== undefined)
  if (unknown) {
    const { rawName, value } = unknown
    const given = value === undefined ? rawName : `${rawName}=${value}`
    refuse(`There is no flag ${given}. There is: ${flags.map((flag) => `--${flag}`).join(", ")}.`)
  }
  const [name = names[0], ...more] = positionals
  if (names.length === 0 && name !== undefined) refuse(`It takes no name, and "${name}" was given.`)
  if (names.length > 0 && !names.includes(name)) {
    refuse(`There is no example "${name}". Give one of: ${names.join(", ")}.`)
  }
  if (more.length > 0) {
    refuse(`One example at a time, and ${positionals.length} were given: ${positionals.join(", ")}.`)
  }
  return { name, flags: new Set(options.map(({ name }) => name)) }
}

function refuse(problem) {
  console.error(problem)
  process.exit(2)
}
