import type { Metadata } from "next"
import Link from "next/link"
import { redirect } from "next/navigation"
import { attempt, nextPage } from "@/attempt"
import { auth, currentSession, requestHeaders } from "@/auth"
import { ActionForm } from "@/components/action-form"
import { Field } from "@/components/field"

export const metadata: Metadata = { title: "Sign up" }

async function signUp(form: FormData) {
  "use server"
  const { problem } = await attempt(async () =>
    auth.api.signUpEmail({
      body: {
        name: String(form.get("name")),
        email: String(form.get("email")),
        password: String(form.get("password")),
      },
      headers: await requestHeaders(),
    }),
  )
  if (!problem) redirect(nextPage(form.get("next")))
  return { problem }
}

export default async function SignUp({ searchParams }: PageProps<"/sign-up">) {
  const next = nextPage((await searchParams).next)
  if (await currentSession()) redirect(next)

  return (
    <section className="card narrow">
      <h1>Sign up</h1>
      <p className="muted">
        Or <Link href={`/sign-in?next=${encodeURIComponent(next)}`}>sign in</Link>, if you have an account.
      </p>
      <ActionForm action={signUp} label="Make my account">
        <input type="hidden" name="next" value={next} />
        <Field label="Name" name="name" autoComplete="name" placeholder="Ada Lovelace" />
        <Field
          label="Email address"
          name="email"
          type="email"
          autoComplete="email"
          placeholder="you@example.com"
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          placeholder="Eight characters or more"
        />
      </ActionForm>
    </section>
  )
}
