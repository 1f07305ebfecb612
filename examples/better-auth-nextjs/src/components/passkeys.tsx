"use client"

import { useRouter } from "next/navigation"
import { useState, useTransition } from "react"
import { authClient } from "@/auth-client"
import { PasskeyIcon } from "./icons"
import { useHydrated } from "./use-hydrated"

export function SignInWithPasskey({ next }: { next: string }) {
  const router = useRouter()
  return (
    <PasskeyButton
      label="Sign in with a passkey"
      action={() => authClient.signIn.passkey()}
      done={() => {
        router.push(next)
        router.refresh()
      }}
    />
  )
}

export function AddPasskey({ name }: { name: string }) {
  const router = useRouter()
  return (
    <PasskeyButton
      label="Add a passkey"
      action={() => authClient.passkey.addPasskey({ name })}
      done={() => router.refresh()}
    />
  )
}

interface PasskeyButtonProps {
  label: string
  /** Asks Better Auth for a challenge, has the browser answer it, and sends the answer back. */
  action: () => Promise<{ error?: { message?: string } | null }>
  done: () => void
}

function PasskeyButton({ label, action, done }: PasskeyButtonProps) {
  const hydrated = useHydrated()
  const [problem, setProblem] = useState<string>()
  const [pending, startTransition] = useTransition()

  const run = () =>
    startTransition(async () => {
      const { error } = await action()
      setProblem(error ? (error.message ?? "That did not work. Please try again.") : undefined)
      if (!error) done()
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
      {problem && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}
