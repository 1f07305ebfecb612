// Runs random programs. It compares each answer with the model's, and at the end of a program all reads and the table.
// A program that fails is made as short as possible.

import { deepStrictEqual } from "node:assert"
import { inspect } from "node:util"
import fc from "fast-check"
import { ordered, type Properties } from "../../arbitraries"
import { DynamoAdapterError } from "../../../index.js"
import type { Item, Stage } from "../stage"
import type { Deviation, PlannedCall } from "./deviations"
import { differences } from "./layout"
import { accountSortKey, type Call, type Expectation, idKey, type Method, Model } from "./model"
import { programs, resolveArguments, type Scope, show, type Step } from "./steps"

/** An adapter that takes part. */
export interface Party {
  name: string
  adapter: any
  /** For `@auth/dynamodb-adapter`: where it is known to be wrong. */
  deviations?: Deviation[]
}

/** What programs run on. The table is empty at first, and after each program. */
export interface Setup {
  scene: Stage
  /** The first one is ours. It takes what others are not given. */
  parties: Party[]
  /** What properties people add. */
  properties: "odd" | "plain"
}

export interface RunOptions {
  seed: number
  /** How many steps to take at least. */
  steps: number
  /** Runs one program only: the one at this path of fast-check's. */
  path?: string
  /** Whether to look for the shortest program that fails. Default: true. */
  shrink?: boolean
}

export interface Report {
  steps: number
  programs: number
  /** How often each method came to what. */
  outcomes: Record<string, Record<string, number>>
  /** Of the first program that does not agree: what to say about it, and how to see it again. */
  failure?: { message: string; seed: number; path: string }
}

const maxLength = 100
/** How long to look for a shorter program that fails, in milliseconds. */
const shrinkTime = 60_000
/** How many programs one seed makes. The next seed makes the next ones. */
const batch = 10

export async function run(setup: Setup, { seed, steps, path, shrink = true }: RunOptions): Promise<Report> {
  const report: Report = { steps: 0, programs: 0, outcomes: {} }
  let end = Infinity
  const property = fc.asyncProperty(programs(setup.properties, maxLength), async (program) => {
    // Time is up: the program that failed last is the shortest one.
    if (performance.now() > end) return
    try {
      await new Execution(setup, report).carryOut(program)
    } catch (error) {
      if (end === Infinity) end = performance.now() + shrinkTime
      throw error
    }
  })
  for (; report.steps < steps; seed++) {
    const parameters = { seed, numRuns: batch, endOnFailure: !shrink, unbiased: true, ...(path && { path }) }
    const details = await fc.check(property, parameters)
    if (details.failed) {
      const { errorInstance, counterexamplePath } = details
      const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
      report.failure = { message, seed, path: counterexamplePath! }
    }
    if (details.failed || path) break
  }
  return report
}

type Outcome = { answer: unknown } | { error: unknown }

async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  let promise: Promise<unknown>
  try {
    promise = call()
  } catch (error) {
    return { error: new Error("It threw, and did not reject", { cause: error }) }
  }
  return promise.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  )
}

/** What finds nobody, whoever is there. */
const ofNobody: Call[] = [
  { method: "getUser", args: [undefined] },
  { method: "getUserByEmail", args: [undefined] },
  { method: "getUserByEmail", args: [""] },
  { method: "getUserByAccount", args: [{ provider: "github" }] },
  { method: "getSessionAndUser", args: [undefined] },
  { method: "getAuthenticator", args: [undefined] },
  { method: "listSessionsByUserId", args: [undefined] },
]

/** How many programs this process has carried out. Each has names of its own. */
let count = 0

/** One program, carried out once. */
class Execution {
  private readonly scope: Scope = { program: ++count, users: [] }
  private readonly model = new Model()
  private readonly trace: string[] = []
  /** What to read in the end, by how it is shown. */
  private readonly reads = new Map<string, Call>()

  constructor(
    private readonly setup: Setup,
    private readonly report: Report,
  ) {}

  async carryOut(program: Step[]): Promise<void> {
    this.report.programs += 1
    const { parties } = this.setup
    try {
      for (const step of program) {
        const shown = step.args.map((argument) => show(argument, this.scope)).join(", ")
        const call = { method: step.method, args: resolveArguments(step, this.scope) }
        if (await this.call(parties[step.by % parties.length]!, call, shown)) this.report.steps += 1
      }
      await this.compareAll()
      await this.deleteAll()
    } catch (error) {
      await this.empty()
      throw error
    }
  }

