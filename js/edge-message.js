"use strict"

// How to go on where the package cannot run, for the error at run time and for the one that fails Next.js's build.

/** How to run the code on Node.js instead. */
const ON_NODE =
  'In Next.js 16, proxy.ts runs on Node.js; in 15.5, middleware does with `runtime: "nodejs"` in its `config`; routes and ' +
  'pages do without `runtime = "edge"`.'

/** How to keep the adapter out of the edge runtime, with each host. */
const SPLIT =
  "With Auth.js, split the configuration: the providers in an auth.config.ts without the adapter, which the middleware takes, " +
  "and `adapter: DynamoDBAdapter()` in an auth.ts that only Node.js loads (https://authjs.dev/guides/edge-compatibility). " +
  "With Better Auth, let the middleware look at the cookie alone, by `getSessionCookie` of better-auth/cookies, and have " +
  "pages and routes on Node.js read the session from `auth` with its `dynamodbAdapter()`."

module.exports = { ON_NODE, SPLIT }
