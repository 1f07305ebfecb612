import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { attempt } from "@/attempt"
import { auth, requestHeaders, requireSession } from "@/auth"
import { ActionForm } from "@/components/action-form"
import { Field } from "@/components/field"
import { MailIcon, TeamIcon } from "@/components/icons"
import { LocalTime } from "@/components/local-time"
import { cancelInvitation, invite, removeMember } from "../actions"

export const metadata: Metadata = { title: "Organization" }

export default async function Organization({ params }: PageProps<"/organizations/[slug]">) {
  const { slug } = await params
  const { user } = await requireSession()
  const { done: organization } = await attempt(async () =>
    auth.api.getFullOrganization({ query: { organizationSlug: slug }, headers: await requestHeaders() }),
  )
  if (!organization) notFound()
  const { id, name, members } = organization
  const role = members.find(({ userId }) => userId === user.id)?.role
  const invites = role === "owner" || role === "admin"
  const pending = organization.invitations.filter(({ status }) => status === "pending")

  return (
    <div className="page">
      <header className="page-head">
        <h1>{name}</h1>
        <p className="muted">
          <code>{slug}</code> · you are {role === "member" ? "a" : "its"} {role}
        </p>
      </header>

      <section className="card" aria-labelledby="members">
        <h2 id="members">Members</h2>
        <ul className="list" aria-labelledby="members">
          {members.map((member) => (
            <li key={member.id}>
              <span className="badge-icon">
                <TeamIcon />
              </span>
              <div className="grow">
                <strong>{member.user.name}</strong>
                <span className="tag">{member.role}</span>
                <small>{member.user.email}</small>
              </div>
              {invites && member.role !== "owner" && (
                <form action={removeMember.bind(null, id)}>
                  <button className="button small" name="id" value={member.id}>
                    Remove<span className="hidden"> {member.user.name}</span>
                  </button>
                </form>
              )}
            </li>
          ))}
        </ul>
      </section>

      {invites && (
        <section className="card" aria-labelledby="invitations">
          <div className="card-head">
            <div>
              <h2 id="invitations">Invitations</h2>
              <p className="muted">Sent by mail; each is open for two days.</p>
            </div>
          </div>
          <ul className="list" aria-labelledby="invitations">
            {pending.map((invitation) => (
              <li key={invitation.id}>
                <span className="badge-icon">
                  <MailIcon />
                </span>
                <div className="grow">
                  <strong>{invitation.email}</strong>
                  <span className="tag">{invitation.role}</span>
                  <small>
                    Open until <LocalTime date={invitation.expiresAt} />
                  </small>
                </div>
                <form action={cancelInvitation}>
                  <button className="button small" name="id" value={invitation.id}>
                    Cancel<span className="hidden"> the invitation of {invitation.email}</span>
                  </button>
                </form>
              </li>
            ))}
          </ul>
          <ActionForm action={invite.bind(null, id)} label="Invite" className="inline-form">
            <Field
              label="Email address"
              name="email"
              type="email"
              autoComplete="off"
              placeholder="grace@example.com"
            />
            <div className="field">
              <label htmlFor="role">Role</label>
              <select id="role" name="role" defaultValue="member">
                <option value="member">Member</option>
                <option value="admin">Admin</option>
              </select>
            </div>
          </ActionForm>
        </section>
      )}
    </div>
  )
}
