// One module for both systems, so that there is one of everything: this only names its exports.
import next from "./next.js"

export const { withDynauth } = next
