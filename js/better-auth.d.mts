export * from "./better-auth.js"
