// Tables from Better Auth's options: as definitions, and as what `generate` writes. What is written makes the same tables.

import { randomUUID } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb"
import { App, Stack } from "aws-cdk-lib"
import { Template } from "aws-cdk-lib/assertions"
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam"
import { betterAuth, type BetterAuthOptions } from "better-auth"
import { organization, twoFactor, username } from "better-auth/plugins"
import { afterAll, describe, expect, it } from "vitest"
import { parse, type ScalarTag } from "yaml"
import { type DynamoDBAdapterConfig, dynamodbAdapter } from "../../js/better-auth.mjs"
import { betterAuthTables, createTables, type TableDefinition } from "../../js/tables.js"
import { type Engine, engines } from "../engines"
import { permissions } from "../permissions"

const options: BetterAuthOptions = {
  plugins: [organization({ teams: { enabled: true } }), twoFactor(), username()],
  rateLimit: { storage: "database" },
}

/** Configurations whose tables have everything that a table may have. */
const configurations: Record<string, (prefix: string) => DynamoDBAdapterConfig> = {
  "zero configuration": (tablePrefix) => ({ tablePrefix }),
  "declared configuration": (prefix) => ({
    tables: {
      user: `${prefix}users`,
      session: `${prefix}sessions`,
      account: `${prefix}accounts`,
      verification: `${prefix}verifications`,
      emailLookups: `${prefix}email-lookups`,
      ...Object.fromEntries(
        ["organization", "team", "teamMember", "member", "invitation", "twoFactor", "rateLimit"].map(
          (model) => [model, `${prefix}${model}`],
        ),
      ),
    },
    enableEmailUniqueness: true,
    ttlAttribute: "expires",
    indexes: {
      user: { email: { indexName: "email", hashKey: "email", projection: "KEYS_ONLY" } },
      session: {
        userId: {
          indexName: "userId-expiresAt",
          hashKey: "userId",
          rangeKey: "expiresAt",
          projection: { include: ["ipAddress", "userAgent"] },
        },
      },
      rateLimit: { last: { indexName: "last", hashKey: "key", rangeKey: "lastRequest" } },
    },
    keySchemas: { member: { pkField: "organizationId", skField: "userId" } },
  }),
}

