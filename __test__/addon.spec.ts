// The addon's file: it brings everything along but the C library, and that may be an old one.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { addonNeeds, compareVersions, sideLibraries } from "../scripts/addon-needs.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const addons = readdirSync(root).filter((name) => name.endsWith(".node"))
const glibcHere: string | undefined = (process.report.getReport() as any).header.glibcVersionRuntime

describe.each(addons.filter((name) => name.includes(".linux-")))("%s", (addon) => {
  const needs = addonNeeds(readFileSync(join(root, addon)))

  it("needs no library but the system's", () => {
    expect(needs.libraries.length).toBeGreaterThan(0)
    expect(sideLibraries(needs.libraries)).toEqual([])
  })

  // A build on a developer's machine needs that machine's; CI says what the published ones may need.
  const newest = process.env.NEWEST_GLIBC ?? glibcHere
  it(`needs ${newest ? `glibc ${newest} at most` : "no glibc"}`, () => {
    if (!newest || addon.includes("-musl")) expect(needs.glibc).toBeUndefined()
    else {
      expect(needs.glibc).toMatch(/^2\.\d+/)
      expect(compareVersions(needs.glibc!, newest)).toBeLessThanOrEqual(0)
    }
  })
})

describe("what reads it", () => {
  it("tells old from new", () => {
    expect(["2.17", "2.4", "2.2.5", "2.34"].toSorted(compareVersions)).toEqual([
      "2.2.5",
      "2.4",
      "2.17",
      "2.34",
    ])
    expect(compareVersions("2.17", "2.17")).toBe(0)
  })

  it("knows what not every system has", () => {
    const libraries = ["libc.so.6", "libssl.so.3", "libgcc_s.so.1", "libstdc++.so.6", "ld-linux-aarch64.so.1"]
    expect(sideLibraries(libraries)).toEqual(["libssl.so.3", "libstdc++.so.6"])
    expect(sideLibraries(["libc.musl-x86_64.so.1", "libc.so", "libm.so.6"])).toEqual([])
  })

  it("refuses another kind of file", () => {
    expect(() => addonNeeds(Buffer.from("MZ".padEnd(64)))).toThrow("not an ELF file")
  })
})
