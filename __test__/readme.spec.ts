// The README and docs/ say what is so: their code compiles and does what they say, their commands are there, their links
// lead somewhere, and their lists are complete.

import { exec, execFile } from "node:child_process"
import { randomInt } from "node:crypto"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseEnv, promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { betterAuth } from "better-auth"
import { DynamoDBAdapter } from "../index.js"
import { dynamodbAdapter } from "../js/better-auth.js"
import { authJsTable, betterAuthTables } from "../js/tables.js"
import { credentials, type Engine, engines, region } from "./engines"
import { cases } from "./pack/cases.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const read = (path: string) => readFileSync(join(root, path), "utf8")
const examples = readdirSync(join(root, "examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const pages = [
  "",
  "docs/",
  "docs/better-auth/",
  "docs/deploy/",
  ...examples.map((name) => `examples/${name}/`),
].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => folder + name),
)

/** The code blocks of a page in one of these languages. */
function blocks(page: string, ...languages: string[]): string[] {
  const fences = read(page).matchAll(/^```(\w+)\n(.*?)^```$/gms)
  return [...fences].filter(([, language]) => languages.includes(language!)).map(([, , code]) => code!)
}

/** The files that a page shows: their paths, which their first line says, and what is in them. */
function filesOf(page: string): [path: string, code: string][] {
  return blocks(page, "ts", "js")
    .map((code) => [/^\/\/ ([^\s,]+\.m?[jt]s)\b/.exec(code)?.[1] ?? "", code] as [string, string])
    .filter(([path, code]) => {
      if (page === "README.md") expect(path, `its first line should name a file:\n${code}`).not.toBe("")
      return path !== ""
    })
}

// ---- code ----

interface App {
  name: string
  /** What it signs people in with: a version of next-auth, or Better Auth. */
  host: 4 | 5 | "better-auth"
  files: [path: string, code: string][]
}

/** Apps made of the files that the pages show. */
function appsOf(): App[] {
  const isOfBetterAuth = ([, code]: [string, string]) => /better-auth|betterAuth/.test(code)
  const isNextAuth = (file: [string, string]) => !isOfBetterAuth(file)
  const readme = filesOf("README.md").filter(isNextAuth)
  const migrating = filesOf("docs/migrating.md")
  const isPages = ([path]: [string, string]) => path.startsWith("pages/")
  const isDropIn = ([, code]: [string, string]) => code.includes("was: ")
  return [
    { name: "Auth.js", host: 5, files: readme.filter((file) => !isPages(file) && !isDropIn(file)) },
    { name: "NextAuth 4", host: 4, files: readme.filter(isPages) },
    {
      name: "Auth.js with the client of @auth/dynamodb-adapter",
      host: 5,
      files: readme.filter(isDropIn),
    },
    {
      name: "NextAuth 4 with the client of @next-auth/dynamodb-adapter",
      host: 4,
      files: migrating.filter(isNextAuth),
    },
    {
      name: "Auth.js with a split configuration",
      host: 5,
      files: filesOf("docs/deployment.md").filter(isNextAuth),
    },
    { name: "Better Auth", host: "better-auth", files: filesOf("README.md").filter(isOfBetterAuth) },
    {
      name: "Better Auth with the configuration of @ebratz/dynamodb-better-auth",
      host: "better-auth",
      files: migrating.filter(isOfBetterAuth),
    },
    {
      name: "Better Auth with a middleware",
      host: "better-auth",
      files: filesOf("docs/deployment.md").filter(isOfBetterAuth),
    },
  ]
}

const settings = {
  4: { module: "nodenext", moduleResolution: "nodenext" },
  5: { module: "esnext", moduleResolution: "bundler" },
  "better-auth": { module: "esnext", moduleResolution: "bundler" },
}

