import * as dynauth from "dynauth"
import { expect, test } from "vitest"
import { story } from "./user.mjs"

test("what comes back is of the test's realm", () => story(dynauth, expect))