  /** Makes a call and compares. False if the contract says nothing of it. */
  private async call(party: Party, call: Call, shown?: string): Promise<boolean> {
    const { model } = this
    const { method } = call
    const deviations = (party.deviations ?? []).filter(({ methods }) => methods.includes(method))
    const meant = {
      method,
      args: deviations.reduce((args, { meaning }) => meaning?.(args) ?? args, call.args),
    }
    const context = { madeId: "(made)", claims: !party.deviations }
    let expected = model.expect(meant, context)
    if (!expected) return false
    if (!canTake(party, deviations, { ...call, expected, model }))
      return this.call(this.setup.parties[0]!, call, shown)

    shown ??= call.args.map((argument) => show(argument, this.scope)).join(", ")
    const line = `await ${party.name}.${method}(${shown})`
    const isMade = (expected.answer as any)?.id === context.madeId
    const name = `made[${this.scope.users.filter(({ name }) => name).length}]`
    this.trace.push(isMade ? `${name} = (${line}).id` : line)

    const outcome = await outcomeOf(() => party.adapter[method](...call.args))
    const { answer } = outcome as { answer?: any }
    if (isMade && "answer" in outcome) {
      context.madeId = this.madeId(answer?.id)
      expected = model.expect(meant, context)!
    }
    this.compare(line, method, outcome, expected, deviations)
    if ("answer" in outcome) {
      expected.commit()
      if (deviations.some(({ storesId }) => storesId)) await this.adoptStoredId(call.args[0])
      if (method === "createUser") this.scope.users.push({ id: answer.id, ...(isMade && { name }) })
    }
    this.note(call, answer)
    return true
  }

  /** The id that an adapter has made for a user. */
  private madeId(id: unknown): string {
    const isUuid = typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
    if (!isUuid || this.model.users.has(id)) this.fail(`The id that was made is ${inspect(id)}.`)
    return id as string
  }

  /** Takes over the id that `@auth/dynamodb-adapter` has stored with an account. */
  private async adoptStoredId(account: Properties) {
    const sortKey = accountSortKey(account.provider as string, idKey(account.providerAccountId)!)
    const item = await this.setup.scene.item(`USER#${idKey(account.userId)}`, sortKey)
    this.model.accountOf(account)![1].record.id = item?.id
  }

  private compare(
    line: string,
    method: Method,
    outcome: Outcome,
    expected: Expectation,
    deviations: Deviation[],
  ) {
    const { mayAnswer, codes } = expected
    const wanted = [...(mayAnswer ? ["an answer"] : []), ...codes].join(" or ")
    if ("error" in outcome) {
      const error = outcome.error as DynamoAdapterError
      this.count(method, error.code ?? "failed")
      const isOurs = error instanceof DynamoAdapterError && error.operation === method
      if (isOurs && codes.includes(error.code)) return
      const shown = isOurs ? `${error.code}: ${error.message}` : inspect(error)
      this.fail(`${line}\nrejects with ${shown}\nThe model has ${wanted}.`)
    }
    const seen = deviations.flatMap(({ overlook }) => overlook ?? [])
    const view = (answer: unknown) =>
      comparable(
        method,
        seen.reduce((answer, overlook) => overlook(answer), answer),
      )
    const isNothing = outcome.answer === null || outcome.answer === undefined
    this.count(method, isNothing ? "nothing" : "an answer")
    if (!mayAnswer)
      this.fail(`${line}\nanswers ${inspect(outcome.answer, false, null)}\nThe model has ${wanted}.`)
    try {
      deepStrictEqual(view(outcome.answer), view(expected.answer))
    } catch (error) {
      this.fail(`${line}\nanswers something else than the model.\n${(error as Error).message}`)
    }
  }

  private count(method: Method, what: string) {
    const counts = (this.report.outcomes[method] ??= {})
    counts[what] = (counts[what] ?? 0) + 1
  }

  /** Notes what to read of the records that a call may have written. */
  private note({ args: [argument], method }: Call, answer: any) {
    const record = argument ?? {}
    const add = (method: Method, ...args: unknown[]) => {
      const read = { method, args }
      if (args[0] !== undefined) this.reads.set(inspect(read), read)
    }
    const addUser = (id: unknown) => {
      add("getUser", id)
      add("listSessionsByUserId", id)
      add("listAccountsByUserId", id)
      add("listAuthenticatorsByUserId", id)
    }
    switch (method) {
      case "createUser":
      case "updateUser":
        addUser(answer?.id ?? record.id)
        return add("getUserByEmail", record.email)
      case "deleteUser":
        return addUser(argument)
      case "linkAccount":
      case "unlinkAccount":
        addUser(record.userId)
        add("getAccount", record.providerAccountId, record.provider)
        return add("getUserByAccount", {
          provider: record.provider,
          providerAccountId: record.providerAccountId,
        })
      case "createSession":
      case "updateSession":
        addUser(record.userId)
        return add("getSessionAndUser", record.sessionToken)
      case "deleteSession":
        return add("getSessionAndUser", argument)
      case "createAuthenticator":
        addUser(record.userId)
        return add("getAuthenticator", record.credentialID)
      case "updateAuthenticatorCounter":
      case "deleteAuthenticator":
        return add("getAuthenticator", argument)
    }
  }

