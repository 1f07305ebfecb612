// One module for both systems, so that there is one of every class: this only names its exports.
import dynauth from "./index.js"

export const {
  DynamoDBAdapter,
  format,
  generateUpdateExpression,
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
} = dynauth