const folder = mkdtempSync(join(tmpdir(), "dynauth-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What Better Auth's `generate` writes into a file of this name. */
async function generate(config: DynamoDBAdapterConfig, file?: string) {
  const adapter = dynamodbAdapter(config)(options)
  const written = await adapter.createSchema!(options, file)
  expect(written.path).toBe(file ?? "better-auth-tables.yaml")
  return written
}

interface CloudFormation {
  Resources: Record<
    string,
    { Type: string; Properties: any; DeletionPolicy?: string; UpdateReplacePolicy?: string }
  >
}

/** The short forms of CloudFormation's functions in YAML: what they stand for. */
const functions: ScalarTag[] = [
  { tag: "!Ref", resolve: (name) => ({ Ref: name }) },
  { tag: "!Sub", resolve: (text) => ({ "Fn::Sub": text }) },
  { tag: "!GetAtt", resolve: (path) => ({ "Fn::GetAtt": path.split(".") }) },
]

async function cloudFormation(config: DynamoDBAdapterConfig): Promise<CloudFormation> {
  return parse((await generate(config)).code, { customTags: functions })
}

async function cdk(config: DynamoDBAdapterConfig): Promise<CloudFormation> {
  // Beside the tests, where aws-cdk-lib is found.
  const file = new URL(`./generated-${randomUUID()}.ts`, import.meta.url).pathname
  const { code } = await generate(config, file)
  writeFileSync(file, code)
  try {
    const { BetterAuthTables } = await import(/* @vite-ignore */ file)
    const stack = new Stack(new App(), "Auth")
    const tables = new BetterAuthTables(stack, "BetterAuth")
    const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") })
    tables.grantAccess(role)
    return Template.fromStack(stack).toJSON() as CloudFormation
  } finally {
    rmSync(file)
  }
}

/** The tables of a Terraform file, in CloudFormation's words: just enough of HCL for what is written here. */
async function terraform(config: DynamoDBAdapterConfig): Promise<CloudFormation> {
  const { code } = await generate(config, join(folder, `${randomUUID()}.tf`))
  const Resources: CloudFormation["Resources"] = {}
  for (const [, name, body] of code.matchAll(/^resource "aws_dynamodb_table" "(\w+)" \{\n(.*?)^\}$/gms)) {
    const blocks = (kind: string, indent: string, text: string) =>
      [...text.matchAll(new RegExp(`^${indent}${kind} \\{\\n(.*?)^${indent}\\}$`, "gms"))].map(
        ([, inner]) => inner!,
      )
    const value = (field: string, text: string) => {
      const [, found] = new RegExp(`^ +${field} = (.*)$`, "m").exec(text) ?? []
      return found === undefined ? undefined : JSON.parse(found)
    }
    const key = (text: string) => [
      { AttributeName: value("hash_key", text), KeyType: "HASH" },
      ...(value("range_key", text) ? [{ AttributeName: value("range_key", text), KeyType: "RANGE" }] : []),
    ]
    const own = body!.replace(/^ {2}\w+ \{\n.*?^ {2}\}$/gms, "")
    const indexes = blocks("global_secondary_index", "  ", body!)
    const [ttl] = blocks("ttl", "  ", body!)
    Resources[name!] = {
      Type: "AWS::DynamoDB::Table",
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        TableName: value("name", own),
        BillingMode: value("billing_mode", own),
        KeySchema: key(own),
        AttributeDefinitions: blocks("attribute", "  ", body!).map((text) => ({
          AttributeName: value("name", text),
          AttributeType: value("type", text),
        })),
        GlobalSecondaryIndexes: indexes.length
          ? indexes.map((text) => ({
              IndexName: value("name", text),
              KeySchema: key(text),
              Projection: {
                ProjectionType: value("projection_type", text),
                NonKeyAttributes: value("non_key_attributes", text),
              },
            }))
          : undefined,
        TimeToLiveSpecification: ttl && {
          AttributeName: value("attribute_name", ttl),
          Enabled: value("enabled", ttl),
        },
        DeletionProtectionEnabled: value("deletion_protection_enabled", own),
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: value("enabled", blocks("point_in_time_recovery", "  ", body!)[0]!),
        },
      },
    }
  }
  const [, policy] = /^data "aws_iam_policy_document" "\w+" \{\n(.*?)^\}$/ms.exec(code)!
  const statements = [...policy!.matchAll(/^ {2}statement \{\n(.*?)^ {2}\}$/gms)].map(([, statement]) => {
    const list = (field: string) => new RegExp(`^ +${field} = \\[(.*?)\\]$`, "ms").exec(statement!)![1]!
    return {
      Effect: "Allow",
      Action: [...list("actions").matchAll(/"(.*?)"/g)].map(([, action]) => action),
      Resource: list("resources").match(/aws_dynamodb_table\.\S+/g),
    }
  })
  Resources.access = {
    Type: "AWS::IAM::ManagedPolicy",
    Properties: { PolicyDocument: { Statement: statements } },
  }
  return { Resources }
}

/** The tables of a template. CDK's `TableV2` is a global table with one replica. */
function tablesOf(template: CloudFormation) {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type.startsWith("AWS::DynamoDB::"))
    .map(({ Properties: properties, ...table }) => {
      const { Replicas: [replica] = [{}], ...rest } = properties
      return { ...table, properties: { ...replica, ...rest } }
    })
}

/** Makes the tables of a template, as CloudFormation would. */
async function make(engine: Engine, template: CloudFormation): Promise<string[]> {
  const client = engine.documentClient()
  const names: string[] = []
  for (const { properties } of tablesOf(template)) {
    const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties
    const request = { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }
    await client.send(new CreateTableCommand(request as CreateTableCommandInput))
    const { TimeToLiveSpecification } = properties
    if (TimeToLiveSpecification)
      await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
    names.push(TableName)
  }
  return names
}

