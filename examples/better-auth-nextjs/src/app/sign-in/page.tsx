import type { Metadata } from "next"
import Link from "next/link"
import { redirect } from "next/navigation"
import { attempt, nextPage } from "@/attempt"
import { auth, currentSession, requestHeaders } from "@/auth"
import { ActionForm } from "@/components/action-form"
import { Field } from "@/components/field"
import { SignInWithPasskey } from "@/components/passkeys"

export const metadata: Metadata = { title: "Sign in" }

async function signIn(form: FormData) {
  "use server"
  const { done, problem } = await attempt(async () =>
    auth.api.signInEmail({
      body: { email: String(form.get("email")), password: String(form.get("password")) },
      headers: await requestHeaders(),
    }),
  )
  if (!done) return { problem }
  const next = nextPage(form.get("next"))
  // With two-factor, the password alone has made no session yet.
  redirect("twoFactorRedirect" in done ? `/two-factor?next=${encodeURIComponent(next)}` : next)
}

export default async function SignIn({ searchParams }: PageProps<"/sign-in">) {
  const next = nextPage((await searchParams).next)
  if (await currentSession()) redirect(next)

  return (
    <section className="card narrow">
      <h1>Sign in</h1>
      <p className="muted">
        Or <Link href={`/sign-up?next=${encodeURIComponent(next)}`}>sign up</Link>, if you are new here.
      </p>
      <ActionForm action={signIn} label="Sign in">
        <input type="hidden" name="next" value={next} />
        <Field
          label="Email address"
          name="email"
          type="email"
          autoComplete="email"
          placeholder="you@example.com"
        />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
      </ActionForm>

      <p className="or">or</p>

      <div className="stack">
        <SignInWithPasskey next={next} />
      </div>
    </section>
  )
}
