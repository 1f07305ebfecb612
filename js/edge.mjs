// As edge.js, with every name that the entries export: a bundler would otherwise fail on a missing name, and nobody would
// read why.
import "./edge.js"

export const DynamoDBAdapter = undefined
export const format = undefined
export const generateUpdateExpression = undefined
export const DynamoAdapterError = undefined
export const UnsupportedOperatorError = undefined
export const UnsupportedOptionError = undefined
export const InvalidWhereError = undefined
export const dynamodbAdapter = undefined
export const dynamodbSecondaryStorage = undefined
export const explain = undefined
export const authJsTable = undefined
export const betterAuthTables = undefined
export const createTables = undefined
export const secondaryStorageTable = undefined
