// A second file of the same worker: another realm, and the addon is loaded already.
const { expect, test } = require("@jest/globals")
const { story } = require("./user.cjs")

test("what comes back is of this file's realm", () => story(require("dynauth"), expect))
