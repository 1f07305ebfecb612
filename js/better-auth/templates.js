"use strict"

// Tables as infrastructure code, for Better Auth's `generate`.

const { existsSync } = require("node:fs")
const { extname } = require("node:path")

const { invalidConfig } = require("../check.js")

/** @typedef {import("../tables.js").TableDefinition} TableDefinition */
/** @typedef {import("../tables.js").IndexDefinition} IndexDefinition */

const DEFAULT_FILE = "better-auth-tables.yaml"

/** What the adapter does with a table, as in docs/iam.md. */
const ACTIONS = [
  "dynamodb:GetItem",
  "dynamodb:BatchGetItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:ConditionCheckItem",
]
/** What `unsafeBatchUpdate` does besides. */
const BATCH_ACTION = "dynamodb:BatchWriteItem"
const INDEX_ACTION = "dynamodb:Query"

const PROTECTION =
  "A stack that is deleted by mistake, or makes a table anew, does not sign everybody out for good."

/** @type {Record<string, (tables: NamedTable[], actions: string[]) => string>} */
const WRITERS = { ".yaml": cloudFormation, ".yml": cloudFormation, ".ts": cdk, ".tf": terraform }

/**
 * @typedef {object} NamedTable
 * @property {string} id a name made of letters and digits, unlike all others
 * @property {TableDefinition} table
 */

/**
 * What `generate` writes into a file: CloudFormation, for `.ts` a construct of the AWS CDK, for `.tf` Terraform.
 *
 * @param {TableDefinition[]} tables
 * @param {{ file?: string, unsafeBatchUpdate?: boolean }} options
 */
function template(tables, { file = DEFAULT_FILE, unsafeBatchUpdate = false }) {
  const write = WRITERS[extname(file).toLowerCase()]
  if (!write) {
    throw invalidConfig(
      "The file to write must end with .yaml or .yml (CloudFormation), .ts (AWS CDK) or .tf (Terraform).",
    )
  }
  const actions = unsafeBatchUpdate ? [...ACTIONS, BATCH_ACTION] : ACTIONS
  return { code: write(withIds(tables), actions), path: file, overwrite: existsSync(file) }
}

/**
 * @param {TableDefinition[]} tables
 * @returns {NamedTable[]}
 */
function withIds(tables) {
  const taken = new Set()
  return tables.map((table) => {
    const words = table.tableName.split(/[^A-Za-z0-9]+/).filter(Boolean)
    const name = words.map((word) => word[0].toUpperCase() + word.slice(1)).join("") || "Table"
    const first = /^[0-9]/.test(name) ? `Table${name}` : name
    let id = first
    for (let number = 2; taken.has(id); number++) id = `${first}${number}`
    taken.add(id)
    return { id, table }
  })
}

/**
 * The key attributes of a table and its indexes, each once.
 *
 * @param {TableDefinition} table
 * @returns {{ name: string, type: "S" | "N" }[]}
 */
function keyAttributes({ partitionKey, sortKey, indexes = [], numberAttributes = [] }) {
  const keys = [{ partitionKey, sortKey }, ...indexes].flatMap((key) => [key.partitionKey, key.sortKey])
  const names = new Set(keys.filter((name) => name !== undefined))
  return [...names].map((name) => ({ name, type: numberAttributes.includes(name) ? "N" : "S" }))
}

/**
 * @param {IndexDefinition["projection"]} projection
 * @returns {{ type: "ALL" | "KEYS_ONLY" | "INCLUDE", attributes?: string[] }}
 */
function projectionOf(projection = "ALL") {
  return typeof projection === "string"
    ? { type: projection }
    : { type: "INCLUDE", attributes: projection.include }
}

/** JSON is YAML, TypeScript and, but for `${`, HCL. @param {unknown} value */
const json = (value) => JSON.stringify(value)

// ---- CloudFormation ----

/** @param {NamedTable[]} tables @param {string[]} actions */
function cloudFormation(tables, actions) {
  return [
    'AWSTemplateFormatVersion: "2010-09-09"',
    "Description: The tables of Better Auth with the DynamoDB adapter dynauth",
    "",
    "Resources:",
    ...tables.flatMap(({ id, table }, index) => cloudFormationTable(id, table, index === 0)),
    "  # What the app may do: attach it to the role that the app runs as.",
    "  BetterAuthAccess:",
    "    Type: AWS::IAM::ManagedPolicy",
    "    Properties:",
    "      Description: Better Auth on its tables",
    "      PolicyDocument:",
    '        Version: "2012-10-17"',
    "        Statement:",
    "          - Effect: Allow",
    "            Action:",
    ...actions.map((action) => `              - ${action}`),
    "            Resource:",
    ...tables.map(({ id }) => `              - !GetAtt ${id}.Arn`),
    "          - Effect: Allow",
    `            Action: ${INDEX_ACTION}`,
    "            Resource:",
    ...tables.map(({ id }) => `              - !Sub "\${${id}.Arn}/index/*"`),
    "",
    "Outputs:",
    "  AccessPolicyArn:",
    "    Description: For the role that the app runs as",
    "    Value: !Ref BetterAuthAccess",
    "",
  ].join("\n")
}

