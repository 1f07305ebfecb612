// `npm run test:programs`: many more steps than `npm test` takes.

import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    root: `${import.meta.dirname}/../../..`,
    include: ["__test__/authjs/programs/programs.spec.ts"],
    // As long as it takes.
    testTimeout: 0,
    reporters: ["verbose"],
    env: {
      STEPS: process.env.STEPS ?? "100000",
      // The AWS SDK for JavaScript would say that a later one needs a later Node.js.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  },
})
