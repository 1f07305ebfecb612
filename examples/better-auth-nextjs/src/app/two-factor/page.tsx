import type { Metadata } from "next"
import Link from "next/link"
import { redirect } from "next/navigation"
import { attempt, nextPage } from "@/attempt"
import { auth, requestHeaders } from "@/auth"
import { ActionForm } from "@/components/action-form"
import { Field } from "@/components/field"
import { CodeField } from "@/components/two-factor"

export const metadata: Metadata = { title: "Second factor" }

async function verify(form: FormData) {
  "use server"
  const { problem } = await attempt(async () => {
    const asked = { headers: await requestHeaders() }
    const backupCode = form.get("backupCode")
    return backupCode
      ? auth.api.verifyBackupCode({ body: { code: String(backupCode) }, ...asked })
      : auth.api.verifyTOTP({ body: { code: String(form.get("code")) }, ...asked })
  })
  if (!problem) redirect(nextPage(form.get("next")))
  return { problem }
}

export default async function TwoFactor({ searchParams }: PageProps<"/two-factor">) {
  const { next: given, backup } = await searchParams
  const next = nextPage(given)
  const here = `/two-factor?next=${encodeURIComponent(next)}`

  return (
    <section className="card narrow">
      <h1>One more step</h1>
      <p className="muted">
        {backup === undefined
          ? "Your account asks for a second factor."
          : "Each of your backup codes works once."}
      </p>
      <ActionForm action={verify} label="Sign in">
        <input type="hidden" name="next" value={next} />
        {backup === undefined ? (
          <CodeField />
        ) : (
          <Field label="Backup code" name="backupCode" autoComplete="off" placeholder="abcde-fghij" />
        )}
      </ActionForm>
      <p className="below">
        {backup === undefined ? (
          <Link href={`${here}&backup`}>Use a backup code</Link>
        ) : (
          <Link href={here}>Use your authenticator app</Link>
        )}
      </p>
    </section>
  )
}
