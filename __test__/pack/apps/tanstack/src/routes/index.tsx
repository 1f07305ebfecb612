import { createFileRoute } from "@tanstack/react-router"
import { createServerFn } from "@tanstack/react-start"
import { getRequestHeaders } from "@tanstack/react-start/server"
import { useEffect, useState } from "react"
import { auth } from "../auth"

const getSession = createServerFn({ method: "GET" }).handler(() =>
  auth.api.getSession({ headers: getRequestHeaders() }),
)

export const Route = createFileRoute("/")({ loader: () => getSession(), component: Home })

function Home() {
  const session = Route.useLoaderData()
  const [loaded, setLoaded] = useState(false)
  useEffect(() => setLoaded(true), [])
  return (
    <>
      <h1>{session ? `Signed in as ${session.user.email}` : "Signed out"}</h1>
      <form
        onSubmit={async (event) => {
          event.preventDefault()
          const { email, password } = Object.fromEntries(new FormData(event.currentTarget))
          await fetch("/api/auth/sign-up/email", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ name: "Ada", email, password }),
          })
          location.reload()
        }}
      >
        <input name="email" type="email" />
        <input name="password" type="password" />
        <button disabled={!loaded}>Sign up</button>
      </form>
    </>
  )
}
