// One of several processes in a race: says that it is ready, waits for the start on its standard input, and answers what
// came of its calls. Its argument: the connection, the adapter's options, and the calls `[method, ...arguments]`.

import { DynamoDBAdapter } from "../../index.mjs"

const { connection, options, calls } = JSON.parse(process.argv[2])
/** @type {Record<string, any>} */
const adapter = DynamoDBAdapter(connection, options)

// So that nobody loses time at the start by making a client.
await adapter.getUser("nobody")
process.stdout.write("ready\n")
await new Promise((resolve) => process.stdin.once("data", resolve))
const made = calls.map((/** @type {[string, ...unknown[]]} */ [method, ...given]) =>
  adapter[method](...given).then(
    (/** @type {unknown} */ value) => ({ value }),
    (/** @type {any} */ error) => ({ code: error.code ?? String(error) }),
  ),
)
process.stdout.write(`${JSON.stringify(await Promise.all(made))}\n`)
process.stdin.destroy()