/** Writes an app as its user has it: with next-auth and dynauth in node_modules. */
function write(folder: string, { host, files }: App) {
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [path, code] of files) put(path, code)
  put("package.json", JSON.stringify({ type: host === 4 ? "commonjs" : "module" }))
  const compilerOptions = {
    ...settings[host],
    target: "es2023",
    lib: ["es2023", "dom"],
    types: ["node"],
    strict: true,
    noUnusedLocals: true,
    allowJs: true,
    checkJs: true,
    esModuleInterop: true,
    skipLibCheck: true,
    noEmitOnError: true,
    rootDir: ".",
    outDir: "out",
    paths: { "@/*": ["./*"] },
  }
  put(
    "tsconfig.json",
    JSON.stringify({ compilerOptions, include: ["**/*.ts", "**/*.mts", "**/*.mjs"], exclude: ["out"] }),
  )
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(root, join(folder, "node_modules/dynauth"), "junction")
  const [name, version] = host === "better-auth" ? [host, host] : ["next-auth", `next-auth-${host}`]
  symlinkSync(join(root, "node_modules", version), join(folder, "node_modules", name), "junction")
}

/** Runs Node.js in an app; resolves to what it printed, errors included. */
async function run(folder: string, engine: Engine, args: string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    NODE_ENV: "test" as const,
    // It would print that a later version of it needs a later Node.js.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    AWS_ENDPOINT_URL_DYNAMODB: await engine.endpoint(),
    AUTH_DYNAMODB_REGION: region,
    AUTH_DYNAMODB_ID: credentials.accessKeyId,
    AUTH_DYNAMODB_SECRET: credentials.secretAccessKey,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    NEXT_AUTH_AWS_REGION: region,
    NEXT_AUTH_AWS_ACCESS_KEY: credentials.accessKeyId,
    NEXT_AUTH_AWS_SECRET_KEY: credentials.secretAccessKey,
    AUTH_SECRET: "a secret for the tests",
    AUTH_TRUST_HOST: "true",
    AUTH_GITHUB_ID: "id",
    AUTH_GITHUB_SECRET: "secret",
    NEXTAUTH_SECRET: "a secret for the tests",
    BETTER_AUTH_SECRET: "a secret for the tests that is long enough, and random 8Fz!",
    BETTER_AUTH_URL: "http://localhost:3000",
    BETTER_AUTH_TELEMETRY: "0",
    NEXTAUTH_URL: "http://localhost:3000",
    GITHUB_ID: "id",
    GITHUB_SECRET: "secret",
  }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: folder,
    env,
    timeout: 60_000,
  })
  return stderr + stdout
}

const ours = (file: string) => join(root, "__test__/readme", file)

