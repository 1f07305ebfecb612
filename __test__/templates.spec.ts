// The table as docs/ has it, as CloudFormation and as CDK, is the one that `createTables` makes, and the adapter works on it
// with the permissions that docs/ names.

import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
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
import { describe, expect, it } from "vitest"
import { parse, type ScalarTag } from "yaml"
import { AuthTable, AuthTableStack } from "../docs/cdk/auth-table"
import { DynamoDBAdapter } from "../index.js"
import { authJsTable, createTables } from "../js/tables.js"
import { type Engine, engines } from "./engines"
import { faultyEndpoint } from "./faults"
import { permissions, permissionsFor } from "./permissions"

/** A CloudFormation template, as JSON. */
interface CloudFormation {
  Parameters?: Record<string, { Default?: string }>
  Resources: Record<
    string,
    { Type: string; Properties: any; DeletionPolicy?: string; UpdateReplacePolicy?: string }
  >
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8")

/** The short forms of CloudFormation's functions in YAML: what they stand for. */
const functions: ScalarTag[] = [
  { tag: "!Ref", resolve: (name) => ({ Ref: name }) },
  { tag: "!Sub", resolve: (text) => ({ "Fn::Sub": text }) },
  { tag: "!GetAtt", resolve: (path) => ({ "Fn::GetAtt": path.split(".") }) },
]

/** The template of docs/cloudformation.yaml, with this name for the table or else the default one. */
function cloudFormation(tableName?: string): CloudFormation {
  const template = parse(read("docs/cloudformation.yaml"), { customTags: functions })
  return withParameters(template, tableName ? { TableName: tableName } : {})
}

function cdk(tableName?: string): CloudFormation {
  const stack = new AuthTableStack(new App(), "Auth", { tableName })
  return Template.fromStack(stack).toJSON() as CloudFormation
}

/** Puts the parameters' values in the place of references to them. */
function withParameters(template: CloudFormation, values: Record<string, string>): CloudFormation {
  const defaults = Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => [name, Default])
  const parameters = { ...Object.fromEntries(defaults), ...values }
  return JSON.parse(JSON.stringify(template), (_, value) => parameters[value?.Ref] ?? value)
}

/** The one table of a template. CDK's `TableV2` is a global table with one replica. */
function tableOf(template: CloudFormation) {
  const tables = Object.values(template.Resources).filter(({ Type }) => Type.startsWith("AWS::DynamoDB::"))
  expect(tables).toHaveLength(1)
  const [{ Properties: properties, ...table }] = tables as [CloudFormation["Resources"][string]]
  const { Replicas: [replica] = [{}], ...rest } = properties
  return { ...table, properties: { ...replica, ...rest } }
}

/** Makes the table of a template, as CloudFormation would. */
async function make(engine: Engine, template: CloudFormation): Promise<string> {
  const { properties } = tableOf(template)
  const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = properties
  const request = { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode }
  const client = engine.documentClient()
  await client.send(new CreateTableCommand(request as CreateTableCommandInput))
  const { TimeToLiveSpecification } = properties
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
  return TableName
}

/** What a table is, as far as a template says it. */
async function description(engine: Engine, TableName: string) {
  const client = engine.documentClient()
  const { Table } = await client.send(new DescribeTableCommand({ TableName }))
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }))
  const names = (Table!.AttributeDefinitions ?? []).map(
    ({ AttributeName, AttributeType }) => `${AttributeName}: ${AttributeType}`,
  )
  return {
    attributes: names.sort(),
    key: Table!.KeySchema,
    indexes: Table!.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
      IndexName,
      KeySchema,
      Projection,
    })),
    billing: Table!.BillingModeSummary?.BillingMode,
    ttl: TimeToLiveDescription?.AttributeName,
  }
}

const templates = [
  { name: "CloudFormation", withName: cloudFormation },
  { name: "CDK", withName: cdk },
]

describe.each(templates)("the table in $name", ({ withName }) => {
  it("has the adapter's default name, and protects what is in it", () => {
    const { properties, DeletionPolicy, UpdateReplacePolicy } = tableOf(withName())
    expect(properties.TableName).toBe(authJsTable().tableName)
    expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
    })
    expect(properties.DeletionProtectionEnabled).toBe(true)
    expect(properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true)
  })

  describe.each(engines)("on $name", (engine) => {
    it("is the one that createTables makes", async () => {
      const madeBy = {
        template: await make(engine, withName(`auth-${randomUUID()}`)),
        us: `auth-${randomUUID()}`,
      }
      const made = await createTables(engine.connection(), authJsTable({ tableName: madeBy.us }))
      expect(made).toEqual([madeBy.us])
      const described = await description(engine, madeBy.template)
      expect(described).toEqual(await description(engine, madeBy.us))
      expect(described).toMatchObject({ billing: "PAY_PER_REQUEST", ttl: "expires" })
    })

    it("is good for createTables, which leaves it alone, and for the adapter", async () => {
      const tableName = await make(engine, withName(`auth-${randomUUID()}`))
      expect(await createTables(engine.connection(), authJsTable({ tableName }))).toEqual([])

      const adapter = DynamoDBAdapter(engine.connection(), { tableName })
      const user = await adapter.createUser({
        id: randomUUID(),
        email: "ada@example.com",
        emailVerified: null,
      })
      const session = await adapter.createSession({
        sessionToken: randomUUID(),
        userId: user.id,
        expires: new Date(2e12),
      })
      expect(await adapter.getSessionAndUser(session.sessionToken)).toEqual({ session, user })
      expect(await adapter.getUserByEmail("ada@example.com")).toEqual(user)
      expect(await adapter.deleteUser(user.id)).toEqual(user)
      expect(await adapter.getSessionAndUser(session.sessionToken)).toBeNull()
    })
  })
})