/**
 * @param {string} id
 * @param {TableDefinition} table
 * @param {boolean} isFirst
 */
function cloudFormationTable(id, table, isFirst) {
  const { indexes = [], ttlAttribute } = table
  /** @type {(key: { partitionKey: string, sortKey?: string }, indent: string) => string[]} */
  const keySchema = ({ partitionKey, sortKey }, indent) => [
    `${indent}KeySchema:`,
    `${indent}  - { AttributeName: ${json(partitionKey)}, KeyType: HASH }`,
    ...(sortKey === undefined ? [] : [`${indent}  - { AttributeName: ${json(sortKey)}, KeyType: RANGE }`]),
  ]
  /** @param {IndexDefinition} index */
  const indexLines = (index) => {
    const { type, attributes } = projectionOf(index.projection)
    const rest = attributes ? `, NonKeyAttributes: ${json(attributes)}` : ""
    return [
      `        - IndexName: ${json(index.indexName)}`,
      ...keySchema(index, "          "),
      `          Projection: { ProjectionType: ${type}${rest} }`,
    ]
  }
  return [
    `  ${id}:`,
    "    Type: AWS::DynamoDB::Table",
    ...(isFirst ? [`    # ${PROTECTION}`] : []),
    "    DeletionPolicy: Retain",
    "    UpdateReplacePolicy: Retain",
    "    Properties:",
    `      TableName: ${json(table.tableName)}`,
    "      BillingMode: PAY_PER_REQUEST",
    "      AttributeDefinitions:",
    ...keyAttributes(table).map(
      ({ name, type }) => `        - { AttributeName: ${json(name)}, AttributeType: ${type} }`,
    ),
    ...keySchema(table, "      "),
    ...(indexes.length > 0 ? ["      GlobalSecondaryIndexes:", ...indexes.flatMap(indexLines)] : []),
    ...(ttlAttribute === undefined
      ? []
      : [
          "      TimeToLiveSpecification:",
          `        AttributeName: ${json(ttlAttribute)}`,
          "        Enabled: true",
        ]),
    "      PointInTimeRecoverySpecification:",
    "        PointInTimeRecoveryEnabled: true",
    "      DeletionProtectionEnabled: true",
    "",
  ]
}

// ---- AWS CDK ----

/** @param {NamedTable[]} tables @param {string[]} actions */
function cdk(tables, actions) {
  const all = tables.map(({ table }) => table)
  const includes = all.some(({ indexes = [] }) =>
    indexes.some(({ projection }) => projectionOf(projection).type !== "ALL"),
  )
  const numbers = all.some((table) => keyAttributes(table).some(({ type }) => type === "N"))
  return [
    'import { RemovalPolicy } from "aws-cdk-lib"',
    `import { AttributeType, ${includes ? "ProjectionType, " : ""}TableV2, type TablePropsV2 } from "aws-cdk-lib/aws-dynamodb"`,
    'import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam"',
    'import { Construct } from "constructs"',
    "",
    "const string = (name: string) => ({ name, type: AttributeType.STRING })",
    ...(numbers ? ["const number = (name: string) => ({ name, type: AttributeType.NUMBER })"] : []),
    "",
    "/** The tables of Better Auth with the DynamoDB adapter dynauth. */",
    "export class BetterAuthTables extends Construct {",
    "  readonly tables: TableV2[] = []",
    "",
    "  constructor(scope: Construct, id: string) {",
    "    super(scope, id)",
    ...tables.flatMap(({ id, table }) => cdkTable(id, table)),
    "  }",
    "",
    "  private add(id: string, props: TablePropsV2) {",
    "    const table = new TableV2(this, id, {",
    "      ...props,",
    "      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },",
    `      // ${PROTECTION}`,
    "      deletionProtection: true,",
    "      removalPolicy: RemovalPolicy.RETAIN,",
    "    })",
    "    this.tables.push(table)",
    "  }",
    "",
    "  /** Allows what the adapter does, and nothing else: for the role that the app runs as. */",
    "  grantAccess(grantee: IGrantable) {",
    "    const resourceArns = this.tables.map(({ tableArn }) => tableArn)",
    "    const actions = [",
    ...actions.map((action) => `      ${json(action)},`),
    "    ]",
    "    Grant.addToPrincipal({ grantee, actions, resourceArns })",
    "    Grant.addToPrincipal({",
    "      grantee,",
    `      actions: [${json(INDEX_ACTION)}],`,
    "      resourceArns: resourceArns.map((arn) => `${arn}/index/*`),",
    "    })",
    "  }",
    "}",
    "",
  ].join("\n")
}