describe("the code", () => {
  const folders = new Map<string, string>()
  const folderOf = (name: string) => folders.get(name)!
  const apps = appsOf()

  beforeAll(() => {
    mkdirSync(join(root, ".cache"), { recursive: true })
    for (const app of apps) {
      const folder = mkdtempSync(join(root, ".cache/readme-"))
      folders.set(app.name, folder)
      write(folder, app)
    }
  })

  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

  it("is all in one app or another", () => {
    const count = (page: string) => filesOf(page).length
    const inApps = apps.flatMap(({ files }) => files).length
    expect(inApps).toBe(count("README.md") + count("docs/migrating.md") + count("docs/deployment.md"))
    expect(apps.map(({ files }) => files.map(([path]) => path))).toEqual([
      [
        "auth.ts",
        "app/api/auth/[...nextauth]/route.ts",
        "next.config.ts",
        "connections.ts",
        "create-table.mjs",
        "errors.ts",
      ],
      ["pages/api/auth/[...nextauth].ts"],
      ["auth.ts"],
      ["pages/api/auth/[...nextauth].ts"],
      ["middleware.ts", "auth.config.ts", "auth.ts"],
      ["lib/auth.ts", "app/api/auth/[...all]/route.ts", "create-tables.mts"],
      ["auth.ts", "copy.ts"],
      ["middleware.ts"],
    ])
  })

  // Each later test runs what this one compiles.
  it.each(apps)("of $name compiles", { timeout: 120_000 }, async ({ name }) => {
    const tsc = join(root, "node_modules/typescript/bin/tsc")
    const output = await promisify(execFile)(process.execPath, [tsc, "-p", "."], {
      cwd: folderOf(name),
    }).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout as string,
    )
    expect(output).toBe("")
  })

  describe.each(engines)("on $name", (engine) => {
    const id = String(randomInt(2 ** 40))
    let tableIsNew: string

    beforeAll(async () => {
      tableIsNew = await run(folderOf("Auth.js"), engine, ["out/create-table.mjs"])
    })

    it("makes the table where it is missing", async () => {
      // DynamoDB Local may have it from an earlier run.
      expect(["Made: [ 'next-auth' ]\n", "Made: []\n"]).toContain(tableIsNew)
      expect(await run(folderOf("Auth.js"), engine, ["out/create-table.mjs"])).toBe("Made: []\n")
    })

    it.each(apps.filter(({ host }) => host === 5))("signs in with $name", async ({ name }) => {
      const email = `ada-${apps.findIndex((app) => app.name === name)}-${id}@example.com`
      const account = String(Number(id) * 10 + apps.findIndex((app) => app.name === name))
      const printed = await run(folderOf(name), engine, [
        "--import",
        ours("resolve.mjs"),
        ours("sign-in-5.mjs"),
        account,
        email,
      ])
      const session = JSON.parse(printed)
      expect(session.user).toMatchObject({ name: "Ada Lovelace", email })
      expect(Date.parse(session.expires)).toBeGreaterThan(Date.now())
      const adapter = DynamoDBAdapter(engine.connection())
      const user = await adapter.getUserByAccount({ provider: "github", providerAccountId: account })
      expect(user).toMatchObject({ name: "Ada Lovelace", email })
      // The split configuration has sessions without a database.
      const sessions = await adapter.listSessionsByUserId(user!.id)
      expect(sessions).toHaveLength(name.includes("split") ? 0 : 1)
    })

    it.each(apps.filter(({ host }) => host === 4))("shows a session with $name", async ({ name }) => {
      const number = `${apps.findIndex((app) => app.name === name)}-${id}`
      const email = `ada-${number}@example.com`
      const session = JSON.parse(await run(folderOf(name), engine, [ours("sign-in-4.cjs"), number, email]))
      expect(session.user).toMatchObject({ name: "Ada Lovelace", email })
      const adapter = DynamoDBAdapter(engine.connection())
      const user = await adapter.getUserByAccount({ provider: "github", providerAccountId: number })
      expect(user).toMatchObject({ name: "Ada Lovelace", email })
    })

    describe("Better Auth", () => {
      const app = "Better Auth"
      const hooks = ["--import", ours("resolve.mjs")]
      const tables = ["user", "session", "account", "verification", "claims"]
      let tablesAreNew: string

      beforeAll(async () => {
        tablesAreNew = await run(folderOf(app), engine, [...hooks, "out/create-tables.mjs"])
      })

      it("makes the tables where they are missing", async () => {
        const names = [...tablesAreNew.matchAll(/'better-auth-(\w+)'/g)].map(([, name]) => name)
        // DynamoDB Local may have them from an earlier run.
        expect([tables, []]).toContainEqual(names)
        expect(await run(folderOf(app), engine, [...hooks, "out/create-tables.mjs"])).toBe("Made: []\n")
      })

      it("has the tables that the README lists", () => {
        const rows = [...read("README.md").matchAll(/^\| `better-auth-(\w+)` \| (.*) \|$/gm)]
        const listed = Object.fromEntries(rows.map(([, name, cells]) => [name!, cells!.split("|")]))
        expect(Object.keys(listed)).toEqual(tables)
        for (const { tableName, ...made } of betterAuthTables({}, {})) {
          const [partitionKey, sortKey, others] = listed[tableName.slice("better-auth-".length)]!
          expect(partitionKey!.trim(), tableName).toBe(`\`${made.partitionKey}\``)
          expect(sortKey!.trim(), tableName).toBe(made.sortKey ? `\`${made.sortKey}\`` : "")
          for (const index of made.indexes ?? [])
            expect(others, tableName).toContain(`\`${index.partitionKey}\``)
        }
      })

      it("signs up and in", async () => {
        const email = `better-${id}@example.com`
        const script = [...hooks, ours("sign-up-better-auth.mjs"), email]
        const session = JSON.parse(await run(folderOf(app), engine, script))
        expect(session.user).toMatchObject({ name: "Ada Lovelace", email })
        const { adapter } = await betterAuth({
          baseURL: "http://localhost:3000",
          database: dynamodbAdapter(engine.connection()),
        }).$context
        const where = [{ field: "userId", value: session.user.id }]
        expect(await adapter.count({ model: "session", where })).toBe(2)
      })

      it("works with the configuration of @ebratz/dynamodb-better-auth, and copies from another database", async () => {
        const name = "Better Auth with the configuration of @ebratz/dynamodb-better-auth"
        const email = `ebratz-${id}@example.com`
        const script = [...hooks, ours("copy-better-auth.mjs"), email]
        const { user, copied } = JSON.parse(await run(folderOf(name), engine, script))
        expect(user).toMatchObject({ name: "Ada Lovelace", email })
        expect(copied).toEqual([2, 0])
      })
    })

    it("tells a taken email by the error's code", async () => {
      const printed = await run(folderOf("Auth.js"), engine, [
        ours("change-email.mjs"),
        id,
        `${id}@example.com`,
      ])
      expect(printed).toBe("changed taken\n")
    })

    it("makes connections in every form without sending or printing anything, and the process ends", async () => {
      expect(await run(folderOf("Auth.js"), engine, ["out/connections.js"])).toBe("")
      expect(existsSync(join(folderOf("Auth.js"), "dev-auth.db"))).toBe(false)
    })
  })
})

