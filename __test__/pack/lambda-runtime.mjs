// What Lambda's runtime does with a function: it loads the handler that `_HANDLER` names from `LAMBDA_TASK_ROOT`, asks the Runtime
// API for an event, answers it, and asks for the next one. It knows the handler's module and nothing else.

import { existsSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: root = "", _HANDLER: name = "" } = process.env
const invocations = `http://${api}/2018-06-01/runtime/invocation`
const [file, exported] = name.split(".")
const path = ["mjs", "cjs", "js"]
  .map((type) => join(root, `${file}.${type}`))
  .find((path) => existsSync(path))
const module = await import(pathToFileURL(path ?? file).href)
const handler = module[exported] ?? module.default[exported]

for (;;) {
  const next = await fetch(`${invocations}/next`)
  if (next.status === 410) break
  const id = next.headers.get("lambda-runtime-aws-request-id")
  try {
    const answer = await handler(await next.json(), { awsRequestId: id })
    await fetch(`${invocations}/${id}/response`, { method: "POST", body: JSON.stringify(answer) })
  } catch (error) {
    const { name, message, stack } = /** @type {Error} */ (error)
    const body = JSON.stringify({ errorType: name, errorMessage: message, stackTrace: stack?.split("\n") })
    await fetch(`${invocations}/${id}/error`, { method: "POST", body })
  }
}
