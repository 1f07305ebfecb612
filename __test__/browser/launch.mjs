// Chromium, driven by Playwright; `CHROMIUM` says where it is if it is not Debian's.

import { chromium } from "playwright-core"

/**
 * @param {number} timeout in milliseconds
 * @returns {Promise<import("playwright-core").Browser>}
 */
export function launch(timeout) {
  return chromium.launch({
    timeout,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  })
}
