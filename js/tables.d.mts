export * from "./tables.js"
