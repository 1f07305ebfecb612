import { defineConfig } from "vitest/config"

// Milliseconds. A busy machine takes many times as long as an idle one; what never comes is found out all the same.
const patience = {
  /** What a person at a page waits for. */
  page: 180_000,
  /** The start of an example, which may build the addon and the app. */
  start: 1_200_000,
}

declare module "vitest" {
  interface ProvidedContext {
    patience: typeof patience
  }
}

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ["__test__/browser/**/*.spec.ts"],
    // One person's story, told in order: after a failure the rest would only fail with it.
    bail: 1,
    // Each starts an example, which may build the addon that all of them use.
    fileParallelism: false,
    // Room for several waits, one after the other.
    testTimeout: 4 * patience.page,
    hookTimeout: patience.start + 4 * patience.page,
    expect: { poll: { timeout: patience.page, interval: 100 } },
    provide: { patience },
    reporters: ["verbose"],
    // The AWS SDK for JavaScript would say that a later one needs a later Node.js.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
})
