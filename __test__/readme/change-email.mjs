// Runs the README's `changeEmail`, to a free email and to a taken one.

import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { DynamoDBAdapter } from "dynauth"

const [, , id, email] = process.argv
const { changeEmail } = await import(pathToFileURL(join(process.cwd(), "out/errors.js")).href)
const adapter = DynamoDBAdapter()
await adapter.createUser({ id: `first-${id}`, email: `first-${email}`, emailVerified: null })
await adapter.createUser({ id: `second-${id}`, email: `second-${email}`, emailVerified: null })
console.log(
  await changeEmail(`first-${id}`, `third-${email}`),
  await changeEmail(`first-${id}`, `second-${email}`),
)
