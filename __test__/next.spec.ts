// What `withDynauth` makes of a configuration, with each version of Next.js that is told apart.
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
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

/** What each configuration gets besides, with Next.js 16: the build fails where the edge runtime imports the package. */
const EDGE_CHECK = {
  webpack: expect.any(Function),
  turbopack: {
    rules: { "**/dynauth/js/edge.{js,mjs}": expect.objectContaining({ condition: "edge-light" }) },
  },
}

describe("withDynauth", () => {
  it.each(["16.0.0", "16.4.6", "17.0.0-canary.3"])(
    "of Next.js %s names the package for Node.js",
    (version) => {
      install("next", { version })
      const config = { output: "standalone" as const, serverExternalPackages: ["sharp"] }
      expect(fromSource(config)).toEqual({
        output: "standalone",
        serverExternalPackages: ["sharp", "dynauth"],
        ...EDGE_CHECK,
      })
      expect(config).toEqual({ output: "standalone", serverExternalPackages: ["sharp"] })
      expect(fromSource()).toEqual({ serverExternalPackages: ["dynauth"], ...EDGE_CHECK })
      expect(fromSource(fromSource())).toEqual({ serverExternalPackages: ["dynauth"], ...EDGE_CHECK })
    },
  )

  it.each(["13.1.0", "13.5.0", "14.2.35"])("of Next.js %s takes the older names", (version) => {
    install("next", { version })
    expect(fromSource({ experimental: { ppr: false, serverComponentsExternalPackages: ["sharp"] } })).toEqual(
      {
        experimental: { ppr: false, serverComponentsExternalPackages: ["sharp", "dynauth"] },
        webpack: expect.any(Function),
      },
    )
  })

  it("without a Next.js that it finds takes the names of today", () => {
    expect(fromSource({})).toEqual({ serverExternalPackages: ["dynauth"], ...EDGE_CHECK })
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
      ...EDGE_CHECK,
    })
    const later = fromSource(async (phase: string) => ({ phase }))("serve")
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toEqual({ phase: "serve", serverExternalPackages: ["dynauth"], ...EDGE_CHECK })
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
        webpack: expect.any(Function),
        turbopack: {
          rules: {
            "**/dynauth/js/edge.{js,mjs}": {
              condition: "edge-light",
              loaders: [
                {
                  loader: join(app, "node_modules", "dynauth", "js", "next", "loader.js"),
                  options: { error: "edgeError", app },
                },
              ],
            },
          },
        },
      })
    })

    it.each(["13.2.0", "14.2.0"])("has them traced by Next.js %s's name", (version) => {
      install("next", { version })
      install("dynauth-darwin-arm64", { version: "0.1.0" })
      expect(installed()({})).toEqual({
        experimental: {
          serverComponentsExternalPackages: ["dynauth"],
          outputFileTracingIncludes: { "/**": ["node_modules/dynauth-darwin-arm64/*.node"] },
        },
        webpack: expect.any(Function),
      })
    })

    it("leaves them to Next.js 13.1, which knows no such option and warns of it", () => {
      install("next", { version: "13.1.6" })
      install("dynauth-darwin-arm64", { version: "0.1.0" })
      expect(installed()({})).toEqual({
        experimental: { serverComponentsExternalPackages: ["dynauth"] },
        webpack: expect.any(Function),
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

  describe("for Turbopack", () => {
    const KEY = "**/dynauth/js/edge.{js,mjs}"
    const ADDON = "**/dynauth/js/addon.js"
    const LOADER = fileURLToPath(new URL("../js/next/loader.js", import.meta.url))
    afterEach(() => vi.unstubAllEnvs())

    it.each(["15.3.0", "15.5.29"])("of Next.js %s sets a rule with its form of conditions", (version) => {
      install("next", { version })
      const svg = { loaders: ["svg-loader"], as: "*.js" }
      expect(
        fromSource({ turbopack: { resolveExtensions: [".ts"], rules: { "*.svg": svg } } }).turbopack,
      ).toEqual({
        resolveExtensions: [".ts"],
        rules: {
          "*.svg": svg,
          [KEY]: {
            "edge-light": {
              loaders: [{ loader: LOADER, options: { error: "edgeError", app, search: true } }],
            },
          },
          [ADDON]: { node: { loaders: [{ loader: LOADER, options: { error: "bundledError", app } }] } },
        },
      })
      // Next.js takes the older place's rules only if there are none at the new one.
      const older = fromSource({ experimental: { turbo: { rules: { "*.svg": svg } } } }) as any
      expect(Object.keys(older.turbopack.rules)).toEqual(["*.svg", KEY, ADDON])
      expect(older.experimental).toEqual({ turbo: { rules: { "*.svg": svg } } })
    })

    it.each(["13.5.0", "14.2.35", "15.2.6"])(
      "of Next.js %s sets nothing that it does not know",
      (version) => {
        install("next", { version })
        vi.stubEnv("TURBOPACK", "1")
        expect(Object.keys(fromSource({}))).toEqual([
          version < "15" ? "experimental" : "serverExternalPackages",
        ])
      },
    )

    it("leaves it to Next.js to refuse a `webpack` of the user's without a `turbopack`", () => {
      install("next", { version: "16.4.6" })
      const webpack = (config: any) => config
      vi.stubEnv("TURBOPACK", "auto")
      expect(fromSource({ webpack })).toEqual({ webpack, serverExternalPackages: ["dynauth"] })
      expect(fromSource({ webpack, turbopack: {} })).toMatchObject({ turbopack: EDGE_CHECK.turbopack })
      expect(fromSource({})).toEqual({
        serverExternalPackages: ["dynauth"],
        turbopack: EDGE_CHECK.turbopack,
      })
      // Asked for by the flag.
      vi.stubEnv("TURBOPACK", "1")
      expect(fromSource({ webpack })).toMatchObject({ webpack, turbopack: EDGE_CHECK.turbopack })
    })

    it.each([
      ["edgeError", /^dynauth is imported by code for the edge runtime[^]*proxy\.ts[^]*getSessionCookie/],
      [
        "bundledError",
        /^dynauth is bundled[^]*does not have it: another package of the workspace[^]*pnpm add/,
      ],
    ])("has the rule's loader fail with %s", async (error, words) => {
      const load = createRequire(import.meta.url)(LOADER)
      await expect(load.call({ getOptions: () => ({ error, app }) })).rejects.toThrow(words)
    })

    it.each([
      [
        "the middleware",
        { "src/middleware.ts": `export { auth as middleware } from "@/auth"` },
        "src/middleware.ts → src/auth.ts → src/db.ts",
      ],
      [
        "a route of the edge",
        {
          "src/middleware.ts": `export const middleware = () => {}`,
          "src/app/a/route.ts": `import { auth } from "@/auth"`,
          "src/app/b/route.ts": `import { auth } from "@/auth"\nexport const runtime = "edge"`,
        },
        "src/app/b/route.ts → src/auth.ts → src/db.ts",
      ],
      [
        "the instrumentation, beside a middleware,",
        {
          "middleware.ts": `export const middleware = () => {}`,
          "instrumentation.js": `export const register = () => import("./src/db")`,
        },
        "instrumentation.js → src/db.ts",
      ],
    ])("has the loader name the files from %s on, where Turbopack does not", async (_, files, chain) => {
      const sources = {
        "src/auth.ts": `import NextAuth from "next-auth"\nimport { adapter } from "./db"`,
        "src/db.ts": `import { dynamodbAdapter } from 'dynauth/better-auth'`,
        ...files,
      }
      for (const [path, source] of Object.entries(sources)) {
        mkdirSync(dirname(join(app, path)), { recursive: true })
        writeFileSync(join(app, path), source)
      }
      const resolve = async (folder: string, specifier: string) => {
        if (specifier.startsWith("@/")) return join(app, "src", `${specifier.slice(2)}.ts`)
        if (specifier.startsWith(".")) return join(folder, `${specifier}.ts`)
        throw new Error(`cannot resolve ${specifier}`)
      }
      const load = createRequire(import.meta.url)(LOADER)
      const context = {
        getOptions: () => ({ error: "edgeError", app, search: true }),
        getResolve: () => resolve,
      }
      await expect(load.call(context)).rejects.toThrow(`Imported by: ${chain} → dynauth\n`)
    })

    it("has the loader let an instrumentation pass that nothing on the edge loads", async () => {
      writeFileSync(join(app, "instrumentation.ts"), `import { adapter } from "./db"`)
      mkdirSync(join(app, "app"))
      writeFileSync(join(app, "app", "page.tsx"), `export const runtime = "nodejs"`)
      const load = createRequire(import.meta.url)(LOADER)
      const context = { getOptions: () => ({ error: "edgeError", app }) }
      expect(await load.call(context, "the source")).toBe("the source")
      writeFileSync(join(app, "app", "page.tsx"), `export const runtime = 'edge'`)
      await expect(load.call(context, "the source")).rejects.toThrow("code for the edge runtime")
    })
  })

  describe("for webpack", () => {
    /** What a compilation of the app says, as Next.js compiles for one of its runtimes. */
    async function compile(
      files: Record<string, string>,
      { nextRuntime = "edge", mode = "production", externals = {} as object, rules = [] as object[] } = {},
      dynauth = join(app, "node_modules", "dynauth"),
    ) {
      const root = fileURLToPath(new URL("..", import.meta.url))
      for (const path of ["package.json", "index.js", "index.mjs", "js"]) {
        cpSync(join(root, path), join(dynauth, path), { recursive: true })
      }
      for (const [path, source] of Object.entries(files)) {
        mkdirSync(dirname(join(app, path)), { recursive: true })
        writeFileSync(join(app, path), source)
      }
      const { webpack } = createRequire(import.meta.url)("next/dist/compiled/webpack/bundle5.js")()
      const config = {
        mode,
        context: app,
        entry: "./middleware.js",
        output: { path: join(app, "out") },
        // Next.js has its own minimizer, and none for a webpack alone.
        optimization: { minimize: false },
        target: nextRuntime === "edge" ? "webworker" : "node",
        externals: nextRuntime === "edge" ? {} : externals,
        module: { rules },
        resolve: {
          conditionNames: [...(nextRuntime === "edge" ? ["edge-light"] : ["node"]), "import", "..."],
        },
        plugins: [new webpack.DefinePlugin({ "process.env.NEXT_RUNTIME": JSON.stringify(nextRuntime) })],
      }
      const { webpack: extend } = fromSource(fromSource({})) as any
      const extended = extend(config, { nextRuntime, dir: app })
      return new Promise<string[]>((resolve, reject) =>
        webpack(extended, (error: Error | null, stats: any) =>
          error ? reject(error) : resolve(stats.compilation.errors.map(({ message }: Error) => message)),
        ),
      )
    }

    const DB = `import { DynamoDBAdapter } from "dynauth"\nexport const adapter = DynamoDBAdapter()\n`
    const AUTH = `import { adapter } from "./lib/db"\nexport const auth = () => adapter.getUser("1")\n`

    it.each(["production", "development"])("fails for the edge in %s and names the files", async (mode) => {
      const [error, ...others] = await compile(
        {
          "middleware.js": `import { auth } from "./auth"\nexport default () => auth()\n`,
          "auth.js": AUTH,
          "lib/db.js": DB,
        },
        { mode },
      )
      expect(others).toEqual([])
      expect(error).toContain("dynauth is imported by code for the edge runtime")
      expect(error).toContain("Imported by: middleware.js → auth.js → lib/db.js → dynauth\n")
      for (const cure of ["proxy.ts", 'runtime: "nodejs"', "auth.config.ts", "getSessionCookie"]) {
        expect(error).toContain(cure)
      }
    })

    it.each([
      [
        "what is required",
        `const { dynamodbAdapter } = require("dynauth/better-auth")\nmodule.exports = dynamodbAdapter()\n`,
      ],
      ["what is imported later", `export default () => import("dynauth")\n`],
      ["what is exported again", `export * from "dynauth/tables"\n`],
    ])("finds %s", async (_, source) => {
      expect(await compile({ "middleware.js": source })).toEqual([
        expect.stringContaining("Imported by: middleware.js → dynauth\n"),
      ])
    })

    it.each([
      ["without it", `export default () => "hello"\n`],
      [
        "with it for Node.js alone, as in an instrumentation",
        `export async function register() {
          if (process.env.NEXT_RUNTIME === "nodejs") await import("./lib/db")
        }`,
      ],
      [
        "with a package of which the edge uses another file",
        `import { cookie } from "shared"\nexport default () => cookie\n`,
      ],
    ])("lets the edge pass %s", async (_, source) => {
      const shared = join("node_modules", "shared")
      expect(
        await compile({
          "middleware.js": source,
          "lib/db.js": DB,
          [join(shared, "package.json")]: JSON.stringify({ name: "shared", sideEffects: false }),
          [join(shared, "index.js")]: `export * from "./db"\nexport * from "./cookie"\n`,
          [join(shared, "db.js")]: DB,
          [join(shared, "cookie.js")]: `export const cookie = "authjs.session-token"\n`,
        }),
      ).toEqual([])
    })

    describe("and Node.js", () => {
      const addon = join("node_modules", "dynauth-linux-x64-gnu")
      const files = {
        "middleware.js": `import { auth } from "./auth"\nexport default () => auth()\n`,
        "auth.js": AUTH,
        "lib/db.js": DB,
        // The loader tries the files beside it first.
        [join("node_modules", "dynauth", "native.js")]: `require("dynauth-linux-x64-gnu")\n`,
        [join(addon, "package.json")]: JSON.stringify({ main: "dynauth.linux-x64-gnu.node" }),
        [join(addon, "dynauth.linux-x64-gnu.node")]: "\x7fELF",
      }

      it("lets pass what is left to it", async () => {
        const options = { nextRuntime: "nodejs", externals: { dynauth: "commonjs dynauth" } }
        expect(await compile(files, options)).toEqual([])
      })

      it("lets pass an addon for which there is a loader", async () => {
        const rules = [{ test: /\.node$/, type: "asset/resource" }]
        expect(await compile(files, { nextRuntime: "nodejs", rules })).toEqual([])
      })

      it("fails for what is bundled, and says that another function may have left out the option", async () => {
        const [error, ...others] = await compile(files, { nextRuntime: "nodejs" })
        expect(others).toEqual([])
        expect(error).toContain("dynauth is bundled")
        expect(error).toContain("Imported by: middleware.js → auth.js → lib/db.js → dynauth\n")
        expect(error).toContain("`withDynauth` be the outermost function")
      })

      it("fails for what is bundled, and says that the app of a workspace does not have the package", async () => {
        const root = app
        app = join(root, "apps", "web")
        const shared = join("..", "..", "packages", "auth")
        const own = Object.entries(files).filter(([path]) => path.startsWith("node_modules"))
        try {
          const [error, ...others] = await compile(
            {
              "middleware.js": `export { adapter } from "../../packages/auth/index.js"\n`,
              [join(shared, "index.js")]: DB,
              ...Object.fromEntries(own.map(([path, source]) => [join(shared, path), source])),
            },
            { nextRuntime: "nodejs" },
            join(root, "packages", "auth", "node_modules", "dynauth"),
          )
          expect(others).toEqual([])
          expect(error).toContain("Imported by: middleware.js → ../../packages/auth/index.js → dynauth\n")
          expect(error).toContain(`${app} does not have it: another package of the workspace does`)
          expect(error).toContain("`pnpm add dynauth`")
        } finally {
          app = root
        }
      })
    })
  })

  describe("beside other functions of this kind", () => {
    // As packages do it: @next/bundle-analyzer and @next/mdx wrap an object, Sentry's an object or a function, next-intl sets
    // Turbopack's aliases, and some answer with a promise.
    const ANALYZER = { apply() {} }
    const withAnalyzer = (config: any) => ({
      ...config,
      webpack(webpackConfig: any, options: any) {
        webpackConfig.plugins.push(ANALYZER)
        return typeof config.webpack === "function" ? config.webpack(webpackConfig, options) : webpackConfig
      },
    })
    const withMdx = (config: any) => ({
      ...config,
      pageExtensions: ["tsx", "mdx"],
      turbopack: {
        ...config.turbopack,
        rules: { ...config.turbopack?.rules, "*.mdx": { loaders: ["mdx"], as: "*.tsx" } },
      },
      webpack(webpackConfig: any, options: any) {
        webpackConfig.module.rules.push("mdx")
        return config.webpack ? config.webpack(webpackConfig, options) : webpackConfig
      },
    })
    const withIntl = (config: any) => ({
      ...config,
      turbopack: {
        ...config.turbopack,
        resolveAlias: { ...config.turbopack?.resolveAlias, "intl/config": "./i18n" },
      },
    })
    const withSentry = (config: any) =>
      typeof config === "function"
        ? (...values: any[]) => {
            const made = config(...values)
            return typeof made?.then === "function" ? made.then(sentry) : sentry(made)
          }
        : sentry(config)
    const sentry = (config: any) => ({
      ...withAnalyzer(config),
      serverExternalPackages: [...(config.serverExternalPackages ?? []), "import-in-the-middle"],
    })
    const withLater = async (config: any) => ({ ...config, env: { LATER: "1" } })
    const others = (config: any) => withAnalyzer(withMdx(withIntl(config)))

    const mine = { output: "standalone", serverExternalPackages: ["sharp"] }
    const compositions: Record<string, unknown> = {
      "outside of objects": fromSource(withSentry(others(mine))),
      "inside of objects": withSentry(others(fromSource(mine))),
      "between them": withSentry(withAnalyzer(fromSource(withMdx(withIntl(mine))))),
      "outside of a function": fromSource(withSentry((_phase: string) => others(mine))),
      "inside of a function": withSentry(fromSource((_phase: string) => others(mine))),
      "outside of an async function": fromSource(withSentry(async () => others(mine))),
      "inside of an async function": withSentry(fromSource(async () => others(mine))),
      "outside of a promise": fromSource(withLater(withSentry(others(mine))) as object),
      "at both ends": fromSource(withSentry(others(fromSource(mine)))),
    }

    it.each(Object.entries(compositions))("%s, keeps what each of them sets", async (_, composition) => {
      const config: any = await (typeof composition === "function" ? composition("build", {}) : composition)
      expect(config).toMatchObject({
        output: "standalone",
        pageExtensions: ["tsx", "mdx"],
        turbopack: {
          resolveAlias: { "intl/config": "./i18n" },
          rules: { "*.mdx": { as: "*.tsx" }, ...EDGE_CHECK.turbopack.rules },
        },
      })
      expect(config.serverExternalPackages.toSorted()).toEqual(["dynauth", "import-in-the-middle", "sharp"])
      for (const nextRuntime of ["edge", "nodejs", undefined]) {
        const made = config.webpack({ plugins: [], module: { rules: [] } }, { nextRuntime, dir: app })
        const names = made.plugins.map((plugin: object) => plugin.constructor.name)
        expect(made.plugins).toContain(ANALYZER)
        expect(names.filter((name: string) => name === "DynauthPlugin")).toHaveLength(nextRuntime ? 1 : 0)
        expect(made.module.rules).toEqual(["mdx"])
      }
    })

    it("keeps the environment that a promise brings", async () => {
      expect(await fromSource(withLater({}) as object)).toMatchObject({ env: { LATER: "1" }, ...EDGE_CHECK })
    })
  })
})
