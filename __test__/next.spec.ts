// What `withDynauth` makes of a configuration, with each version of Next.js that is told apart.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { withDynauth as fromSource } from "../js/next.js"

let app = ""
beforeEach(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), "dynauth-next-")))
  vi.spyOn(process, "cwd").mockImplementation(() => app)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(app, { recursive: true })
})

function install(name: string, manifest: object, folder = join(app, "node_modules", name)) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, ...manifest }))
}

describe("withDynauth", () => {
  it.each(["15.0.0", "16.4.6", "17.0.0-canary.3"])(
    "of Next.js %s names the package for Node.js",
    (version) => {
      install("next", { version })
      const config = { output: "standalone" as const, serverExternalPackages: ["sharp"] }
      expect(fromSource(config)).toEqual({
        output: "standalone",
        serverExternalPackages: ["sharp", "dynauth"],
      })
      expect(config.serverExternalPackages).toEqual(["sharp"])
      expect(fromSource()).toEqual({ serverExternalPackages: ["dynauth"] })
      expect(fromSource(fromSource())).toEqual({ serverExternalPackages: ["dynauth"] })
    },
  )

  it.each(["13.5.0", "14.2.35"])("of Next.js %s takes the older names", (version) => {
    install("next", { version })
    expect(fromSource({ experimental: { ppr: false, serverComponentsExternalPackages: ["sharp"] } })).toEqual(
      {
        experimental: { ppr: false, serverComponentsExternalPackages: ["sharp", "dynauth"] },
      },
    )
  })

  it("without a Next.js that it finds takes the names of today", () => {
    expect(fromSource({})).toEqual({ serverExternalPackages: ["dynauth"] })
  })

  it("takes functions, which get what Next.js gives them", async () => {
    const config = fromSource((phase: string, { defaultConfig }: { defaultConfig: object }) => ({
      ...defaultConfig,
      phase,
    }))
    expect(config("build", { defaultConfig: { poweredByHeader: true } })).toEqual({
      poweredByHeader: true,
      phase: "build",
      serverExternalPackages: ["dynauth"],
    })
    const later = fromSource(async (phase: string) => ({ phase }))("serve")
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toEqual({ phase: "serve", serverExternalPackages: ["dynauth"] })
  })

  it.each([[null], ["standalone"], [[]], [() => 7]])("refuses %o", (config) => {
    const make = () =>
      [fromSource(config as object)].map((made) => (typeof made === "function" ? (made as any)() : made))
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }))
  })

  it("fails as the function fails", async () => {
    await expect(
      fromSource(async () => {
        throw new Error("no such phase")
      })(),
    ).rejects.toThrow("no such phase")
  })

  describe("installed with addons", () => {
    /** `dynauth/next` as a copy in the app's node_modules, as npm puts it there. */
    function installed(): typeof fromSource {
      const root = fileURLToPath(new URL("..", import.meta.url))
      cpSync(join(root, "js"), join(app, "node_modules", "dynauth", "js"), { recursive: true })
      return createRequire(join(app, "index.js"))("./node_modules/dynauth/js/next.js").withDynauth
    }

    it("has them traced, for every route", () => {
      install("next", { version: "16.0.0" })
      install("dynauth-linux-x64-gnu", { version: "0.1.0" })
      install("dynauth-linux-x64-musl", { version: "0.1.0" })
      const addons = [
        "node_modules/dynauth-linux-x64-gnu/*.node",
        "node_modules/dynauth-linux-x64-musl/*.node",
      ]
      const withDynauth = installed()
      expect(withDynauth({ outputFileTracingIncludes: { "/**": ["a.txt"], "/api": ["b.txt"] } })).toEqual({
        serverExternalPackages: ["dynauth"],
        outputFileTracingIncludes: { "/**": ["a.txt", ...addons], "/api": ["b.txt"] },
      })
    })

    it("has them traced by Next.js 14's name", () => {
      install("next", { version: "14.2.0" })
      install("dynauth-darwin-arm64", { version: "0.1.0" })
      expect(installed()({})).toEqual({
        experimental: {
          serverComponentsExternalPackages: ["dynauth"],
          outputFileTracingIncludes: { "/**": ["node_modules/dynauth-darwin-arm64/*.node"] },
        },
      })
    })

    it("finds them above the app, as in a workspace", () => {
      install("dynauth-linux-x64-gnu", { version: "0.1.0" })
      const withDynauth = installed()
      app = join(app, "apps", "web")
      mkdirSync(app, { recursive: true })
      expect(withDynauth({})).toMatchObject({
        outputFileTracingIncludes: { "/**": ["../../node_modules/dynauth-linux-x64-gnu/*.node"] },
      })
      app = join(app, "..", "..")
    })
  })
})
