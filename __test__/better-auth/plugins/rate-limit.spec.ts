// Rate limits that are kept in the database.

import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { stage } from "../stage"

describe.each(engines)("database rate limits on $name", (engine) => {
  it("lets through what the rule allows, each address and path on its own", async () => {
    const { browser, scanned } = await stage(engine, {
      rateLimit: { enabled: true, storage: "database", window: 60, max: 3 },
      advanced: { ipAddress: { ipAddressHeaders: ["x-client"] } },
    })
    const ask = async (address: string, path: string) =>
      (await browser().send("GET", path, { headers: { "x-client": address } })).status
    for (const address of ["192.0.2.1", "192.0.2.2"]) {
      for (let request = 0; request < 3; request++) expect(await ask(address, "/ok")).toBe(200)
      expect(await ask(address, "/ok")).toBe(429)
    }
    expect(await ask("192.0.2.1", "/get-session")).toBe(200)
    expect(scanned()).toEqual([])
  })

  it("starts again when the window is over", async () => {
    const { browser, scanned } = await stage(engine, {
      rateLimit: { enabled: true, storage: "database", window: 1, max: 1 },
      advanced: { ipAddress: { ipAddressHeaders: ["x-client"] } },
    })
    const ask = async () =>
      (await browser().send("GET", "/ok", { headers: { "x-client": "192.0.2.1" } })).status
    expect(await ask()).toBe(200)
    await expect.poll(ask, { timeout: 10_000, interval: 1_100 }).toBe(200)
    expect(scanned()).toEqual([])
  })
})
