"use strict"

// The native addon as napi-rs's generated loader finds it, or an error that says why it did not. The loader takes the file
// that NAPI_RS_NATIVE_LIBRARY_PATH names, or the one beside the package (a build from source), or the package of the platform.

/** @type {typeof import("../native.js")} */
let native
try {
  native = require("../native.js")
} catch (error) {
  throw require("./not-loaded.js").notLoaded(error)
}

module.exports = native
