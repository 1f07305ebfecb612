"use client"

import { type FormEvent, type ReactNode, useState, useTransition } from "react"
import { useHydrated } from "./use-hydrated"

interface ActionFormProps {
  /** Does it, and resolves to what is in the way, for the person to read. */
  action: (form: FormData) => Promise<{ problem?: string } | undefined>
  /** What is on the button. */
  label: ReactNode
  buttonClass?: string
  className?: string
  children?: ReactNode
}

/** A form that says why its action did not work, and keeps what was typed until it does. */
export function ActionForm({
  action,
  label,
  buttonClass = "button primary",
  className = "stack",
  children,
}: ActionFormProps) {
  const hydrated = useHydrated()
  const [problem, setProblem] = useState<string>()
  const [pending, startTransition] = useTransition()

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    startTransition(async () => {
      const answer = await action(new FormData(form))
      setProblem(answer?.problem)
      if (!answer?.problem) form.reset()
    })
  }

  return (
    <form onSubmit={submit} className={className}>
      {problem && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {children}
      <button className={buttonClass} disabled={!hydrated || pending} aria-busy={pending}>
        {label}
      </button>
    </form>
  )
}
