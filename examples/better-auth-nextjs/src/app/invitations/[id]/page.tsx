import type { Metadata } from "next"
import { redirect } from "next/navigation"
import { attempt } from "@/attempt"
import { auth, currentSession, requestHeaders, signedInHeaders } from "@/auth"
import { ActionForm } from "@/components/action-form"
import { TeamIcon } from "@/components/icons"

export const metadata: Metadata = { title: "Invitation" }

async function accept(invitationId: string, slug: string) {
  "use server"
  const { problem } = await attempt(async () =>
    auth.api.acceptInvitation({ body: { invitationId }, headers: await signedInHeaders() }),
  )
  if (!problem) redirect(`/organizations/${slug}`)
  return { problem }
}

async function decline(invitationId: string) {
  "use server"
  const { problem } = await attempt(async () =>
    auth.api.rejectInvitation({ body: { invitationId }, headers: await signedInHeaders() }),
  )
  if (!problem) redirect("/account")
  return { problem }
}

export default async function Invitation({ params }: PageProps<"/invitations/[id]">) {
  const { id } = await params
  // An invitation is for one email address: whoever follows it signs in with that, or makes an account.
  if (!(await currentSession())) redirect(`/sign-up?next=/invitations/${encodeURIComponent(id)}`)
  const { done: invitation, problem } = await attempt(async () =>
    auth.api.getInvitation({ query: { id }, headers: await requestHeaders() }),
  )

  if (!invitation) {
    return (
      <section className="card narrow center">
        <h1>No invitation</h1>
        <p className="muted">{problem}</p>
      </section>
    )
  }
  const { organizationName, organizationSlug, inviterEmail, role } = invitation
  return (
    <section className="card narrow center">
      <span className="badge-icon">
        <TeamIcon />
      </span>
      <h1>{organizationName}</h1>
      <p className="muted">
        {inviterEmail} invites you, as {role === "admin" ? "an" : "a"} {role}.
      </p>
      <div className="row">
        <ActionForm action={accept.bind(null, id, organizationSlug)} label="Accept" />
        <ActionForm action={decline.bind(null, id)} label="Decline" buttonClass="button" />
      </div>
    </section>
  )
}
