// What an addon for Linux needs of the system: its libraries, and the newest version of glibc whose symbols it uses.
//
//     node scripts/addon-needs.mjs dynauth.linux-x64-gnu.node 2.17     fails if it needs a newer one, or another library

import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

/** What every system has: the C library and its parts, the loader, and the unwinder of the compiler. */
const SYSTEM = /^(lib(c|m|dl|rt|pthread|gcc_s)\.so(\.\d+)?|ld-[\w-]+\.so\.\d+|libc\.musl-\w+\.so\.\d+)$/

/**
 * Reads the dynamic section and the version needs of an ELF file (64 bits, little endian).
 *
 * @param {Buffer} file
 * @returns {{ libraries: string[], glibc: string | undefined }}
 */
export function addonNeeds(file) {
  if (file.toString("latin1", 0, 4) !== "\x7fELF" || file[4] !== 2 || file[5] !== 1) {
    throw new Error("This is not an ELF file of 64 bits and little endian.")
  }
  const [at, size, count] = [
    Number(file.readBigUInt64LE(0x28)),
    file.readUInt16LE(0x3a),
    file.readUInt16LE(0x3c),
  ]
  const sections = Array.from({ length: count }, (_, index) => {
    const header = at + index * size
    return {
      type: file.readUInt32LE(header + 4),
      offset: Number(file.readBigUInt64LE(header + 0x18)),
      size: Number(file.readBigUInt64LE(header + 0x20)),
      link: file.readUInt32LE(header + 0x28),
      info: file.readUInt32LE(header + 0x2c),
    }
  })
  const [DYNAMIC, VERSION_NEEDS] = [6, 0x6ffffffe]
  /**
   * The text at an offset of the string table that a section refers to.
   *
   * @param {{ link: number } | undefined} section
   * @param {number} offset
   */
  const text = (section, offset) => {
    const begin = sections[section?.link ?? 0].offset + offset
    return file.toString("latin1", begin, file.indexOf(0, begin))
  }

  const libraries = []
  const dynamic = sections.find(({ type }) => type === DYNAMIC)
  if (!dynamic) throw new Error("This ELF file is not a shared library.")
  for (let entry = dynamic.offset; entry < dynamic.offset + dynamic.size; entry += 16) {
    const NEEDED = 1n
    if (file.readBigInt64LE(entry) === NEEDED)
      libraries.push(text(dynamic, Number(file.readBigUInt64LE(entry + 8))))
  }

  const versions = []
  const needs = sections.find(({ type }) => type === VERSION_NEEDS)
  let need = needs?.offset ?? 0
  for (let left = needs?.info ?? 0; left > 0; left--) {
    let auxiliary = need + file.readUInt32LE(need + 8)
    for (let more = file.readUInt16LE(need + 2); more > 0; more--) {
      versions.push(text(needs, file.readUInt32LE(auxiliary + 8)))
      auxiliary += file.readUInt32LE(auxiliary + 12)
    }
    need += file.readUInt32LE(need + 12)
  }
  const glibc = versions
    .flatMap((version) => /^GLIBC_([\d.]+)$/.exec(version)?.[1] ?? [])
    .sort(compareVersions)
    .at(-1)
  return { libraries, glibc }
}

/** The libraries that not every system has. @param {string[]} libraries */
export const sideLibraries = (libraries) => libraries.filter((library) => !SYSTEM.test(library))

/** @param {string} left @param {string} right such as "2.9" and "2.17" */
export function compareVersions(left, right) {
  const [a, b] = [left, right].map((version) => version.split(".").map(Number))
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    if ((a[index] ?? 0) !== (b[index] ?? 0)) return (a[index] ?? 0) - (b[index] ?? 0)
  }
  return 0
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [path, newest] = process.argv.slice(2)
  const { libraries, glibc } = addonNeeds(readFileSync(path))
  console.log(`${path} needs ${libraries.join(", ")}${glibc ? ` and glibc ${glibc}` : ""}.`)
  const others = sideLibraries(libraries)
  if (others.length > 0) fail(`Not every system has ${others.join(", ")}.`)
  if (newest && glibc && compareVersions(glibc, newest) > 0) fail(`It may need glibc ${newest} at most.`)
  if (newest && !glibc) fail("It uses no symbol of glibc at all, which a build for glibc does.")
}

/** @param {string} message */
function fail(message) {
  console.error(message)
  process.exitCode = 1
}
