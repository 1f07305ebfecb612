"use strict"

// What an edge runtime or a bundle for browsers gets in place of the package, by the conditions in package.json's `exports`.

const { ON_NODE, SPLIT } = require("./edge-message.js")

throw new Error(
  "dynauth was loaded by an edge runtime or by a bundle for browsers. It is a native addon and runs on Node.js alone. " +
    `${SPLIT} ${ON_NODE} A client component imports no file that has the adapter. Tests of the server need Jest's ` +
    '`testEnvironment: "node"`.',
)
