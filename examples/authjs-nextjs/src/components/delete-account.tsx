"use client"

import { useRef } from "react"
import { useHydrated } from "./use-hydrated"

export function DeleteAccount({ email, action }: { email: string; action: () => Promise<void> }) {
  const hydrated = useHydrated()
  const dialog = useRef<HTMLDialogElement>(null)

  return (
    <>
      <button
        type="button"
        className="button danger"
        onClick={() => dialog.current?.showModal()}
        disabled={!hydrated}
      >
        Delete account
      </button>
      <dialog ref={dialog} className="card" aria-labelledby="delete-title">
        <h2 id="delete-title">Delete your account?</h2>
        <p className="muted">
          {email}, with all devices, linked accounts and passkeys, leaves the table at once. This cannot be
          undone.
        </p>
        <form action={action} className="row end">
          <button type="button" className="button" onClick={() => dialog.current?.close()} autoFocus>
            Keep it
          </button>
          <button className="button danger solid">Delete for good</button>
        </form>
      </dialog>
    </>
  )
}
