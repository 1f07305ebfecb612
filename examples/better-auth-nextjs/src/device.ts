const browsers = [
  ["Edge", /Edg\//],
  ["Firefox", /Firefox\//],
  ["Chrome", /Chrom(e|ium)\//],
  ["Safari", /Safari\//],
] as const

const systems = [
  ["iPhone", /iPhone/],
  ["iPad", /iPad/],
  ["Android", /Android/],
  ["Windows", /Windows/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
] as const

/** "Chrome on Linux": enough to recognise one's own devices by. */
export function deviceName(userAgent?: string | null) {
  if (!userAgent) return "Unknown device"
  const find = (names: typeof browsers | typeof systems) =>
    names.find(([, pattern]) => pattern.test(userAgent))?.[0]
  return `${find(browsers) ?? "A browser"} on ${find(systems) ?? "an unknown system"}`
}
