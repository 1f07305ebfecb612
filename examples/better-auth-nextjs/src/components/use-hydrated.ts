import { useSyncExternalStore } from "react"

const never = () => () => {}

/**
 * False in the server's HTML and until React has taken over in the browser. A button that needs JavaScript is disabled that
 * long, so that no early click is lost.
 */
export const useHydrated = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
