/* global jest */
const { expect, test } = require("@jest/globals")
const { story } = require("./user.cjs")

test("what comes back is of the test's realm", () => story(require("dynauth"), expect))

test("jest.resetModules() leaves adapters working, each with the classes of its own load", async () => {
  const first = require("dynauth")
  const adapter = await story(first, expect)
  jest.resetModules()
  const second = require("dynauth")
  expect(second.DynamoAdapterError).not.toBe(first.DynamoAdapterError)
  await story(second, expect)
  await story(first, expect)
  const error = await adapter.linkAccount({}).catch((error) => error)
  expect(error).toBeInstanceOf(first.DynamoAdapterError)
  expect(error).toBeInstanceOf(second.DynamoAdapterError)
})
