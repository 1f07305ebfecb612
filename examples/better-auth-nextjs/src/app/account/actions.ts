"use server"

import { refresh } from "next/cache"
import { redirect } from "next/navigation"
import { attempt } from "@/attempt"
import { auth, requestHeaders, signedInHeaders } from "@/auth"

// Anyone can call a server action with any argument. Better Auth asks each time who is signed in, by the headers.

export async function leave() {
  await auth.api.signOut({ headers: await requestHeaders() })
  redirect("/")
}

export async function signOutDevice(form: FormData) {
  const asked = { headers: await signedInHeaders() }
  // The page knows a session by its id: its token, as good as a password, stays on the server.
  const session = (await auth.api.listSessions(asked)).find(({ id }) => id === form.get("id"))
  if (session) await auth.api.revokeSession({ body: { token: session.token }, ...asked })
  refresh()
}

export async function signOutOtherDevices() {
  await auth.api.revokeOtherSessions({ headers: await signedInHeaders() })
  refresh()
}

export async function removePasskey(form: FormData) {
  await auth.api.deletePasskey({ body: { id: String(form.get("id")) }, headers: await signedInHeaders() })
  refresh()
}

export async function deleteAccount(form: FormData) {
  const body = { password: String(form.get("password")) }
  const { problem } = await attempt(async () =>
    auth.api.deleteUser({ body, headers: await signedInHeaders() }),
  )
  if (!problem) redirect("/?deleted")
  return { problem }
}
