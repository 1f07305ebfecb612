const { readFileSync } = require("node:fs")

// The story is one file for both runners; Jest takes CommonJS.
const source = readFileSync(require("node:path").join(__dirname, "user.mjs"), "utf8")
module.exports = { story: new Function(`${source.replace("export async", "return async")}`)() }
