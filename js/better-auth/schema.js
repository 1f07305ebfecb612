"use strict"

// Better Auth's schema, plugins included, as the native part takes it: under the names that rows are stored by.

/** A day: for rules whose window only a function knows, in seconds. */
const LONGEST_UNKNOWN_WINDOW = 86_400
/** The longest window of Better Auth's own rules for single paths, in seconds. */
const LONGEST_OWN_WINDOW = 60

/**
 * @param {any} helpers what createAdapterFactory hands to an adapter
 * @returns {{ models: object[], idType: "string" | "number", longestRateLimitWindow: number }}
 */
function nativeSchema({ schema, options, getModelName, getDefaultModelName }) {
  return {
    models: Object.entries(schema).map(([key, table]) =>
      model(key, table, getModelName, getDefaultModelName),
    ),
    idType: options.advanced?.database?.generateId === "serial" ? "number" : "string",
    longestRateLimitWindow: longestRateLimitWindow(options),
  }
}

/**
 * @param {string} key
 * @param {any} table
 * @param {(model: string) => string} getModelName
 * @param {(model: string) => string} getDefaultModelName
 */
function model(key, table, getModelName, getDefaultModelName) {
  const fields = Object.entries(table.fields).filter(([logical]) => logical !== "id")
  const nameOf = (/** @type {string} */ logical) => table.fields[logical]?.fieldName || logical
  return {
    key,
    name: getModelName(key),
    fields: fields.map(([logical, field]) => ({
      name: nameOf(logical),
      logical,
      // A list of words is a string that is one of them.
      type: Array.isArray(field.type) ? "string" : field.type,
      required: field.required !== false,
      unique: field.unique === true,
      index: field.index === true,
      bigint: field.bigint === true,
      references: field.references && {
        model: getDefaultModelName(field.references.model),
        field: field.references.field,
      },
    })),
    indexes: (table.indexes ?? []).map((/** @type {any} */ index) => ({
      fields: index.fields.map(nameOf),
      unique: index.unique === true,
      name: index.name,
    })),
  }
}

/**
 * For how many seconds a row of the rate limiter may be asked for.
 *
 * @param {any} options
 */
function longestRateLimitWindow({ rateLimit, plugins }) {
  const rules = [
    ...Object.values(rateLimit?.customRules ?? {}),
    ...(plugins ?? []).flatMap((/** @type {any} */ plugin) => plugin.rateLimit ?? []),
  ]
  const windows = rules.map((rule) => (typeof rule === "function" ? LONGEST_UNKNOWN_WINDOW : rule?.window))
  const known = [rateLimit?.window, ...windows].filter((window) => Number.isFinite(window))
  return Math.ceil(Math.max(LONGEST_OWN_WINDOW, ...known))
}

module.exports = { nativeSchema }
