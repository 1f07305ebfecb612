// The engines that the database tests run on: `describe.each(engines)("...", (engine) => ...)`.
//
// The embedded engine is always there, with a database of its own for each test file. DynamoDB Local joins when
// DYNAMODB_ENDPOINT says where it is (`npm run test:local`); its tables have random names. Both are looked at through
// the real AWS SDK for JavaScript, which sees what the adapter sees and shares none of its code.

import { randomUUID } from "node:crypto"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Readable } from "node:stream"
import { CreateTableCommand, DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb"
import { DynamoDBDocument, type TranslateConfig } from "@aws-sdk/lib-dynamodb"
import native from "../js/addon.js"

/** An answer in DynamoDB's wire format. */
export interface WireAnswer {
  status: number
  body: string
}

/** The options that name a table and its keys. */
export interface TableNames {
  tableName: string
  partitionKey: string
  sortKey: string
  indexName: string
  indexPartitionKey: string
  indexSortKey: string
}

export interface Engine {
  /** For the titles of tests. */
  name: string
  /** What the adapter takes as its connection. */
  connection(): {
    endpoint: string
    region: string
    credentials: { accessKeyId: string; secretAccessKey: string }
  }
  /** One request to the engine: `operation` such as `PutItem`, `body` in JSON. */
  request(operation: string, body: string): Promise<WireAnswer>
  /** An HTTP address of the engine. */
  endpoint(): Promise<string>
  /** The AWS SDK's document client on the same data. Values that JSON cannot tell apart come as the SDK has them. */
  documentClient(): DynamoDBDocument
  /** Makes a table with a random name; resolves to the adapter's options for it. */
  createTable(names?: Partial<TableNames>): Promise<TableNames>
}

export const region = "eu-central-1"
export const credentials = { accessKeyId: "test", secretAccessKey: "test" }

const defaultNames = {
  partitionKey: "pk",
  sortKey: "sk",
  indexName: "GSI1",
  indexPartitionKey: "GSI1PK",
  indexSortKey: "GSI1SK",
}

/** Names that share nothing with the defaults, reserved words of DynamoDB's among them. */
export const customNames = {
  partitionKey: "hash",
  sortKey: "range",
  indexName: "by-lookup",
  indexPartitionKey: "lookup hash",
  indexSortKey: "lookup#range",
}

async function createTable(engine: Engine, given: Partial<TableNames>): Promise<TableNames> {
  const names = { tableName: `auth-${randomUUID()}`, ...defaultNames, ...given }
  const client = engine.documentClient()
  const { partitionKey, sortKey, indexPartitionKey, indexSortKey } = names
  const attributes = [...new Set([partitionKey, sortKey, indexPartitionKey, indexSortKey])]
  await client.send(
    new CreateTableCommand({
      TableName: names.tableName,
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: keySchema(names.partitionKey, names.sortKey),
      GlobalSecondaryIndexes: [
        {
          IndexName: names.indexName,
          KeySchema: keySchema(names.indexPartitionKey, names.indexSortKey),
          Projection: { ProjectionType: "ALL" },
        },
      ],
      BillingMode: "PAY_PER_REQUEST",
    }),
  )
  return names
}

function keySchema(partitionKey: string, sortKey: string) {
  return [
    { AttributeName: partitionKey, KeyType: "HASH" as const },
    { AttributeName: sortKey, KeyType: "RANGE" as const },
  ]
}

const text = (body: string | Uint8Array) => (typeof body === "string" ? body : new TextDecoder().decode(body))

/** Like the SDK's own HTTP handler, but the answer comes from the engine in this process. */
function inProcessHandler(request: Engine["request"]): DynamoDBClientConfig["requestHandler"] {
  return {
    async handle(http: { headers: Record<string, string>; body: string | Uint8Array }) {
      const [, operation = ""] = (http.headers["x-amz-target"] ?? "").split(".")
      const { status, body } = await request(operation, text(http.body))
      const headers = { "content-type": "application/x-amz-json-1.0" }
      return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) } }
    },
  } as DynamoDBClientConfig["requestHandler"]
}

/** The AWS SDK's document client for a connection, the embedded engine's included. */
export function documentClient(
  { endpoint, ...config }: { endpoint: string; maxAttempts?: number },
  marshallOptions: TranslateConfig["marshallOptions"] = {
    removeUndefinedValues: true,
    convertClassInstanceToMap: true,
  },
): DynamoDBDocument {
  const where = /^(memory|file):/.test(endpoint)
    ? { requestHandler: inProcessHandler((operation, body) => embeddedRequest(endpoint, operation, body)) }
    : { endpoint }
  return DynamoDBDocument.from(new DynamoDBClient({ region, credentials, ...config, ...where }), {
    marshallOptions,
  })
}

function embeddedRequest(endpoint: string, operation: string, body: string): Promise<WireAnswer> {
  return native.embeddedRequest(endpoint, operation, body) as Promise<WireAnswer>
}

/** The text of a request's body. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The operation that a request asks for, such as `PutItem`. */
export function operationOf(request: IncomingMessage): string {
  const [, operation = ""] = String(request.headers["x-amz-target"]).split(".")
  return operation
}

/** Starts a server on a free port that keeps no process alive; resolves to its address. */
export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The embedded engine, with a database that nobody else uses. */
function embedded(): Engine {
  const memory = `memory:${randomUUID()}`
  let address: Promise<string> | undefined
  let client: DynamoDBDocument | undefined
  const engine: Engine = {
    name: "embedded",
    connection: () => ({ endpoint: memory, region, credentials }),
    request: (operation, body) => embeddedRequest(memory, operation, body),
    endpoint: () =>
      (address ??= listen(
        createServer(async (request, response) => {
          const { status, body } = await engine.request(operationOf(request), await bodyOf(request))
          response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(body)
        }),
      )),
    documentClient: () => (client ??= documentClient({ endpoint: memory })),
    createTable: (names = {}) => createTable(engine, names),
  }
  return engine
}

/** DynamoDB Local, or whatever else answers there. */
function local(endpoint: string): Engine {
  let client: DynamoDBDocument | undefined
  const engine: Engine = {
    name: "DynamoDB Local",
    connection: () => ({ endpoint, region, credentials }),
    async request(operation, body) {
      const answer = await fetch(endpoint, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/x-amz-json-1.0",
          "x-amz-target": `DynamoDB_20120810.${operation}`,
          // It looks at the key's id only.
          authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20120810/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
        },
      })
      return { status: answer.status, body: await answer.text() }
    },
    endpoint: async () => endpoint,
    documentClient: () => (client ??= documentClient({ endpoint })),
    createTable: (names = {}) => createTable(engine, names),
  }
  return engine
}

const { DYNAMODB_ENDPOINT } = process.env

export const engines: Engine[] = DYNAMODB_ENDPOINT ? [embedded(), local(DYNAMODB_ENDPOINT)] : [embedded()]