/**
 * @param {string} id
 * @param {TableDefinition} table
 */
function cdkTable(id, table) {
  const { tableName, indexes = [], ttlAttribute, numberAttributes = [] } = table
  /** @param {string} name */
  const attribute = (name) => `${numberAttributes.includes(name) ? "number" : "string"}(${json(name)})`
  /** @type {(key: { partitionKey: string, sortKey?: string }, indent: string) => string[]} */
  const key = ({ partitionKey, sortKey }, indent) => [
    `${indent}partitionKey: ${attribute(partitionKey)},`,
    ...(sortKey === undefined ? [] : [`${indent}sortKey: ${attribute(sortKey)},`]),
  ]
  /** @param {IndexDefinition} index */
  const indexLines = (index) => {
    const { type, attributes } = projectionOf(index.projection)
    return [
      "        {",
      `          indexName: ${json(index.indexName)},`,
      ...key(index, "          "),
      ...(type === "ALL" ? [] : [`          projectionType: ProjectionType.${type},`]),
      ...(attributes ? [`          nonKeyAttributes: ${json(attributes)},`] : []),
      "        },",
    ]
  }
  return [
    `    this.add(${json(id)}, {`,
    `      tableName: ${json(tableName)},`,
    ...key(table, "      "),
    ...(indexes.length > 0
      ? ["      globalSecondaryIndexes: [", ...indexes.flatMap(indexLines), "      ],"]
      : []),
    ...(ttlAttribute === undefined ? [] : [`      timeToLiveAttribute: ${json(ttlAttribute)},`]),
    "    })",
  ]
}

// ---- Terraform ----

/** @param {NamedTable[]} tables @param {string[]} actions */
function terraform(tables, actions) {
  const names = tables.map(({ id, table }) => ({ name: snakeCase(id), table }))
  return [
    "# The tables of Better Auth with the DynamoDB adapter dynauth.",
    "",
    ...names.flatMap(({ name, table }) => terraformTable(name, table)),
    "# What the app may do: attach it to the role that the app runs as.",
    'data "aws_iam_policy_document" "better_auth_access" {',
    "  statement {",
    "    actions = [",
    ...actions.map((action) => `      ${json(action)},`),
    "    ]",
    "    resources = [",
    ...names.map(({ name }) => `      aws_dynamodb_table.${name}.arn,`),
    "    ]",
    "  }",
    "  statement {",
    `    actions = [${json(INDEX_ACTION)}]`,
    "    resources = [",
    ...names.map(({ name }) => `      "\${aws_dynamodb_table.${name}.arn}/index/*",`),
    "    ]",
    "  }",
    "}",
    "",
  ].join("\n")
}

/** @param {string} id */
function snakeCase(id) {
  return id.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase()
}

/**
 * @param {string} name
 * @param {TableDefinition} table
 */
function terraformTable(name, table) {
  const { tableName, indexes = [], ttlAttribute } = table
  /** @param {unknown} value */
  const hcl = (value) => json(value).replace(/[$%](?=\{)/g, (sign) => sign + sign)
  /** @type {(key: { partitionKey: string, sortKey?: string }, indent: string) => string[]} */
  const key = ({ partitionKey, sortKey }, indent) => [
    `${indent}hash_key = ${hcl(partitionKey)}`,
    ...(sortKey === undefined ? [] : [`${indent}range_key = ${hcl(sortKey)}`]),
  ]
  /** @param {IndexDefinition} index */
  const indexLines = (index) => {
    const { type, attributes } = projectionOf(index.projection)
    return [
      "",
      "  global_secondary_index {",
      `    name = ${hcl(index.indexName)}`,
      ...key(index, "    "),
      `    projection_type = ${hcl(type)}`,
      ...(attributes ? [`    non_key_attributes = ${hcl(attributes)}`] : []),
      "  }",
    ]
  }
  return [
    `resource "aws_dynamodb_table" ${hcl(name)} {`,
    `  name = ${hcl(tableName)}`,
    '  billing_mode = "PAY_PER_REQUEST"',
    ...key(table, "  "),
    "  deletion_protection_enabled = true",
    ...keyAttributes(table).flatMap(({ name, type }) => [
      "",
      "  attribute {",
      `    name = ${hcl(name)}`,
      `    type = ${hcl(type)}`,
      "  }",
    ]),
    ...indexes.flatMap(indexLines),
    ...(ttlAttribute === undefined
      ? []
      : ["", "  ttl {", `    attribute_name = ${hcl(ttlAttribute)}`, "    enabled = true", "  }"]),
    "",
    "  point_in_time_recovery {",
    "    enabled = true",
    "  }",
    "}",
    "",
  ]
}

module.exports = { template }
