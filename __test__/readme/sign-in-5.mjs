// Signs somebody in through GitHub with the Auth.js configuration of the app in the working directory, as a browser would.
// GitHub itself is played here. Prints the session that the browser then sees.

import { existsSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { NextRequest } from "next/server.js"

const origin = "http://localhost:3000"
const [id, email] = process.argv.slice(2)

const github = {
  "https://github.com/login/oauth/access_token": {
    access_token: "gho_test",
    token_type: "bearer",
    scope: "read:user",
  },
  "https://api.github.com/user": {
    id: Number(id),
    login: "ada",
    name: "Ada Lovelace",
    email,
    avatar_url: null,
  },
}
globalThis.fetch = async (input) => {
  const url = input instanceof globalThis.Request ? input.url : String(input)
  if (!Object.hasOwn(github, url)) throw new Error(`nobody expects a request to ${url}`)
  return globalThis.Response.json(github[url])
}

const load = (path) => import(pathToFileURL(join(process.cwd(), "out", path)).href)
const route = "app/api/auth/[...nextauth]/route.js"
const { GET, POST } = existsSync(join("out", route)) ? await load(route) : (await load("auth.js")).handlers

const cookies = new Map()

async function request(handler, path, form) {
  const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") }
  const init = form ? { method: "POST", body: new URLSearchParams(form), headers } : { headers }
  const response = await handler(new NextRequest(`${origin}${path}`, init))
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)
    cookies.set(name, value)
  }
  return response
}

const { csrfToken } = await (await request(GET, "/api/auth/csrf")).json()
const toGitHub = await request(POST, "/api/auth/signin/github", { csrfToken, callbackUrl: origin })
const state = new URL(toGitHub.headers.get("location")).searchParams.get("state")
const back = await request(
  GET,
  `/api/auth/callback/github?${new URLSearchParams({ code: "code", ...(state && { state }) })}`,
)
if (back.headers.get("location") !== origin)
  throw new Error(`sign-in ended at ${back.headers.get("location")}`)
console.log(JSON.stringify(await (await request(GET, "/api/auth/session")).json()))
