export async function register() {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { adapter } = await import("./db")
    globalThis.instrumented = (await adapter.getUserByEmail("nobody@example.com")) === null
  }
}
