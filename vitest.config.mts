import { configDefaults, defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    include: ["__test__/**/*.spec.ts"],
    // Chromium and a built example are for `npm run test:browser`.
    exclude: [...configDefaults.exclude, "__test__/browser/**"],
    // Races and lost answers wait for retries, and machines may be busy; none of the tests measures time.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    env: {
      // Each worker process would print that a later AWS SDK for JavaScript needs a later Node.js.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  },
})
