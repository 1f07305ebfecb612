"use strict"

// For Turbopack: a loader of the package's edge file, which the bundler runs if code for the edge runtime imports the package.

const { edgeError } = require("./errors.js")

module.exports = function edgeLoader() {
  throw edgeError()
}
