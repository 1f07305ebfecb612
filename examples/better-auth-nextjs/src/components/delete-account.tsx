"use client"

import { useRef } from "react"
import { ActionForm } from "./action-form"
import { Field } from "./field"
import { useHydrated } from "./use-hydrated"

interface DeleteAccountProps {
  email: string
  action: (form: FormData) => Promise<{ problem?: string }>
}

export function DeleteAccount({ email, action }: DeleteAccountProps) {
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
          {email}, with all devices, passkeys and memberships, and the organizations that you own, leaves the
          tables at once. This cannot be undone.
        </p>
        <ActionForm action={action} label="Delete for good" buttonClass="button danger solid">
          <Field label="Password" name="password" type="password" autoComplete="current-password" />
        </ActionForm>
        <button type="button" className="button wide" onClick={() => dialog.current?.close()} autoFocus>
          Keep it
        </button>
      </dialog>
    </>
  )
}
