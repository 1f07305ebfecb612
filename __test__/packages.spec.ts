// What is published: a package for each platform, a loader that finds it, and errors that say why it did not.
import { execFileSync, spawnSync } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { notLoaded } from "../js/not-loaded.js"
import { PLATFORMS } from "../js/platforms.js"

const root = fileURLToPath(new URL("..", import.meta.url))
const load = createRequire(import.meta.url)
const manifest = load("../package.json")
const [addon] = readdirSync(root).filter((name) => name.endsWith(".node"))
/** The platform of the addon that was built here. */
const here = addon!.split(".")[1]!

describe("the packages of the platforms", () => {
  const triples: Record<string, { os: string; cpu: string; libc?: string }> = {
    "x86_64-unknown-linux-gnu": { os: "linux", cpu: "x64", libc: "glibc" },
    "aarch64-unknown-linux-gnu": { os: "linux", cpu: "arm64", libc: "glibc" },
    "x86_64-unknown-linux-musl": { os: "linux", cpu: "x64", libc: "musl" },
    "aarch64-unknown-linux-musl": { os: "linux", cpu: "arm64", libc: "musl" },
    "x86_64-apple-darwin": { os: "darwin", cpu: "x64" },
    "aarch64-apple-darwin": { os: "darwin", cpu: "arm64" },
    "x86_64-pc-windows-msvc": { os: "win32", cpu: "x64" },
    "aarch64-pc-windows-msvc": { os: "win32", cpu: "arm64" },
  }

  it("are one for each target, and the loader knows them", () => {
    expect(manifest.napi.targets.toSorted()).toEqual(Object.keys(triples).toSorted())
    expect(readdirSync(join(root, "npm")).toSorted()).toEqual(PLATFORMS.toSorted())
    const loader = readFileSync(join(root, "native.js"), "utf8")
    for (const platform of PLATFORMS) expect(loader).toContain(`require('dynauth-${platform}')`)
  })

  it.each(Object.entries(triples))("%s is installed on its platform alone", (_, { os, cpu, libc }) => {
    const abi = { glibc: "-gnu", musl: "-musl" }[libc!] ?? (os === "win32" ? "-msvc" : "")
    const platform = `${os}-${cpu}${abi}`
    const file = `dynauth.${platform}.node`
    expect(load(`../npm/${platform}/package.json`)).toEqual({
      ...{ name: `dynauth-${platform}`, version: manifest.version, main: file, files: [file] },
      ...{ os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) },
      description: expect.stringContaining(cpu),
      ...{ license: manifest.license, repository: manifest.repository, engines: manifest.engines },
      ...{ homepage: manifest.homepage, bugs: manifest.bugs },
      preferUnplugged: true,
    })
    expect(readFileSync(join(root, "npm", platform, "README.md"), "utf8")).toContain(
      `# dynauth-${platform}\n`,
    )
  })

  it("need no script to be installed", () => {
    const scripts = Object.keys(manifest.scripts)
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare)$|^prepublish$/.test(name))).toEqual([])
  })
})

describe("the manifest", () => {
  it("asks for no host: an installation never depends on one, nor changes one", () => {
    expect(manifest).not.toHaveProperty("dependencies")
    expect(manifest).not.toHaveProperty("peerDependencies")
    // npm does not look at this one; pnpm and Yarn let `dynauth/better-auth` see the Better Auth of the app by it.
    expect(manifest.peerDependenciesMeta).toEqual({ "better-auth": { optional: true } })
  })
})

