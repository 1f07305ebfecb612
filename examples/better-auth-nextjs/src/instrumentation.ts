/** Runs once when the server starts. `MAKE_TABLES=1` makes the tables that are missing: on AWS, nothing else does. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== "nodejs" || !process.env.MAKE_TABLES) return
  const { betterAuthTables, createTables } = await import("dynauth/tables")
  const { auth } = await import("@/auth")
  const made = await createTables({}, betterAuthTables(auth.options))
  console.log(made)
}
