"use client"

import { signIn } from "next-auth/webauthn"
import { useRouter } from "next/navigation"
import { useState, useTransition } from "react"
import { PasskeyIcon } from "./icons"
import { useHydrated } from "./use-hydrated"

export function SignInWithPasskey() {
  const router = useRouter()
  return (
    <PasskeyButton
      action="authenticate"
      label="Sign in with a passkey"
      done={() => {
        router.push("/account")
        router.refresh()
      }}
    />
  )
}

export function AddPasskey() {
  const router = useRouter()
  return <PasskeyButton action="register" label="Add a passkey" done={() => router.refresh()} />
}

interface PasskeyButtonProps {
  action: "authenticate" | "register"
  label: string
  done: () => void
}

function PasskeyButton({ action, label, done }: PasskeyButtonProps) {
  const hydrated = useHydrated()
  const [error, setError] = useState<string>()
  const [pending, startTransition] = useTransition()

  const run = () =>
    startTransition(async () => {
      setError(undefined)
      try {
        // Asks Auth.js for a challenge, has the browser answer it, and sends the answer back.
        const result = await signIn("passkey", { action, redirect: false })
        if (result?.ok && !result.error) done()
        else setError("The server did not accept this passkey.")
      } catch (cause) {
        setError(describe(cause))
      }
    })

  return (
    <>
      <button
        type="button"
        className="button"
        onClick={run}
        disabled={!hydrated || pending}
        aria-busy={pending}
      >
        <PasskeyIcon /> {label}
      </button>
      {error && (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
    </>
  )
}

/** The browser's reasons, by the names that WebAuthn gives them. */
function describe(cause: unknown) {
  switch (cause instanceof Error && cause.name) {
    case "InvalidStateError":
      return "This device already has a passkey for you."
    case "NotAllowedError":
      return "Cancelled, or there is no passkey for this app here."
    default:
      return "This browser could not use a passkey."
  }
}
