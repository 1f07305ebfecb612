// Chromium as the tests of the examples use it.

import type { Browser, Page } from "playwright-core"
import { inject } from "vitest"
import { launch } from "./launch.mjs"

export function launchChromium(): Promise<Browser> {
  return launch(inject("patience").page)
}

/** Gives the page a built-in authenticator, such as a fingerprint reader, with a finger that is always there. */
export async function addAuthenticator(page: Page): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send("WebAuthn.enable")
  await devTools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
}
