// One module for both systems, so that there is one of everything: this only names its exports.
import tables from "./tables.js"

export const { authJsTable, betterAuthTables, secondaryStorageTable, createTables } = tables
