import { admin } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { emailOf, password, stage } from "../stage"

/** An app with a user who is an administrator. */
async function administered(engine: Engine) {
  const opened = await stage(engine, { plugins: [admin()] })
  const root = await opened.signUp("Root")
  const { adapter } = await opened.auth.$context
  await adapter.update({
    model: "user",
    where: [{ field: "id", value: root.user.id }],
    update: { role: "admin" },
  })
  return { ...opened, root }
}

describe.each(engines)("admin on $name", (engine) => {
  it("makes, changes, bans, impersonates and removes users", async () => {
    const { root, browser, signUp, scanned } = await administered(engine)
    const { user } = await root.post("/admin/create-user", { email: emailOf("Ada"), name: "Ada", password })
    const taken = await root.send("POST", "/admin/create-user", {
      body: { email: emailOf("Ada"), name: "Ada", password },
    })
    expect(taken.status).toBe(400)
    const userId = user.id as string
    await root.post("/admin/set-role", { userId, role: "user" })
    await root.post("/admin/update-user", { userId, data: { name: "Ada Lovelace" } })
    await root.post("/admin/set-user-password", { userId, newPassword: "another password" })
    expect(await root.get("/admin/get-user", { id: userId })).toMatchObject({ name: "Ada Lovelace" })

    const ada = browser()
    const credentials = { email: emailOf("Ada"), password: "another password" }
    await ada.post("/sign-in/email", credentials)
    expect((await root.post("/admin/list-user-sessions", { userId })).sessions).toHaveLength(1)
    const { session } = (await ada.session())!
    await root.post("/admin/revoke-user-session", { sessionToken: session.token })
    expect(await ada.session()).toBeNull()

    await ada.post("/sign-in/email", credentials)
    await root.post("/admin/ban-user", { userId, banReason: "spam" })
    expect(await ada.session()).toBeNull()
    expect((await ada.send("POST", "/sign-in/email", { body: credentials })).status).toBe(403)
    await root.post("/admin/unban-user", { userId })
    await ada.post("/sign-in/email", credentials)
    await root.post("/admin/revoke-user-sessions", { userId })
    expect(await ada.session()).toBeNull()

    await root.post("/admin/impersonate-user", { userId })
    expect((await root.session())!.user.id).toBe(userId)
    await root.post("/admin/stop-impersonating")
    expect((await root.session())!.user.name).toBe("Root")

    await root.post("/admin/remove-user", { userId })
    expect((await root.send("GET", `/admin/get-user?id=${userId}`)).status).toBe(404)
    // The email is free again.
    expect((await signUp("Ada")).user.id).not.toBe(userId)
    expect(scanned()).toEqual([])
  })

  it("lists users by whatever it is asked, which has no key", async () => {
    const { root, signUp, scanned } = await administered(engine)
    for (const name of ["Ada", "Grace", "Adele", "Hedy"]) await signUp(name)
    const list = async (query: Record<string, string>) => {
      const { users, total } = await root.get("/admin/list-users", query)
      return [users.map(({ name }: any) => name), total]
    }
    expect(await list({ sortBy: "name" })).toEqual([["Ada", "Adele", "Grace", "Hedy", "Root"], 5])
    const page = { sortBy: "name", sortDirection: "desc", limit: "2", offset: "1" }
    expect(await list(page)).toEqual([["Hedy", "Grace"], 5])
    const search = { searchValue: "Ad", searchField: "name", searchOperator: "starts_with", sortBy: "name" }
    expect(await list(search)).toEqual([["Ada", "Adele"], 2])
    const contains = { searchValue: "race", searchField: "email", searchOperator: "contains" }
    expect(await list(contains)).toEqual([["Grace"], 1])
    const ends = { searchValue: "dy", searchField: "name", searchOperator: "ends_with" }
    expect(await list(ends)).toEqual([["Hedy"], 1])
    expect(await list({ filterField: "role", filterValue: "admin" })).toEqual([["Root"], 1])
    expect(await list({ filterField: "email", filterValue: emailOf("Ada") })).toEqual([["Ada"], 1])
    expect(scanned()).toEqual(["user"])
  })
})
