"use strict"

// What an edge runtime or a bundle for browsers gets in place of the package, by the conditions in package.json's `exports`.

throw new Error(
  "dynauth was loaded by an edge runtime or by a bundle for browsers. It is a native addon and runs on Node.js alone. " +
    "Split the configuration: the providers in an auth.config.ts without the adapter, which the middleware takes, and " +
    "`adapter: DynamoDBAdapter()` in an auth.ts that only Node.js loads (https://authjs.dev/guides/edge-compatibility). " +
    'In Next.js 16, proxy.ts runs on Node.js; in 15.5, middleware does with `runtime: "nodejs"`. ' +
    'A client component imports neither of the two files. Tests of the server need Jest\'s `testEnvironment: "node"`.',
)
