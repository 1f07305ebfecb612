// Errors as users meet them: classes, fields, and one set of them for both module systems.
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { inspect } from "node:util"
import { afterEach, describe, expect, it } from "vitest"
import * as commonJs from "../index.js"
import { type Stub, failing, startStub } from "./stub.js"

const {
  DynamoAdapterError,
  DynamoDBAdapter,
  InvalidWhereError,
  UnsupportedOperatorError,
  UnsupportedOptionError,
} = commonJs

let stub: Stub | undefined
afterEach(() => stub?.close())

async function rejection(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    () => expect.unreachable("it was accepted"),
    (error: unknown) => error,
  )
}

async function failedBy(name: string, message: string) {
  stub = await startStub(failing(name, message))
  const adapter = DynamoDBAdapter(
    {
      region: "eu-north-1",
      endpoint: stub.url,
      credentials: { accessKeyId: "KEY", secretAccessKey: "very secret" },
      maxAttempts: 1,
    },
    { tableName: "users" },
  )
  return rejection(adapter.getUser("user-1"))
}

describe("a rejection", () => {
  it("is an Error with code, operation, table and cause", async () => {
    const error = await failedBy("ResourceNotFoundException", "Requested resource not found")
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(DynamoAdapterError)
    expect(error.name).toBe("DynamoAdapterError")
    expect(error).toMatchObject({ code: "TABLE_NOT_FOUND", operation: "getUser", table: "users" })
    expect(error.message).toMatch(/^getUser on table "users": /)
    expect(error.cause).toBeInstanceOf(Error)
    expect(error.cause).toMatchObject({
      name: "ResourceNotFoundException",
      message: "Requested resource not found",
      requestId: "REQUEST-1",
    })
    expect(Object.keys(error).sort()).toEqual(["code", "operation", "table"])
  })

  it("holds no key and no credential, also when it is printed", async () => {
    const error = await failedBy(
      "AccessDeniedException",
      "User is not authorized to perform: dynamodb:GetItem",
    )
    expect(error.code).toBe("ACCESS_DENIED")
    const printed = inspect(error, { depth: 10, showHidden: true })
    expect(printed).toContain("DynamoAdapterError")
    expect(printed).toContain("ACCESS_DENIED")
    expect(printed).not.toContain("very secret")
    expect(printed).not.toContain("user-1")
  })

  it("shows the asynchronous caller", async () => {
    async function theCallerOfTheAdapter() {
      stub = await startStub(failing("ResourceNotFoundException", "not there"))
      const credentials = { accessKeyId: "KEY", secretAccessKey: "s" }
      await DynamoDBAdapter({ region: "eu-north-1", endpoint: stub.url, credentials }).getUser("a")
    }
    expect((await rejection(theCallerOfTheAdapter())).stack).toContain("theCallerOfTheAdapter")
  })
})

describe("the codes", () => {
  const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8")

  it("have the same comments in TypeScript as in the core, each its own", () => {
    const [, codes] = /^codes! \{\n(.*?)^\}/ms.exec(read("src/error.rs"))!
    const inRust = [...codes!.matchAll(/^ {4}\/\/\/ (.*)\n {4}\w+ = "(\w+)",$/gm)]
    const [, union] = /^export type ErrorCode =\n(.*?)\n\n/ms.exec(read("js/errors.d.ts"))!
    const inTypeScript = [...union!.matchAll(/^ {2}\/\*\* (.*) \*\/\n {2}\| "(\w+)"$/gm)]

    const words = inRust.map(([, comment, code]) => `${code}: ${comment}`)
    expect(inTypeScript.map(([, comment, code]) => `${code}: ${comment}`)).toEqual(words)
    expect(words).toHaveLength(codes!.match(/ = "/g)!.length)
    expect(words).toHaveLength(union!.match(/\| "/g)!.length)
    expect(new Set(inRust.map(([, comment]) => comment)).size).toBe(words.length)
  })
})

describe("the classes", () => {
  it("are the same from import and require, in every entry", async () => {
    const require = createRequire(import.meta.url)
    const required = require("dynauth")
    const imported = await import("dynauth")
    const own = await import("../index.mjs")
    for (const name of [
      "DynamoAdapterError",
      "UnsupportedOperatorError",
      "UnsupportedOptionError",
      "InvalidWhereError",
    ]) {
      expect(imported[name as "DynamoAdapterError"]).toBe(required[name])
      expect(own[name as "DynamoAdapterError"]).toBe(required[name])
    }
    const { createTables } = await import("dynauth/tables")
    const error = await rejection(createTables({ regoin: "x" } as object, []))
    expect(error).toBeInstanceOf(required.DynamoAdapterError)
    expect(error).toBeInstanceOf(imported.DynamoAdapterError)
  })

  it("are what they are called", () => {
    const classes = [
      [UnsupportedOperatorError, "UNSUPPORTED_OPERATOR"],
      [UnsupportedOptionError, "UNSUPPORTED_OPTION"],
      [InvalidWhereError, "INVALID_WHERE"],
    ] as const
    for (const [ErrorClass, code] of classes) {
      const cause = new Error("below")
      const error = new ErrorClass("words", { cause, operation: "findMany", table: "users" })
      expect(error).toBeInstanceOf(DynamoAdapterError)
      expect(error).toMatchObject({
        name: ErrorClass.name,
        code,
        message: "words",
        cause,
        operation: "findMany",
      })
      expect(String(error)).toBe(`${ErrorClass.name}: words`)
    }
    const error = new DynamoAdapterError("TIMEOUT", "words")
    expect("cause" in error).toBe(false)
    expect(error).not.toBeInstanceOf(InvalidWhereError)
  })
})
