"use client"

import { useState } from "react"
import type { Setup } from "@/app/account/two-factor"
import {
  confirmTwoFactor,
  renewBackupCodes,
  setUpTwoFactor,
  turnOffTwoFactor,
} from "@/app/account/two-factor"
import { ActionForm } from "./action-form"
import { Field } from "./field"

const Password = () => (
  <Field label="Password" name="password" type="password" autoComplete="current-password" />
)

export const CodeField = () => (
  <Field
    label="Code from your authenticator app"
    name="code"
    inputMode="numeric"
    pattern="[0-9]{6}"
    title="Six digits"
    autoComplete="one-time-code"
    placeholder="123456"
  />
)

/** Off → a secret for the authenticator app and backup codes → on, once the app has shown that it works. */
export function TurnOnTwoFactor() {
  const [setup, setSetup] = useState<Setup>()

  if (!setup) {
    return (
      <ActionForm
        label="Set up two-factor"
        action={async (form) => {
          const { done, problem } = await setUpTwoFactor(form)
          setSetup(done)
          return { problem }
        }}
      >
        <Password />
      </ActionForm>
    )
  }
  return (
    <div className="setup">
      <div>
        <h3>1. Scan this with an authenticator app</h3>
        <div className="qr" role="img" aria-label="QR code" dangerouslySetInnerHTML={{ __html: setup.qr }} />
        <p className="muted">
          Or type the key: <code>{setup.key}</code>
        </p>
      </div>
      <div>
        <h3>2. Keep these backup codes</h3>
        <p className="muted">Each signs you in once, if the app is lost.</p>
        <BackupCodes codes={setup.backupCodes} />
      </div>
      <div>
        <h3>3. Show that it works</h3>
        <ActionForm label="Turn on two-factor" action={confirmTwoFactor}>
          <CodeField />
        </ActionForm>
      </div>
    </div>
  )
}

export function ManageTwoFactor() {
  const [codes, setCodes] = useState<string[]>()
  return (
    <>
      {codes && <BackupCodes codes={codes} />}
      <div className="pair">
        <ActionForm
          label="New backup codes"
          buttonClass="button"
          action={async (form) => {
            const { done, problem } = await renewBackupCodes(form)
            if (done) setCodes(done)
            return { problem }
          }}
        >
          <Password />
        </ActionForm>
        <ActionForm label="Turn off two-factor" buttonClass="button danger" action={turnOffTwoFactor}>
          <Password />
        </ActionForm>
      </div>
    </>
  )
}

function BackupCodes({ codes }: { codes: string[] }) {
  return (
    <ul className="codes" aria-label="Backup codes">
      {codes.map((code) => (
        <li key={code}>
          <code>{code}</code>
        </li>
      ))}
    </ul>
  )
}