describe("an installation", () => {
  let folder = ""
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "dynauth-packages-")))
    for (const path of ["package.json", "index.js", "index.mjs", "native.js", "js"]) {
      cpSync(join(root, path), join(folder, "node_modules", "dynauth", path), { recursive: true })
    }
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function install(platform: string, file: string | Buffer = join(root, addon!)) {
    const target = join(folder, "node_modules", `dynauth-${platform}`)
    mkdirSync(target)
    for (const name of ["package.json"]) cpSync(join(root, "npm", platform, name), join(target, name))
    const path = join(target, `dynauth.${platform}.node`)
    if (typeof file === "string") cpSync(file, path)
    else writeFileSync(path, file)
  }

  const USE = `DynamoDBAdapter({ endpoint: "memory:" }).createUser({ email: "a@b.c" }).then((u) => console.log(u.email))`

  function run(script: string, { env = {}, flags = [] as string[] } = {}) {
    return spawnSync(process.execPath, [...flags, "--eval", script], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NODE_ENV: "test", NAPI_RS_NATIVE_LIBRARY_PATH: undefined, ...env },
    })
  }

  /** What an import says that fails, and its code. */
  function failure(options?: Parameters<typeof run>[1]): string {
    const script = `try { require("dynauth"); console.log("loaded") } catch (error) { console.log(error.code, error.message, !!error.cause) }`
    const { stdout, stderr } = run(script, options)
    expect(stderr).toBe("")
    expect(stdout).toMatch(/^ADDON_NOT_LOADED dynauth's native addon did not load[^]* true\n$/)
    return stdout
  }

  it("with the platform's package works, in both module systems", () => {
    install(here)
    expect(run(`const { DynamoDBAdapter } = require("dynauth"); ${USE}`)).toMatchObject({
      stdout: "a@b.c\n",
      stderr: "",
    })
    const imported = run(`import { DynamoDBAdapter } from "dynauth"; ${USE}`, {
      flags: ["--input-type=module"],
    })
    expect(imported).toMatchObject({ stdout: "a@b.c\n", stderr: "" })
  })

  it("takes the generated loader's way where the short one does not lead", () => {
    install(here)
    const script = `const { DynamoDBAdapter } = require("dynauth")
      console.log(Object.keys(require.cache).filter((file) => /native\\.js$/.test(file)).length)
      ${USE}`
    const isUsual = ["linux-x64-gnu", "linux-arm64-gnu", "darwin-arm64", "win32-x64-msvc"].includes(here)
    expect(run(script)).toMatchObject({ stdout: `${isUsual ? 0 : 1}\na@b.c\n` })
    const env = { NAPI_RS_ENFORCE_VERSION_CHECK: "1" }
    expect(run(script, { env })).toMatchObject({ stdout: "1\na@b.c\n" })
  })

  it("takes the file that NAPI_RS_NATIVE_LIBRARY_PATH names", () => {
    const env = { NAPI_RS_NATIVE_LIBRARY_PATH: join(root, addon!) }
    expect(run(`const { DynamoDBAdapter } = require("dynauth"); ${USE}`, { env })).toMatchObject({
      stdout: "a@b.c\n",
    })
  })

  it("with NAPI_RS_NATIVE_LIBRARY_PATH astray says so", () => {
    install(here)
    const path = join(folder, "nowhere.node")
    const message = failure({ env: { NAPI_RS_NATIVE_LIBRARY_PATH: path } })
    expect(message).toContain(`Looked for: ${path} (NAPI_RS_NATIVE_LIBRARY_PATH)`)
    expect(message).toContain(`Cannot find module '${path}'`)
    expect(message).toContain("Correct it, or unset it")
  })

  it("without any addon tells of optional dependencies", () => {
    const message = failure()
    expect(message).toContain(`on ${here}, Node.js ${process.versions.node}`)
    expect(message).toContain(
      `Looked for: the package dynauth-${here}, from ${join(folder, "node_modules", "dynauth", "js")}`,
    )
    expect(message).toContain("Found: no addon of any platform")
    expect(message).toContain(`Cannot find module 'dynauth-${here}'`)
    expect(message).toContain("https://github.com/npm/cli/issues/4828")
    expect(message).toContain("--omit=optional")
    expect(message).not.toMatch(/wasi/i)
  })

  it("made for another platform tells which", () => {
    const other = PLATFORMS.find((platform) => platform !== here && !platform.startsWith(here.slice(0, -4)))!
    install(other, Buffer.from("not for here"))
    const message = failure()
    expect(message).toContain(
      `Found: dynauth-${other} ${manifest.version} (${join(folder, "node_modules", `dynauth-${other}`)})`,
    )
    expect(message).toMatch(/installed for another platform.*npm install --os=\w+ --cpu=\w+/)
  })

  it("with a file that is not whole says what the system said", () => {
    install(here, Buffer.from("cut off"))
    const message = failure()
    expect(message).toContain(`Found: dynauth-${here} ${manifest.version}`)
    expect(message).toMatch(/Reasons:\n(.*\n)*.*(file too short|invalid ELF header|not a valid Win32|mach-o)/)
    expect(message).toContain("not for this platform or not whole")
  })

  describe("where Node.js forbids addons", () => {
    const permission = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission"
    const read = "--allow-fs-read=*"

    /** The cure that an import names which fails. */
    function cure(options: Parameters<typeof run>[1]): string | undefined {
      const script = `try { require("dynauth"); console.log("loaded") } catch (error) { console.log(error.code, error.message) }`
      const { stdout } = run(script, options)
      expect(stdout).toMatch(/^ADDON_NOT_LOADED /)
      expect(stdout).toContain("  - Cannot load native addon because loading addons is disabled.\n")
      return stdout.split("What to do: ")[1]?.trim()
    }

    it.each<[string, Parameters<typeof run>[1], string]>([
      [
        "by a flag",
        { flags: ["--no-addons"] },
        "`--no-addons` on the command line of Node.js forbids native addons, and this is one. Leave it out.",
      ],
      [
        "by NODE_OPTIONS",
        { env: { NODE_OPTIONS: "--no-warnings --no-addons" } },
        "`--no-addons` in NODE_OPTIONS forbids native addons, and this is one. Leave it out.",
      ],
      [
        "by the permission model",
        { flags: [permission, read] },
        `\`${permission}\` on the command line of Node.js forbids what is not allowed by a flag of its own. ` +
          "Add `--allow-addons`, and `--allow-fs-read` for the app's folder with its node_modules.",
      ],
    ])("%s, names it and the cure", (_, options, expected) => {
      install(here)
      expect(cure(options)).toBe(expected)
    })

    it("loads with the flags that it names", () => {
      install(here)
      const flags = [permission, "--allow-addons", `--allow-fs-read=${folder}/*`]
      const { stdout } = run(`require("dynauth"); console.log("loaded")`, { flags })
      expect(stdout).toBe("loaded\n")
    })
  })

  it.each(["edge-light", "workerd", "worker", "browser", "react-native"])(
    "refuses the condition %s by words",
    (condition) => {
      // The `node` condition is Node.js's own and comes before some of them: resolved here as a bundler does, without it.
      const conditions = [condition]
      for (const entry of Object.keys(manifest.exports).filter((entry) => !/next$|json$/.test(entry))) {
        for (const system of ["import", "require"]) {
          const path = target(manifest.exports[entry], [...conditions, system])
          expect([entry, path]).toEqual([entry, `./js/edge.${system === "import" ? "mjs" : "js"}`])
        }
      }
      const edge = pathToFileURL(join(folder, "node_modules", "dynauth", "js", "edge.mjs"))
      const { stdout } = run(`import("${edge}").catch((error) => console.log(error.message))`)
      expect(stdout).toMatch(/auth\.config\.ts without the adapter.*auth\.ts that only Node\.js loads/)
      expect(run(`require("./node_modules/dynauth/js/edge.js")`).stderr).toContain("auth.config.ts")
    },
  )

  it("in an edge function of Node.js's own resolver fails at import", () => {
    install(here)
    const script = `import("dynauth").catch((error) => console.log(error.message))`
    expect(run(script, { flags: ["--conditions=edge-light"] }).stdout).toContain(
      "auth.config.ts without the adapter",
    )
  })

  it("leaves no name of the entries out where it cannot run", () => {
    install(here)
    // One of them takes what Better Auth exports.
    symlinkSync(join(root, "node_modules", "better-auth"), join(folder, "node_modules", "better-auth"))
    const names = readFileSync(join(root, "js", "edge.mjs"), "utf8").matchAll(/^export const (\w+) = /gm)
    const script = `Promise.all(${JSON.stringify(guarded())}.map((entry) => import(entry))).then((all) =>
      console.log(JSON.stringify(all.flatMap((entry) => Object.keys(entry)))))`
    const exported: string[] = JSON.parse(run(script).stdout)
    expect([...names].map(([, name]) => name!).toSorted()).toEqual([...new Set(exported)].toSorted())
  })

  it("is found by what bundlers trace: no path in the loader is computed", () => {
    const computed = (file: string) => {
      const calls = readFileSync(join(root, file), "utf8").matchAll(/\brequire\((?!['"])([^)]*)\)/g)
      return [...new Set([...calls].map(([, argument]) => argument))]
    }
    expect(computed("native.js")).toEqual(["process.env.NAPI_RS_NATIVE_LIBRARY_PATH"])
    expect(computed("js/addon.js")).toEqual([])
  })
})

/** The entries that an edge runtime refuses, as they are imported. */
const guarded = () =>
  Object.keys(manifest.exports)
    .filter((entry) => JSON.stringify(manifest.exports[entry]).includes("edge-light"))
    .map((entry) => entry.replace(/^\./, "dynauth"))

/** Every path that an entry of `exports` names. */
const leaves = (choice: any): string[] =>
  typeof choice === "string" ? [choice] : Object.values(choice).flatMap(leaves)

/** What a resolver with these conditions takes. */
function target(choice: any, conditions: string[]): string | undefined {
  if (typeof choice === "string") return choice
  for (const [condition, next] of Object.entries(choice)) {
    if (condition !== "default" && !conditions.includes(condition)) continue
    const found = target(next, conditions)
    if (found !== undefined) return found
  }
  return undefined
}

describe("the remedy", () => {
  const place = {
    platform: "linux-x64-gnu",
    node: "Node.js 20.0.0",
    folder: "/app/node_modules/dynauth/js",
    bundled: false,
    found: [],
  }
  const chain = (...messages: string[]) =>
    messages.reduce<Error | undefined>(
      (cause, message) => Object.assign(new Error(message), { cause }),
      undefined,
    )
  const present = ["dynauth-linux-x64-gnu 0.1.0 (/app/node_modules/dynauth-linux-x64-gnu)"]
  const symbol = "/lib64/libc.so.6: version `GLIBC_2.38' not found (required by /app/x.node)"

  it.each([
    [
      "of an old glibc",
      { ...place, glibc: "2.26", found: present },
      symbol,
      /newer glibc than the 2\.26 here.*need 2\.17/,
    ],
    [
      "of a glibc build on musl",
      { ...place, platform: "linux-x64-musl", found: present },
      "Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/x.node)",
      /another C library.*musl on Alpine/,
    ],
    [
      "of a musl build on glibc",
      { ...place, found: present },
      "libc.musl-x86_64.so.1: cannot open shared object file",
      /another C library.*glibc on Debian/,
    ],
    [
      "of another processor's build",
      { ...place, found: present },
      "/x.node: wrong ELF class: ELFCLASS32",
      /\.dockerignore/,
    ],
    [
      "of a forbidden library",
      { ...place, found: present },
      "failed to map segment from shared object",
      /noexec/,
    ],
    [
      "of the permission model, without a file that may be read",
      { ...place, forbidding: { flag: "--permission", from: "in NODE_OPTIONS" } },
      "Access to this API has been restricted",
      /^`--permission` in NODE_OPTIONS .*`--allow-addons`, and `--allow-fs-read`/,
    ],
    [
      "of addons that are forbidden in another way",
      place,
      "Cannot load native addon because loading addons is disabled.",
      /^`--no-addons` of Node\.js forbids native addons/,
    ],
    [
      "of a bundle",
      { ...place, bundled: true },
      "Cannot find module 'dynauth-linux-x64-gnu'",
      /withDynauth.*esbuild/,
    ],
    [
      "of an unknown platform",
      { ...place, platform: "freebsd-x64" },
      "Unsupported OS: freebsd",
      /build it from the repository/,
    ],
    [
      "of an edge runtime",
      { ...place, platform: undefined },
      "Dynamic require is not supported",
      /auth\.config\.ts without the adapter/,
    ],
  ])("%s", (_, at, reason, expected) => {
    const error = notLoaded(chain("Cannot find native binding. npm has a bug", reason), at)
    expect(error.code).toBe("ADDON_NOT_LOADED")
    expect(error.message).toContain(`  - ${reason}`)
    expect(error.message.split("What to do: ")[1]).toMatch(expected)
  })

  it("shows every reason once, in the order in which they came", () => {
    const { message } = notLoaded(chain("first\nRequire stack:\n- /app", "second", "first"), place)
    expect(message).toContain("Reasons:\n  - first\n  - second\nWhat")
  })
})

describe("npm's list of files", () => {
  it("has each file that an entry names", () => {
    const listing = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      ...{
        cwd: root,
        encoding: "utf8",
        shell: process.platform === "win32",
        stdio: ["ignore", "pipe", "ignore"],
      },
    })
    const [{ files }] = JSON.parse(listing)
    const packed: string[] = files.map(({ path }: { path: string }) => `./${path}`)
    const named = Object.values(manifest.exports).flatMap(leaves)
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((path) => !packed.includes(path))).toEqual([])
    expect(packed.filter((path) => /^\.\/(src|__test__|npm|target)\//.test(path))).toEqual([])
  })
})