/** What a table is, as far as a template says it, without what its name begins with. */
async function description(engine: Engine, TableName: string, prefix: string) {
  const client = engine.documentClient()
  const { Table } = await client.send(new DescribeTableCommand({ TableName }))
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }))
  const byName = (left: any, right: any) => (left.name < right.name ? -1 : 1)
  return {
    name: TableName.replace(prefix, ""),
    attributes: (Table!.AttributeDefinitions ?? [])
      .map(({ AttributeName, AttributeType }) => `${AttributeName}: ${AttributeType}`)
      .sort(),
    key: Table!.KeySchema,
    indexes: (Table!.GlobalSecondaryIndexes ?? [])
      .map(({ IndexName: name, KeySchema, Projection }) => ({
        name,
        key: KeySchema,
        projection: Projection?.ProjectionType,
        attributes: Projection?.NonKeyAttributes?.toSorted?.() ?? Projection?.NonKeyAttributes,
      }))
      .sort(byName),
    billing: Table!.BillingModeSummary?.BillingMode,
    ttl: TimeToLiveDescription?.AttributeName,
  }
}

const formats = { CloudFormation: cloudFormation, CDK: cdk, Terraform: terraform }

describe.each(Object.entries(configurations))("tables of the %s", (_name, configuration) => {
  it("are one a model of Better Auth's schema, plugins included", () => {
    const names = betterAuthTables(options, configuration("p-")).map(({ tableName }) => tableName)
    for (const model of ["user", "session", "organization", "teamMember", "twoFactor", "rateLimit"]) {
      expect(names.filter((name) => name.startsWith(`p-${model}`))).not.toEqual([])
    }
    expect(new Set(names).size).toBe(names.length)
  })

  it("are those of the adapter that is the options' database", () => {
    const config = configuration("p-")
    const auth = betterAuth({
      ...options,
      baseURL: "http://localhost:3000",
      secret: "a secret that is long enough for Better Auth",
      database: dynamodbAdapter(config),
    })
    expect(betterAuthTables(auth.options)).toEqual(betterAuthTables(options, config))
  })

  describe.each(engines)("on $name", (engine) => {
    it("are made, and left alone when they are there", async () => {
      const prefix = `${randomUUID()}-`
      const definitions = betterAuthTables(options, configuration(prefix))
      const made = await createTables(engine.connection(), definitions)
      expect(made.toSorted?.() ?? made).toEqual(definitions.map(({ tableName }) => tableName).sort())
      const describeAll = () =>
        Promise.all(definitions.map(({ tableName }) => description(engine, tableName, prefix)))
      const before = await describeAll()
      expect(await createTables(engine.connection(), definitions)).toEqual([])
      expect(await describeAll()).toEqual(before)
    })

    it.each(Object.entries(formats))("are the same from %s", async (_format, format) => {
      const prefixes = { template: `${randomUUID()}-`, us: `${randomUUID()}-` }
      const template = await format(configuration(prefixes.template))
      const names = await make(engine, template)
      const definitions = betterAuthTables(options, configuration(prefixes.us))
      await createTables(engine.connection(), definitions)
      const described = await Promise.all(names.map((name) => description(engine, name, prefixes.template)))
      const expected = await Promise.all(
        definitions.map(({ tableName }) => description(engine, tableName, prefixes.us)),
      )
      const byName = (left: { name: string }, right: { name: string }) => (left.name < right.name ? -1 : 1)
      expect(described.sort(byName)).toEqual(expected.sort(byName))
      // So they are good for the adapter.
      expect(
        await createTables(engine.connection(), betterAuthTables(options, configuration(prefixes.template))),
      ).toEqual([])
    })
  })

  it.each(Object.entries(formats))("protect what is in them, in %s", async (_format, format) => {
    const tables = tablesOf(await format(configuration("p-")))
    expect(tables.length).toBe(betterAuthTables(options, configuration("p-")).length)
    for (const { properties, DeletionPolicy, UpdateReplacePolicy } of tables) {
      expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
        DeletionPolicy: "Retain",
        UpdateReplacePolicy: "Retain",
      })
      expect(properties.DeletionProtectionEnabled).toBe(true)
      expect(properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true)
    }
  })
})

