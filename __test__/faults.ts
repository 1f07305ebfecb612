// An HTTP address in front of an engine, on which requests are counted and things go wrong when a test asks for it:
// answers are lost, parts of batches are left unprocessed, reads lag behind writes.

import { createServer, type ServerResponse } from "node:http"
import { setTimeout as sleep } from "node:timers/promises"
import { bodyOf, credentials, type Engine, listen, operationOf, region, type WireAnswer } from "./engines"

/** A value in DynamoDB's wire format, such as `{ S: "text" }`. */
type WireValue = Record<string, unknown>
type WireItem = Record<string, WireValue>

/** A request as it came. */
export interface WireRequest {
  operation: string
  body: any
}

/** What goes wrong with a request. */
export type Fault =
  /** It is carried out, but its answer never arrives: the connection breaks. */
  | "lost answer"
  /** It is not carried out: the connection breaks. */
  | "lost request"
  /** It is not carried out: too many requests. */
  | "throttled"
  /** It is not carried out: DynamoDB has a fault. */
  | "server error"
  /** Of a batch, only the first entry is carried out; the others come back as unprocessed. */
  | "unprocessed"
  /** Of a batch, nothing is carried out, and all comes back as unprocessed. */
  | "nothing processed"
  /** It is not carried out, and there is no answer. */
  | "no answer"
  /** It is carried out after a delay, or befallen by this then. */
  | { delay: number; then?: keyof typeof errors }
  /** It is carried out; then this is called, and it is answered when what comes of it resolves. */
  | { hold: () => Promise<unknown> }
  /** It is not carried out; this is the answer. */
  | WireAnswer

/** Which requests a fault befalls. */
export interface Occasion {
  /** Of this operation, or one of these. Default: any. */
  operation?: string | string[]
  /** Which also are like this. */
  where?: (request: WireRequest) => boolean
  /** Let this many pass first. Default: 0. */
  after?: number
  /** Then befall this many. Default: 1. */
  times?: number
}

export interface FaultyEndpoint {
  /** The adapter's connection to it. */
  connection(settings?: object): any
  /** The requests so far, in the order of their arrival. */
  requests: WireRequest[]
  /** The operations of the requests since the last call of `forget`. */
  operations(): string[]
  /** Starts the list of requests anew. */
  forget(): void
  /** Lets something go wrong; resolves when it has for the last time. */
  inject(fault: Fault, occasion?: Occasion): Promise<void>
  /** From now on nothing goes wrong that was injected. */
  heal(): void
  /** Shows the indexes as they were this many milliseconds ago: without fresh items, with those just deleted. */
  lagIndexes(milliseconds: number): void
  /** Shows the table, too, as it was this many milliseconds ago, where a read does not ask for `ConsistentRead`. */
  lagReads(milliseconds: number): void
  close(): void
}

const errors = {
  throttled: {
    status: 400,
    body: JSON.stringify({
      __type: "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
      message: "The level of configured provisioned throughput for the table was exceeded.",
    }),
  },
  "server error": {
    status: 500,
    body: JSON.stringify({
      __type: "com.amazonaws.dynamodb.v20120810#InternalServerError",
      message: "The request processing has failed because of an unknown error, exception or failure.",
    }),
  },
}

