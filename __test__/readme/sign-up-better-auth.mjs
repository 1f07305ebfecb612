// Signs somebody up and then in with the Better Auth configuration of the app in the working directory, through its route
// as a browser would. Prints the session that the browser then sees.

import { join } from "node:path"
import { pathToFileURL } from "node:url"

const origin = "http://localhost:3000"
const [email] = process.argv.slice(2)

const route = join(process.cwd(), "out/app/api/auth/[...all]/route.js")
const { GET, POST } = await import(pathToFileURL(route).href)

async function request(handler, path, body, cookie = "") {
  const headers = { "content-type": "application/json", origin, cookie }
  const init = body ? { method: "POST", body: JSON.stringify(body), headers } : { headers }
  const response = await handler(new globalThis.Request(`${origin}/api/auth${path}`, init))
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response
}

const password = "correct horse battery staple"
await request(POST, "/sign-up/email", { name: "Ada Lovelace", email, password })
const { headers } = await request(POST, "/sign-in/email", { email, password })
const cookie = headers
  .getSetCookie()
  .map((set) => set.split(";")[0])
  .join("; ")
console.log(JSON.stringify(await (await request(GET, "/get-session", undefined, cookie)).json()))