// ---- set-up ----

describe("the set-up", () => {
  const [environment = ""] = blocks("README.md", "properties")
  const [ignored = ""] = blocks("README.md", "gitignore")

  it("names the variables that the libraries read", () => {
    expect(Object.keys(parseEnv(environment))).toEqual([
      "AUTH_DYNAMODB_ENDPOINT",
      "AUTH_SECRET",
      "BETTER_AUTH_SECRET",
    ])
  })

  it("makes a secret that is long enough for both", async () => {
    const command = blocks("README.md", "sh").find((block) => block.includes("randomBytes"))!
    const { stdout } = await promisify(exec)(command)
    expect(stdout).toMatch(/^[\w+/]{44}\n$/)
  })

  it("keeps out of git what the embedded engine writes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dynauth-readme-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const { AUTH_DYNAMODB_ENDPOINT: endpoint = "" } = parseEnv(environment)
    expect(endpoint).toMatch(/^file:\.\//)
    const adapter = DynamoDBAdapter({ endpoint: endpoint.replace("./", `${folder}/`) })
    await adapter.createUser({ id: "1", email: "ada@example.com", emailVerified: null })
    const names = readdirSync(folder)
    expect(names.length).toBeGreaterThan(1)
    expect(names.filter((name) => !ignored.split("\n").includes(name))).toEqual([])
    expect(ignored).toMatch(/^\.env\.local$/m)
  })

  it("shows the same file for the tables of Better Auth wherever it stands", () => {
    const [shown] = filesOf("docs/better-auth/tables.md")
    expect(filesOf("README.md")).toContainEqual(shown)
  })
})

// ---- data ----

describe.each(engines)("the example of docs/table.md on $name", (engine) => {
  it("is what stands in the table", async () => {
    const example: Record<string, unknown>[] = JSON.parse(blocks("docs/table.md", "json")[0]!)
    const { tableName } = await engine.createTable()
    const adapter = DynamoDBAdapter(engine.connection(), { tableName })
    const id = "5d1f7c36"
    await adapter.createUser({
      id,
      name: "Ada Lovelace",
      email: "ada@example.com",
      emailVerified: new Date("2026-01-31T09:30:00Z"),
      image: null,
    })
    await adapter.linkAccount({
      userId: id,
      type: "oauth",
      provider: "github",
      providerAccountId: "1815",
      access_token: "gho_example",
      token_type: "bearer",
      scope: "read:user,user:email",
    })
    await adapter.createSession({ sessionToken: "e37b7e0c", userId: id, expires: new Date(1772443800250) })
    const { Items } = await engine.documentClient().scan({ TableName: tableName, ConsistentRead: true })
    const byKey = (one: Record<string, unknown>, other: Record<string, unknown>) =>
      `${one.pk} ${one.sk}` < `${other.pk} ${other.sk}` ? -1 : 1
    expect(Items!.toSorted(byKey)).toEqual(example.toSorted(byKey))
  })
})

