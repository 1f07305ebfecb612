// Finds out which functions of the addon a process calls to load it and to answer its first calls, and writes their names
// to scripts/function-order/. `npm run build` has the linker put them first: all of them together are a third of the memory
// that they take strewn over the addon, for the kernel reads sixteen pages around each. Needs valgrind. To be run after an
// update of Rust or of dependencies, for the names change with both; names that are gone are passed over.
import { execFile, execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import path from "node:path"
import { promisify } from "node:util"

const expires = Math.floor(Date.now() / 1000) + 1000
const user = {
  pk: { S: "USER#1" },
  sk: { S: "USER#1" },
  GSI1PK: { S: "USER#ada@example.com" },
  GSI1SK: { S: "USER#ada@example.com" },
  type: { S: "USER" },
  id: { S: "1" },
  name: { S: "Ada Lovelace" },
  email: { S: "ada@example.com" },
  emailVerified: { S: "2026-01-01T00:00:00.000Z" },
}
const session = {
  pk: { S: "USER#1" },
  sk: { S: "SESSION#1" },
  GSI1PK: { S: "SESSION#1" },
  GSI1SK: { S: "SESSION#1" },
  type: { S: "SESSION" },
  sessionToken: { S: "1" },
  userId: { S: "1" },
  expires: { N: String(expires) },
}
/** What DynamoDB answers to the visit. @type {Record<string, object>} */
const answers = {
  GetItem: { Item: user },
  Query: { Items: [session], Count: 1, ScannedCount: 1 },
  BatchGetItem: { Responses: { "next-auth": [user, session] }, UnprocessedKeys: {} },
  UpdateItem: { Attributes: user },
}

const root = path.join(import.meta.dirname, "..")
const npm = (...words) => execFileSync("npm", words, { cwd: root, stdio: "inherit" })

const target = /^host: (.+)$/m.exec(execFileSync("rustc", ["-vV"], { encoding: "utf8" }))[1]
const file = path.join(root, "scripts", "function-order", `${target}.txt`)
// With an order, be it an empty one, the addon is built in the way that the names are of.
writeFileSync(file, "", { flag: "a" })
process.env.DYNAUTH_KEEP_SYMBOLS = "1"
npm("run", "build")
delete process.env.DYNAUTH_KEEP_SYMBOLS

const [addon] = readdirSync(root).filter((file) => file.endsWith(".node"))
const defined = execFileSync("nm", ["--defined-only", "--format=just-symbols", addon], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 1 << 28,
})
const isDefined = new Set(defined.split("\n"))
const called = (await trace()).filter((name) => isDefined.has(name))
writeFileSync(file, `# Written by scripts/order-functions.mjs.\n${called.join("\n")}\n`)
console.log(`${called.length} functions in ${path.relative(root, file)}`)
npm("run", "build")

/** The names of all functions of the addon that first visits call. */
async function trace() {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const operation = String(request.headers["x-amz-target"]).split(".")[1]
      const answer = JSON.stringify(answers[operation] ?? {})
      response.setHeader("content-type", "application/x-amz-json-1.0").end(answer)
    })
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)))
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
  const folder = mkdtempSync(path.join(tmpdir(), "dynauth-order-"))
  try {
    const out = path.join(folder, "callgrind.out")
    const visit = (/** @type {object} */ settings) => `
      const { DynamoDBAdapter } = require("./index.js")
      const credentials = { accessKeyId: "order", secretAccessKey: "functions" }
      const endpoint = "http://127.0.0.1:${port}"
      const patience = { requestTimeout: 600000, connectionTimeout: 600000 }
      const settings = ${JSON.stringify(settings)}
      const adapter = DynamoDBAdapter({ region: "eu-central-1", endpoint, credentials, ...patience, ...settings })
      const expires = new Date(Date.now() + 1000000)
      void (async () => {
        await adapter.getSessionAndUser("1")
        await adapter.getSessionAndUser("1")
        await adapter.getUser("1")
        await adapter.updateUser({ id: "1", name: "Ada" })
        await adapter.createSession({ sessionToken: "2", userId: "1", expires })
      })()`
    // Without a compiler of JavaScript, for valgrind would have to follow what it writes.
    const valgrind = ["--tool=callgrind", "--demangle=no", `--callgrind-out-file=${out}`]
    const found = new Set()
    // With one attempt, each request goes through the SDK, as does the first one of any other process.
    for (const settings of [{}, { maxAttempts: 1 }]) {
      const node = [process.execPath, "--jitless", "-e", visit(settings)]
      await promisify(execFile)("valgrind", [...valgrind, ...node], { cwd: root })
      for (const name of functionsIn(readFileSync(out, "utf8"))) found.add(name)
    }
    return [...found]
  } finally {
    rmSync(folder, { recursive: true })
    server.close()
  }
}

/**
 * The functions of the addon in what callgrind writes, where names are given once and numbers stand for them after that.
 *
 * @param {string} text
 */
function functionsIn(text) {
  /** @type {Map<string, string>} */
  const named = new Map()
  const found = new Set()
  let object = ""
  for (const line of text.split("\n")) {
    const [, kind, id, name] = /^c?(ob|fn)=(\(\d+\))(?: (.*))?/.exec(line) ?? []
    if (!kind) continue
    if (name) named.set(kind + id, name)
    const said = named.get(kind + id) ?? ""
    if (line.startsWith("ob=")) object = said
    // A function that calls itself is there once for each depth.
    if (line.startsWith("fn=") && object.endsWith(addon)) found.add(said.replace(/'\d+$/, ""))
  }
  return [...found]
}
