"use server"

import { refresh } from "next/cache"
import { redirect } from "next/navigation"
import { attempt } from "@/attempt"
import { auth, signedInHeaders } from "@/auth"

export async function createOrganization(form: FormData) {
  const name = String(form.get("name")).trim()
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
  if (!slug) return { problem: "Give it a name with letters or digits." }
  const { problem } = await attempt(async () =>
    auth.api.createOrganization({ body: { name, slug }, headers: await signedInHeaders() }),
  )
  if (!problem) redirect(`/organizations/${slug}`)
  return { problem }
}

export async function invite(organizationId: string, form: FormData) {
  const { problem } = await attempt(async () =>
    auth.api.createInvitation({
      body: {
        organizationId,
        email: String(form.get("email")),
        role: form.get("role") === "admin" ? "admin" : "member",
      },
      headers: await signedInHeaders(),
    }),
  )
  if (!problem) refresh()
  return { problem }
}

export async function cancelInvitation(form: FormData) {
  const body = { invitationId: String(form.get("id")) }
  await auth.api.cancelInvitation({ body, headers: await signedInHeaders() })
  refresh()
}

export async function removeMember(organizationId: string, form: FormData) {
  const body = { organizationId, memberIdOrEmail: String(form.get("id")) }
  await auth.api.removeMember({ body, headers: await signedInHeaders() })
  refresh()
}
