import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../..`,
    include: ["__test__/browser/**/*.spec.ts"],
    // One person's story, told in order: after a failure the rest would only fail with it.
    bail: 1,
    testTimeout: 180_000,
    // As patient as Playwright is here: `next dev` compiles a page when it is first asked for.
    expect: { poll: { timeout: 60_000, interval: 100 } },
    // The start of the example may build the addon and the app.
    hookTimeout: 1_200_000,
    reporters: ["verbose"],
    // The AWS SDK for JavaScript would say that a later one needs a later Node.js.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
  },
})
