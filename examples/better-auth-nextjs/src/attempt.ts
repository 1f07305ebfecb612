import { isAPIError } from "better-auth/api"

/** Does something with Better Auth. What it refuses is for the person who asked; anything else is a fault of ours, and thrown. */
export async function attempt<T>(
  step: () => Promise<T>,
): Promise<{ done: T; problem?: undefined } | { done?: undefined; problem: string }> {
  try {
    return { done: await step() }
  } catch (error) {
    if (isAPIError(error)) return { problem: error.body?.message ?? "That did not work. Please try again." }
    throw error
  }
}

/** Where to go on after signing in: a path of this app, whatever the address says. */
export function nextPage(given: unknown) {
  return typeof given === "string" && /^\/(?![/\\])/.test(given) ? given : "/account"
}
