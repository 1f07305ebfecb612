"use strict"

// For Turbopack: a loader that fails, of the package's files that are only reached where the package cannot work.

const errors = require("./errors.js")

/** @this {{ getOptions(): { error: keyof typeof import("./errors.js"), app: string } }} */
module.exports = function dynauthLoader() {
  const { error, app } = this.getOptions()
  // Turbopack names the files that lead there itself, from Next.js 16 on.
  throw errors[error]([], app)
}
