// Everything is in CommonJS modules, so that there is one of every class; Better Auth itself is ESM, and imported here.
import { createAdapterFactory } from "better-auth/adapters"
import entry from "./better-auth/entry.js"

export const dynamodbAdapter = entry.createDynamodbAdapter(
  createAdapterFactory,
  () => import("better-auth/api"),
)
export const {
  dynamodbSecondaryStorage,
  explain,
  DynamoAdapterError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
  InvalidWhereError,
} = entry