// ---- commands ----

describe("the commands", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> }

  it("start the example and run the tests, each in one line", () => {
    expect(blocks("README.md", "sh").slice(0, 2)).toEqual([
      "npm install && npm run example\n",
      "npm install && npm test\n",
    ])
  })

  it("are the ones that CI runs", () => {
    expect(read(".ci/run")).toContain("step tests 'npm install && npm test'\n")
    expect(read(".github/workflows/ci.yml")).toMatch(/\.ci\/run$/m)
  })

  it.each([...pages, ".ci/run", "package.json"])("of %s are scripts of the package", (page) => {
    const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script!)
    const missing = named.filter((script) => !Object.hasOwn(scripts, script))
    expect(missing).toEqual([])
  })
})

// ---- links and lists ----

/** What GitHub makes of a heading in links to it. */
function anchor(heading: string): string {
  const text = heading.replace(/`/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-")
}

describe.each(pages)("%s", (page) => {
  const prose = (path: string) => readFileSync(path, "utf8").replace(/^```.*?^```$/gms, "")

  it("links to what is there", () => {
    const targets = [...prose(join(root, page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
    const broken = targets.filter((target) => {
      if (/^https?:/.test(target)) return false
      const [path = "", fragment] = target.split("#")
      const file = path ? join(root, dirname(page), path) : join(root, page)
      if (!existsSync(file)) return true
      const headings = [...prose(fragment === undefined ? "/dev/null" : file).matchAll(/^#+ (.*)$/gm)]
      return fragment !== undefined && !headings.some(([, heading]) => anchor(heading!) === fragment)
    })
    expect(broken).toEqual([])
  })
})

describe("the comparison on the README's first screen", () => {
  const firstScreen = read("README.md").split(/^## /m)[0]!
  const cellsOf = (line: string) => line.split("|").map((cell) => cell.trim())
  const [header, , ...rows] = [...firstScreen.matchAll(/^\|(.*)\|$/gm)].map(([, line]) => cellsOf(line!))

  it("is of the versions that were compared", () => {
    const { version } = JSON.parse(read("node_modules/@auth/dynamodb-adapter/package.json"))
    const theirs = ["docs/compare.md", "docs/better-auth/compare.md"].map(
      (page) => /^\| \| (`@\S+` [\d.]+) \| dynauth \|$/m.exec(read(page))?.[1],
    )
    expect(theirs[0]).toBe(`\`@auth/dynamodb-adapter\` ${version}`)
    expect(header).toEqual(["", ...theirs, "dynauth", "shown by"])
  })

  it("has the numbers of the suites' tests", () => {
    const [, tests] = /const testsOfTheSuite = (\d+)/.exec(read("scripts/official-suite.mjs"))!
    const numbers = [...read("scripts/better-auth-versions.mjs").matchAll(/^ +tests: (\d+),$/gm)]
    const newest = numbers.at(-1)![1]
    const [, authJs, betterAuth, ours] = rows[0]!
    expect(authJs).toMatch(new RegExp(`^\\d+ of ${tests}$`))
    expect(betterAuth).toMatch(new RegExp(`^\\d+ of ${newest}$`))
    expect(ours).toBe(`all ${tests}, all ${newest}`)
  })

  it.each(rows)("%s: names tests that are there", (...cells) => {
    expect(cells).toHaveLength(5)
    const [, , , , shownBy = ""] = cells
    const links = [...shownBy.matchAll(/\[[^\]]+\]\((__test__\/[\w/-]+(?:\.spec|\/suite)\.ts) "([^"]+)"\)/g)]
    expect(links.map(([link]) => link).join(", ")).toBe(shownBy)
    expect(links.length).toBeGreaterThan(0)
    for (const [, spec, title] of links) {
      // A spec may have its cases in a module beside it.
      const modules = [...read(spec!).matchAll(/ from "\.\/([\w-]+)"$/gm)].map(([, name]) => `${name}.ts`)
      const texts = [spec!, ...modules.map((name) => join(dirname(spec!), name))].map(read)
      const isThere = texts.some((text) => ['"', "`", "'"].some((quote) => text.includes(quote + title)))
      expect(isThere, `${spec} has a test called "${title}"`).toBe(true)
    }
  })
})

