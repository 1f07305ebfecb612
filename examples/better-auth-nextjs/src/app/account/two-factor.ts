"use server"

import { refresh } from "next/cache"
import { renderSVG } from "uqr"
import { attempt } from "@/attempt"
import { auth, signedInHeaders } from "@/auth"

export interface Setup {
  /** For an authenticator app: an image, as SVG, and the same to type. */
  qr: string
  key: string
  backupCodes: string[]
}

export async function setUpTwoFactor(form: FormData) {
  return attempt(async (): Promise<Setup> => {
    const answer = await auth.api.enableTwoFactor({
      body: { password: String(form.get("password")), method: "totp" },
      headers: await signedInHeaders(),
    })
    if (answer.method !== "totp") throw new Error("Better Auth has set up another second factor.")
    const { totpURI, backupCodes } = answer
    return { qr: renderSVG(totpURI), key: new URL(totpURI).searchParams.get("secret") ?? "", backupCodes }
  })
}

export async function confirmTwoFactor(form: FormData) {
  const code = String(form.get("code"))
  const { problem } = await attempt(async () =>
    auth.api.verifyTOTP({ body: { code }, headers: await signedInHeaders() }),
  )
  if (!problem) refresh()
  return { problem }
}

export async function renewBackupCodes(form: FormData) {
  const answer = await attempt(async () => {
    const body = { password: String(form.get("password")) }
    return (await auth.api.generateBackupCodes({ body, headers: await signedInHeaders() })).backupCodes
  })
  if (answer.done) refresh()
  return answer
}

export async function turnOffTwoFactor(form: FormData) {
  const body = { password: String(form.get("password")) }
  const { problem } = await attempt(async () =>
    auth.api.disableTwoFactor({ body, headers: await signedInHeaders() }),
  )
  if (!problem) refresh()
  return { problem }
}