// ---- permissions ----

/** Does everything that the adapter can do, on a table of its own; returns the permissions that this took. */
async function permissionsUsed(engine: Engine): Promise<string[]> {
  const names = await engine.createTable()
  const endpoint = await faultyEndpoint(engine)
  const adapter = DynamoDBAdapter(endpoint.connection(), names)
  const id = randomUUID()
  const email = "ada@example.com"
  const expires = new Date(2e12)

  await adapter.createVerificationToken({ identifier: email, token: "t", expires })
  await adapter.useVerificationToken({ identifier: email, token: "t" })
  await adapter.createUser({ id, email, emailVerified: null })
  await adapter.updateUser({ id, name: "Ada" })
  await adapter.updateUser({ id, email: "countess@example.com" })
  await adapter.getUser(id)
  await adapter.getUserByEmail(email)
  const account = { userId: id, provider: "github", providerAccountId: "1815", type: "oauth" as const }
  await adapter.linkAccount(account)
  await adapter.getUserByAccount(account)
  await adapter.getAccount(account.providerAccountId, account.provider)
  await adapter.unlinkAccount(account)
  await adapter.linkAccount(account)
  for (const sessionToken of ["s", "t"]) await adapter.createSession({ sessionToken, userId: id, expires })
  await adapter.getSessionAndUser("s")
  await adapter.listSessionsByUserId(id)
  await adapter.listAccountsByUserId(id)
  await adapter.updateSession({ sessionToken: "s", expires })
  await adapter.deleteSession("s")
  await adapter.createAuthenticator({
    userId: id,
    credentialID: "c",
    providerAccountId: "c",
    credentialPublicKey: "k",
    counter: 0,
    credentialDeviceType: "singleDevice",
    credentialBackedUp: false,
  })
  await adapter.getAuthenticator("c")
  await adapter.listAuthenticatorsByUserId(id)
  await adapter.updateAuthenticatorCounter("c", 1)
  await adapter.deleteAuthenticator("c")
  await adapter.deleteUser(id)

  // Another adapter, which knows no claims, has deleted a user: the claim is taken over.
  const gone = await adapter.createUser({ id: randomUUID(), email, emailVerified: null })
  const key = { [names.partitionKey]: `USER#${gone.id}`, [names.sortKey]: `USER#${gone.id}` }
  await engine.documentClient().delete({ TableName: names.tableName, Key: key })
  await adapter.createUser({ id: randomUUID(), email, emailVerified: null })

  return [...new Set(endpoint.requests.flatMap(permissionsFor))].sort()
}

/** The policies of docs/iam.md: for Auth.js, for Better Auth, for making tables. */
const policies: { Statement: any[] }[] = [...read("docs/iam.md").matchAll(/```json\n(.*?)```/gs)].map(
  ([, policy]) => JSON.parse(policy!),
)

it.each(["README.md", "llms.txt", "docs/iam.md"])(
  "%s names the permissions that @auth/dynamodb-adapter does not need",
  (page) => {
    const source = readFileSync(new URL(import.meta.resolve("@auth/dynamodb-adapter")), "utf8")
    const actions: Record<string, string> = { batchWrite: "BatchWriteItem", query: "Query" }
    const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
    const theirs = [...source.matchAll(/client\.(\w+)\(/g)].map(
      ([, call]) => actions[call!] ?? `${capital(call!)}Item`,
    )
    expect(theirs).toContain("PutItem")
    const missing = policies[0]!.Statement.flatMap(({ Action }) => Action).filter(
      (action) => !theirs.includes(action.replace("dynamodb:", "")),
    )
    const [sentence] = /[^.;]*`(?:dynamodb:)?BatchGetItem`[^.;]*/.exec(read(page))!
    const named = [...sentence.matchAll(/`(?:dynamodb:)?(\w+Item)`/g)].map(
      ([, action]) => `dynamodb:${action}`,
    )
    expect(named).toEqual(missing)
  },
)

describe.each(engines)("permissions on $name", (engine) => {
  it("docs/iam.md allows what the adapter does, and nothing else", async () => {
    expect(permissions(policies[0]!.Statement)).toEqual(await permissionsUsed(engine))
  })

  it("docs/iam.md allows what createTables does, and nothing else", async () => {
    const endpoint = await faultyEndpoint(engine)
    const definition = authJsTable({ tableName: `auth-${randomUUID()}` })
    expect(await createTables(endpoint.connection(), definition)).toEqual([definition.tableName])
    const used = new Set(endpoint.requests.flatMap(permissionsFor))
    expect([...new Set(permissions(policies[2]!.Statement))]).toEqual([...used].sort())
  })

  it("so does the policy in CloudFormation", async () => {
    const { Resources } = cloudFormation()
    const policy = Object.values(Resources).find(({ Type }) => Type === "AWS::IAM::ManagedPolicy")!
    expect(permissions(policy.Properties.PolicyDocument.Statement)).toEqual(await permissionsUsed(engine))
  })

  it("so does `grantAccess` in CDK", async () => {
    const stack = new Stack(new App(), "App")
    const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") })
    new AuthTable(stack, "AuthTable").grantAccess(role)
    const { Resources } = Template.fromStack(stack).toJSON() as CloudFormation
    const policy = Object.values(Resources).find(({ Type }) => Type === "AWS::IAM::Policy")!
    expect(permissions(policy.Properties.PolicyDocument.Statement)).toEqual(await permissionsUsed(engine))
  })
})