  /** Reads all that the program was about, from all parties at once, and the table. */
  private async compareAll() {
    const { parties } = this.setup
    this.trace.push("// All reads at once:")
    const reads = [...this.reads.values(), ...ofNobody]
    await Promise.all(reads.map((read, at) => this.call(parties[at % parties.length]!, read)))
    await this.compareTable()
  }

  /** Deletes everybody. Then nothing is left. */
  private async deleteAll() {
    const { parties } = this.setup
    const { users, accounts, sessions, authenticators, verificationTokens } = this.model
    this.trace.push("// Delete everybody:")
    const owned = [...accounts.values()].map(({ record }) => record)
    owned.push(...sessions.values(), ...authenticators.values())
    const ids = new Set([...users.keys(), ...owned.map(({ userId }) => idKey(userId)!)])
    let at = 0
    for (const id of ids)
      await this.call(parties[at++ % parties.length]!, { method: "deleteUser", args: [id] })
    for (const token of [...verificationTokens.values()])
      await this.call(parties[at++ % parties.length]!, { method: "useVerificationToken", args: [token] })
    await this.compareTable()
    await this.empty()
  }

  private async compareTable() {
    const { table } = this.setup.scene
    const found = differences(await this.scan(), this.model, table)
    if (found.length > 0) this.fail(`The table differs from the model:\n${found.join("\n")}`)
  }

  /** The attributes of all items that `differences` compares. The document client fails on numbers of some others. */
  private async scan(): Promise<Item[]> {
    const { engine, table } = this.setup.scene
    const names = [table.partitionKey, table.sortKey, table.indexPartitionKey, table.indexSortKey]
    names.push("type", "userId")
    const items: Item[] = []
    let ExclusiveStartKey: object | undefined
    do {
      const { status, body } = await engine.request(
        "Scan",
        JSON.stringify({
          TableName: table.tableName,
          ConsistentRead: true,
          ProjectionExpression: names.map((_, at) => `#${at}`).join(", "),
          ExpressionAttributeNames: Object.fromEntries(names.map((name, at) => [`#${at}`, name])),
          ExclusiveStartKey,
        }),
      )
      if (status !== 200) throw new Error(`Scan: ${body}`)
      const page = JSON.parse(body)
      for (const item of page.Items)
        items.push(Object.fromEntries(Object.entries<any>(item).map(([name, { S, N }]) => [name, S ?? N])))
      ExclusiveStartKey = page.LastEvaluatedKey
    } while (ExclusiveStartKey)
    return items
  }

  private async empty() {
    const { engine, table } = this.setup.scene
    const all = await this.scan()
    const client = engine.documentClient()
    const names = [table.partitionKey, table.sortKey]
    for (let at = 0; at < all.length; at += 25) {
      const deletions = all.slice(at, at + 25).map((item) => ({
        DeleteRequest: { Key: Object.fromEntries(names.map((name) => [name, item[name]])) },
      }))
      await client.batchWrite({ RequestItems: { [table.tableName]: deletions } })
    }
  }

  private fail(what: string): never {
    throw new Error(`After\n\n${this.trace.join("\n")}\n\n${what}`)
  }
}

/** Whether an adapter has the method and does the right thing with the call. */
function canTake({ adapter }: Party, deviations: Deviation[], planned: PlannedCall) {
  return (
    typeof adapter[planned.method] === "function" && !deviations.some(({ applies }) => applies?.(planned))
  )
}

/** An answer without what the contract leaves open: the order of lists. */
function comparable(method: Method, answer: any): unknown {
  if (!/^list/.test(method) || !Array.isArray(answer)) return ordered(answer)
  const key = ({ provider, providerAccountId, sessionToken, credentialID }: Properties) =>
    inspect([provider, providerAccountId, sessionToken, credentialID])
  return ordered([...answer].sort((a, b) => (key(a) < key(b) ? -1 : 1)))
}
