import { DynamoAdapterError, DynamoDBAdapter } from "dynauth"
import { withDynauth } from "dynauth/next"
import { authJsTable } from "dynauth/tables"

const adapter = DynamoDBAdapter({ endpoint: "memory:" })
const user = await adapter.createUser({ email: "ada@example.com", emailVerified: null })
const { email } = await adapter.getUserByEmail("ada@example.com")
const second = await adapter.createUser({ email, emailVerified: null }).catch((error) => error)
if (!(second instanceof DynamoAdapterError) || second.code !== "EMAIL_EXISTS" || !user.id) throw second
if (authJsTable().tableName !== "next-auth" || !withDynauth()) throw new Error("an entry does not work")
console.log(`ECMAScript has ${email}`)
