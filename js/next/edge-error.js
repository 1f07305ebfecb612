"use strict"

// The error for code of Next.js's edge runtime that imports the package. Without it, the build is green and each request fails.

const { ON_NODE, SPLIT } = require("../edge-message.js")

/** The package's files that an edge runtime gets, wherever the package lies. */
const EDGE_FILE = /[\\/]dynauth[\\/]js[\\/]edge\.m?js$/

/**
 * @param {string[]} [files] which lead to the package, as the entry first
 * @returns {Error} without a stack: bundlers print it, and it has no line of the user's
 */
function edgeError(files = []) {
  const error = new Error(
    "dynauth is imported by code for the edge runtime, which would fail at each request: dynauth is a native addon and runs " +
      "on Node.js alone.\n" +
      (files.length > 0 ? `Imported by: ${[...files, "dynauth"].join(" → ")}\n` : "") +
      "What to do, one of:\n" +
      `- Run the code on Node.js. ${ON_NODE}\n` +
      `- Keep the adapter out of it. ${SPLIT}\n` +
      '- In instrumentation.ts, import it inside of `if (process.env.NEXT_RUNTIME === "nodejs")`.',
  )
  error.stack = ""
  return error
}

module.exports = { EDGE_FILE, edgeError }
