"use client"

import { getSession } from "next-auth/react"
import { useRouter } from "next/navigation"
import { useCallback, useEffect, useTransition } from "react"
import { useHydrated } from "./use-hydrated"

/**
 * A server component can read the session but not set its cookie, so it cannot prolong it. Asking Auth.js's own endpoint does:
 * on a click, and whenever one comes back to this window.
 */
export function RefreshSession() {
  const router = useRouter()
  const hydrated = useHydrated()
  const [pending, startTransition] = useTransition()

  const refresh = useCallback(
    () =>
      startTransition(async () => {
        await getSession()
        router.refresh()
      }),
    [router],
  )

  useEffect(() => {
    window.addEventListener("focus", refresh)
    return () => window.removeEventListener("focus", refresh)
  }, [refresh])

  return (
    <button
      type="button"
      className="button small"
      onClick={refresh}
      disabled={!hydrated || pending}
      aria-busy={pending}
    >
      Refresh session
    </button>
  )
}
