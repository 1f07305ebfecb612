// Better Auth and the page that all of these servers have.
import { betterAuth } from "better-auth"
import { dynamodbAdapter } from "dynauth/better-auth"

export const port = Number(process.env.PORT)
export const auth = betterAuth({
  database: dynamodbAdapter({ client: { endpoint: "memory:" } }),
  baseURL: `http://localhost:${port}`,
  secret: "a secret of 32 characters or more, for tests alone",
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
})

/** @param {{ user: { email: string } } | null} session */
export const page = (session) => `<!doctype html>
<title>Test</title>
<h1>${session ? `Signed in as ${session.user.email}` : "Signed out"}</h1>
<form id="form">
  <input name="email" type="email">
  <input name="password" type="password">
  <button>Sign up</button>
</form>
<script>
  form.onsubmit = async (event) => {
    event.preventDefault()
    const { email, password } = Object.fromEntries(new FormData(form))
    const response = await fetch("/api/auth/sign-up/email", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Ada", email, password }),
    })
    if (!response.ok) document.title = await response.text()
    location.reload()
  }
</script>
`
