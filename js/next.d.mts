export * from "./next.js"