/** Starts one. It keeps no process alive. */
export async function faultyEndpoint(engine: Engine): Promise<FaultyEndpoint> {
  const injected: { fault: Fault; matches: (request: WireRequest) => boolean }[] = []
  const requests: WireRequest[] = []
  const history = new History(engine)
  let indexLag = 0
  let readLag = 0

  const carryOut = (request: WireRequest): Promise<WireAnswer> => {
    if (indexLag === 0 && readLag === 0)
      return engine.request(request.operation, JSON.stringify(request.body))
    return history.carryOut(request, Date.now() - indexLag, Date.now() - readLag)
  }

  const answer = async (request: WireRequest, response: ServerResponse) => {
    const fault = injected.find(({ matches }) => matches(request))?.fault
    const reply = ({ status, body }: WireAnswer) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(body)
    }
    switch (fault) {
      case undefined:
        return reply(await carryOut(request))
      case "lost answer":
        await carryOut(request)
        return response.destroy()
      case "lost request":
        return response.destroy()
      case "throttled":
      case "server error":
        return reply(errors[fault])
      case "no answer":
        return
      case "unprocessed":
        return reply(await carryOutFirst(request, carryOut))
      case "nothing processed":
        return reply(unprocessed(request))
      default:
        if ("status" in fault) return reply(fault)
        if ("hold" in fault) {
          const carriedOut = await carryOut(request)
          await fault.hold()
          return reply(carriedOut)
        }
        await sleep(fault.delay)
        return reply(fault.then ? errors[fault.then] : await carryOut(request))
    }
  }

  const server = createServer(async (incoming, response) => {
    const request = { operation: operationOf(incoming), body: JSON.parse(await bodyOf(incoming)) }
    requests.push(request)
    await answer(request, response).catch((error: unknown) => {
      // A fault of the test's own must not look like one of the database's.
      console.error(error)
      response.destroy()
    })
  })
  const endpoint = await listen(server)

  return {
    requests,
    connection: (settings = {}) => ({ endpoint, region, credentials, ...settings }),
    operations: () => requests.map(({ operation }) => operation),
    forget: () => void requests.splice(0),
    inject(fault, { operation, where, after = 0, times = 1 } = {}) {
      return new Promise((resolve) => {
        injected.push({
          fault,
          matches(request) {
            if (times === 0) return false
            if (operation && ![operation].flat().includes(request.operation)) return false
            if (where && !where(request)) return false
            if (after > 0) {
              after -= 1
              return false
            }
            times -= 1
            if (times === 0) resolve()
            return true
          },
        })
      })
    },
    heal: () => void injected.splice(0),
    lagIndexes(milliseconds) {
      indexLag = milliseconds
    },
    lagReads(milliseconds) {
      readLag = milliseconds
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The answer to a batch of which nothing was carried out. */
function unprocessed({ operation, body }: WireRequest): WireAnswer {
  const answer =
    operation === "BatchGetItem"
      ? { Responses: {}, UnprocessedKeys: body.RequestItems }
      : { UnprocessedItems: body.RequestItems }
  return { status: 200, body: JSON.stringify(answer) }
}

/** Carries out a batch's first entry and leaves the others unprocessed. */
async function carryOutFirst(
  { operation, body }: WireRequest,
  carryOut: (request: WireRequest) => Promise<WireAnswer>,
): Promise<WireAnswer> {
  const [[table, entries]] = Object.entries<any>(body.RequestItems) as [[string, any]]
  const split = (list: unknown[]) => [list.slice(0, 1), list.slice(1)]
  const batchGet = operation === "BatchGetItem"
  const [first, others] = split(batchGet ? entries.Keys : entries)
  const entry = (list: unknown) => ({ [table]: batchGet ? { ...entries, Keys: list } : list })
  const { status, body: answer } = await carryOut({
    operation,
    body: { ...body, RequestItems: entry(first) },
  })
  const unprocessed = others?.length ? entry(others) : {}
  const name = batchGet ? "UnprocessedKeys" : "UnprocessedItems"
  return { status, body: JSON.stringify({ ...JSON.parse(answer), [name]: unprocessed }) }
}

/** A write: what the item was before it, if it was there. */
interface Change {
  table: string
  key: string
  time: number
  before: WireItem | undefined
}

interface Schema {
  table: string[]
  indexes: Record<string, string[]>
}

/** Remembers what items were, so that reads can be answered from the past. */
class History {
  private changes: Change[] = []
  private schemas = new Map<string, Promise<Schema>>()
  private last: Promise<unknown> = Promise.resolve()

  constructor(private engine: Engine) {}

  async carryOut(request: WireRequest, indexTime: number, readTime: number): Promise<WireAnswer> {
    const written = writtenItems(request)
    if (written.length > 0) {
      // One after the other, so that what is noted as "before" is.
      const turn = this.last.then(() => this.write(request, written))
      this.last = turn.catch(() => {})
      return turn
    }
    const answer = await this.send(request.operation, request.body)
    if (answer.status !== 200) return answer
    const result = JSON.parse(answer.body)
    await this.rewind(request, result, indexTime, readTime)
    return { status: 200, body: JSON.stringify(result) }
  }

  private send(operation: string, body: unknown): Promise<WireAnswer> {
    return this.engine.request(operation, JSON.stringify(body))
  }

  private async ask(operation: string, body: unknown): Promise<any> {
    const answer = await this.send(operation, body)
    if (answer.status !== 200) throw new Error(`${operation}: ${answer.body}`)
    return JSON.parse(answer.body)
  }

  private schema(table: string): Promise<Schema> {
    let schema = this.schemas.get(table)
    if (!schema) {
      const names = (keys: { AttributeName: string }[]) => keys.map(({ AttributeName }) => AttributeName)
      schema = this.ask("DescribeTable", { TableName: table }).then(({ Table }) => ({
        table: names(Table.KeySchema),
        indexes: Object.fromEntries(
          (Table.GlobalSecondaryIndexes ?? []).map((index: any) => [index.IndexName, names(index.KeySchema)]),
        ),
      }))
      this.schemas.set(table, schema)
    }
    return schema
  }

  private async keyOf(table: string, item: WireItem): Promise<WireItem> {
    const { table: names } = await this.schema(table)
    return Object.fromEntries(names.map((name) => [name, item[name]!]))
  }

  private async write(
    request: WireRequest,
    written: { table: string; item: WireItem }[],
  ): Promise<WireAnswer> {
    const changes: Change[] = []
    for (const { table, item } of written) {
      const key = await this.keyOf(table, item)
      const { Item } = await this.ask("GetItem", { TableName: table, Key: key, ConsistentRead: true })
      changes.push({ table, key: JSON.stringify(key), time: 0, before: Item })
    }
    const answer = await this.send(request.operation, request.body)
    if (answer.status === 200) {
      const time = Date.now()
      this.changes.push(...changes.map((change) => ({ ...change, time })))
    }
    return answer
  }

  /** The items that have changed since, as they were then. */
  private past(table: string, since: number): Map<string, WireItem | undefined> {
    const past = new Map<string, WireItem | undefined>()
    for (const change of this.changes) {
      if (change.table === table && change.time > since && !past.has(change.key))
        past.set(change.key, change.before)
    }
    return past
  }

  /** Makes the result of a read what it would have been. */
  private async rewind({ operation, body }: WireRequest, result: any, indexTime: number, readTime: number) {
    const rewound = async (table: string, items: WireItem[], past: Map<string, WireItem | undefined>) => {
      const unchanged: WireItem[] = []
      for (const item of items) {
        if (!past.has(JSON.stringify(await this.keyOf(table, item)))) unchanged.push(item)
      }
      return unchanged
    }
    if (operation === "GetItem" && !body.ConsistentRead) {
      const past = this.past(body.TableName, readTime)
      const key = JSON.stringify(await this.keyOf(body.TableName, body.Key))
      if (past.has(key)) result.Item = past.get(key)
    } else if (operation === "BatchGetItem") {
      for (const [table, { Keys, ConsistentRead }] of Object.entries<any>(body.RequestItems)) {
        if (ConsistentRead) continue
        const past = this.past(table, readTime)
        const items = await rewound(table, result.Responses[table] ?? [], past)
        for (const key of Keys) {
          const item = past.get(JSON.stringify(await this.keyOf(table, key)))
          if (item) items.push(item)
        }
        result.Responses[table] = items
      }
    } else if (operation === "Scan" && !body.ConsistentRead) {
      const past = this.past(body.TableName, body.IndexName ? indexTime : readTime)
      const items = await rewound(body.TableName, result.Items, past)
      for (const item of past.values()) if (item) items.push(item)
      result.Items = items
      result.Count = items.length
    } else if (operation === "Query" && (body.IndexName || !body.ConsistentRead)) {
      const past = this.past(body.TableName, body.IndexName ? indexTime : readTime)
      const items = await rewound(body.TableName, result.Items, past)
      for (const item of past.values()) if (item && meets(item, body)) items.push(item)
      result.Items = items
      result.Count = items.length
    }
  }
}

/** The items that a request writes: at least their keys. */
function writtenItems({ operation, body }: WireRequest): { table: string; item: WireItem }[] {
  switch (operation) {
    case "PutItem":
      return [{ table: body.TableName, item: body.Item }]
    case "UpdateItem":
    case "DeleteItem":
      return [{ table: body.TableName, item: body.Key }]
    case "TransactWriteItems":
      return body.TransactItems.filter((action: any) => !action.ConditionCheck).map((action: any) => {
        const { TableName, Item, Key } = action.Put ?? action.Update ?? action.Delete
        return { table: TableName, item: Item ?? Key }
      })
    case "BatchWriteItem":
      return Object.entries<any>(body.RequestItems).flatMap(([table, writes]) =>
        writes.map((write: any) => ({ table, item: write.PutRequest?.Item ?? write.DeleteRequest.Key })),
      )
    default:
      return []
  }
}

/** Whether an item meets the key condition of a query: comparisons and `begins_with`, joined by AND. */
function meets(item: WireItem, body: any): boolean {
  const name = (placeholder: string) => body.ExpressionAttributeNames?.[placeholder] ?? placeholder
  const comparable = (value: WireValue | undefined) =>
    value?.N !== undefined ? Number(value.N) : ((value?.S ?? value?.B) as string | undefined)
  return body.KeyConditionExpression.replace(/[()]/g, " ")
    .split(/\s+AND\s+/i)
    .every((condition: string) => {
      const comparison = /^\s*(\S+)\s*(=|<=?|>=?)\s*(\S+)\s*$/.exec(condition)
      if (comparison) {
        const [, field, operator, placeholder] = comparison as unknown as [string, string, string, string]
        const left = comparable(item[name(field)])
        const right = comparable(body.ExpressionAttributeValues[placeholder])!
        if (left === undefined) return false
        if (operator === "=") return left === right
        if (left === right) return operator.endsWith("=")
        return left < right === operator.startsWith("<")
      }
      const prefix = /^\s*begins_with\s+(\S+?)\s*,\s*(\S+)\s*$/.exec(condition)
      if (!prefix) throw new Error(`this key condition is not known to the test endpoint: ${condition}`)
      const start = body.ExpressionAttributeValues[prefix[2]!].S as string
      return ((item[name(prefix[1]!)]?.S as string | undefined) ?? "").startsWith(start)
    })
}