describe("what generate writes", () => {
  it("says whether the file is there", async () => {
    const file = join(folder, "there.yaml")
    expect(await generate({}, file)).toMatchObject({ overwrite: false })
    writeFileSync(file, "")
    expect(await generate({}, file)).toMatchObject({ overwrite: true })
    expect(readFileSync(file, "utf8")).toBe("")
  })

  it("is refused for a file of another kind", async () => {
    const adapter = dynamodbAdapter({})(options)
    await expect(adapter.createSchema!(options, "schema.prisma")).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: expect.stringContaining(".yaml or .yml (CloudFormation), .ts (AWS CDK) or .tf (Terraform)"),
    })
  })

  it.each(Object.entries(formats))(
    "lets the app do what docs/iam.md says, in %s",
    async (_format, format) => {
      const policyOf = async (config: DynamoDBAdapterConfig) => {
        const { Resources } = await format(config)
        const [policy] = Object.values(Resources).filter(({ Type }) =>
          /^AWS::IAM::(Managed)?Policy$/.test(Type),
        )
        const { Statement } = policy!.Properties.PolicyDocument
        for (const { Resource } of Statement) expect(Resource).toHaveLength(betterAuthTables(options).length)
        return [...new Set(permissions(Statement))]
      }
      const page = readFileSync(new URL("../../docs/iam.md", import.meta.url), "utf8")
      const [, policy] = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json!))
      const documented = permissions(policy.Statement)
      expect(await policyOf({})).toEqual(documented)
      expect(page).toContain("`unsafeBatchUpdate: true` needs `dynamodb:BatchWriteItem` as well.")
      expect(await policyOf({ unsafeBatchUpdate: true })).toEqual(
        [...documented, "dynamodb:BatchWriteItem table"].sort(),
      )
    },
  )
})

describe("the schema that the core is given", () => {
  const tableOf = (given: BetterAuthOptions, name: string, config: DynamoDBAdapterConfig = {}) =>
    betterAuthTables(given, config).find(({ tableName }) => tableName === name) as TableDefinition

  it("has the names that rows are stored by", () => {
    const renamed: BetterAuthOptions = {
      user: { modelName: "people", fields: { email: "mail" } },
      session: { fields: { userId: "owner" } },
    }
    expect(tableOf(renamed, "better-auth-people")).toBeDefined()
    const { indexes } = tableOf(renamed, "better-auth-session")
    expect(indexes!.map(({ partitionKey }) => partitionKey)).toContain("owner")
    expect(tableOf({}, "better-auth-users", { usePlural: true })).toBeDefined()
  })

  it("has numbers as ids where Better Auth counts them", () => {
    const counted: BetterAuthOptions = { advanced: { database: { generateId: "serial" } } }
    const { partitionKey, numberAttributes } = tableOf(counted, "better-auth-user")
    expect(numberAttributes).toContain(partitionKey)
    expect(tableOf({}, "better-auth-user").numberAttributes ?? []).toEqual([])
  })
})

describe("betterAuthTables", () => {
  it("says what it wants", () => {
    const auth = betterAuth({
      baseURL: "http://localhost:3000",
      secret: "a secret that is long enough for Better Auth",
      database: dynamodbAdapter(),
    })
    expect(() => betterAuthTables(auth)).toThrow("Give its options: `auth.options`.")
    expect(() => betterAuthTables(undefined as any)).toThrow("`options` must be the options of Better Auth")
    expect(() => betterAuthTables({}, { tabels: {} } as any)).toThrow("Did you mean `tables`?")
  })

  it("checks the definitions that createTables is given", async () => {
    const definition = { tableName: "t", partitionKey: "pk" }
    await expect(
      createTables({ endpoint: "memory:" }, { ...definition, numberAttributes: "pk" } as any),
    ).rejects.toThrow("`definition.numberAttributes` must be an array of attribute names")
    const indexes = [{ indexName: "i", partitionKey: "a", projection: "NONE" }] as any
    await expect(createTables({ endpoint: "memory:" }, { ...definition, indexes })).rejects.toThrow(
      '`definition.indexes[0].projection` must be "ALL", "KEYS_ONLY" or { include: [attribute names] }',
    )
  })
})
