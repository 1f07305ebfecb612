import type { BetterAuthOptions, DBAdapter } from "better-auth"

/**
 * What a person has beyond the core of Better Auth, removed with them: it deletes the user, the sessions and the accounts by
 * itself, and leaves what belongs to plugins to the foreign keys of a SQL database. One transaction: all of it, or nothing.
 */
export async function forget<Options extends BetterAuthOptions>(
  userId: string,
  database: DBAdapter<Options>,
) {
  const mine = [{ field: "userId", value: userId }]
  await database.transaction(async (database) => {
    const memberships = await database.findMany<{ organizationId: string; role: string }>({
      model: "member",
      where: mine,
    })
    for (const { organizationId, role } of memberships) {
      if (role !== "owner") continue
      const ofOrganization = [{ field: "organizationId", value: organizationId }]
      await database.deleteMany({ model: "invitation", where: ofOrganization })
      await database.deleteMany({ model: "member", where: ofOrganization })
      await database.delete({ model: "organization", where: [{ field: "id", value: organizationId }] })
    }
    for (const model of ["member", "passkey", "twoFactor"]) await database.deleteMany({ model, where: mine })
  })
}
