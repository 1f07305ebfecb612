import type { Metadata } from "next"
import { requireSession } from "@/auth"
import { ActionForm } from "@/components/action-form"
import { Field } from "@/components/field"
import { createOrganization } from "../actions"

export const metadata: Metadata = { title: "New organization" }

export default async function NewOrganization() {
  await requireSession()
  return (
    <section className="card narrow">
      <h1>New organization</h1>
      <p className="muted">You own it, and invite others to it.</p>
      <ActionForm action={createOrganization} label="Create it">
        <Field label="Name" name="name" placeholder="Analytical Engines" maxLength={60} />
      </ActionForm>
    </section>
  )
}