describe("the lists", () => {
  it("docs/deploy/README.md says of each recipe and of each case of test:pack what it is", () => {
    const page = read("docs/deploy/README.md")
    const recipes = readdirSync(join(root, "docs", "deploy")).filter((name) => name !== "README.md")
    expect(recipes.filter((name) => !page.includes(`](${name})`))).toEqual([])
    const inCode = [...page.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
    expect(Object.keys(cases).filter((name) => !inCode.includes(name))).toEqual([])
  })

  it("llms.txt links to what is there", () => {
    const targets = [...read("llms.txt").matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!)
    expect(targets.length).toBeGreaterThan(10)
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([])
  })

  it("docs/errors.md has every code, and no other", () => {
    const [, codes = ""] = /^codes! \{\n(.*?)^\}/ms.exec(read("src/error.rs")) ?? []
    const all = [...codes.matchAll(/= "([A-Z_]+)",/g)].map(([, code]) => code!)
    const explained = [...read("docs/errors.md").matchAll(/^### (.*)$/gm)].map(([, code]) => code!)
    expect(all.length).toBeGreaterThan(15)
    expect(explained.toSorted()).toEqual(all.toSorted())
  })

  /** The options in the table of a page: their names and what stands beside them as their default. */
  function optionsIn(page: string): Record<string, string> {
    const [, table = ""] = /^## Options\n(.*?)^## /ms.exec(read(page)) ?? []
    const rows = [...table.matchAll(/^\|(.*)\|$/gm)].map(([, row]) => row!.split(" | "))
    return Object.fromEntries(
      rows.flatMap((cells) => {
        const inCode = (cell = "") =>
          [...cell.matchAll(/`"?(.*?)"?`|(\d+)/g)].map(([, code, number]) => code ?? number!)
        const defaults = inCode(cells.at(-2))
        return inCode(cells[0]).map((name, position) => [name, defaults[position]!])
      }),
    )
  }

  it.each(["README.md", "docs/configuration.md"])("%s has every option, with its default", (page) => {
    // The error for an unknown option names those that there are.
    let message = ""
    try {
      DynamoDBAdapter({ endpoint: "memory:" }, { anUnknownOptionOfManyLetters: 1 } as object)
    } catch (error) {
      message = (error as Error).message
    }
    const all = [...message.split("It has:")[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!)
    const options = optionsIn(page)
    expect(Object.keys(options).toSorted()).toEqual(all.toSorted())

    const { tableName, partitionKey, sortKey, indexes } = authJsTable()
    const { indexName, partitionKey: indexPartitionKey, sortKey: indexSortKey } = indexes![0]!
    const names = { tableName, partitionKey, sortKey, indexName, indexPartitionKey, indexSortKey }
    expect(options).toEqual({
      ...names,
      uniqueness: "true",
      consistentReads: "false",
      indexLagTimeout: "1200",
      shareReads: "true",
    })
  })

  it("docs/README.md has every page of docs/", () => {
    const index = read("docs/README.md")
    const names = ["docs", "docs/better-auth"].flatMap((folder) => readdirSync(join(root, folder)))
    const missing = names.filter((name) => name !== "README.md" && !index.includes(name))
    expect(missing).toEqual([])
  })
})
