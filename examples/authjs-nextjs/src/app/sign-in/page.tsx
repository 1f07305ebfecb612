import type { Metadata } from "next"
import { redirect } from "next/navigation"
import { auth, signIn } from "@/auth"
import { MailIcon } from "@/components/icons"
import { SignInWithPasskey } from "@/components/passkeys"
import { signInError } from "@/sign-in-error"

export const metadata: Metadata = { title: "Sign in" }

async function withEmail(form: FormData) {
  "use server"
  await signIn("email", { email: form.get("email"), redirectTo: "/account" })
}

async function withProvider(form: FormData) {
  "use server"
  await signIn(String(form.get("provider")), { redirectTo: "/account" })
}

export default async function SignIn({ searchParams }: PageProps<"/sign-in">) {
  const { error } = await searchParams
  // Auth.js comes back here with its errors, also when somebody signed in could not link a second account.
  if (await auth()) redirect(error ? `/account?error=${error}` : "/account")

  return (
    <section className="card narrow">
      <h1>Sign in</h1>
      <p className="muted">The first time makes your account.</p>
      {error && (
        <p className="notice bad" role="alert">
          {signInError(error)}
        </p>
      )}

      <form action={withEmail} className="stack">
        <label htmlFor="email">Email address</label>
        <input
          id="email"
          name="email"
          type="email"
          autoComplete="email"
          placeholder="you@example.com"
          required
        />
        <button className="button primary">
          <MailIcon /> Send me a link
        </button>
      </form>

      <p className="or">or</p>

      <div className="stack">
        <SignInWithPasskey />
        <form action={withProvider} className="stack">
          <button className="button" name="provider" value="acorn">
            <span className="dot acorn" /> Continue with Acorn ID
          </button>
          <button className="button" name="provider" value="birch">
            <span className="dot birch" /> Continue with Birch ID
          </button>
        </form>
      </div>
    </section>
  )
}
