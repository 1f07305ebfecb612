import { organization } from "better-auth/plugins"
import { createAccessControl } from "better-auth/plugins/access"
import { defaultRoles, defaultStatements } from "better-auth/plugins/organization/access"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { type Browser, emailOf, stage } from "../stage"

async function withOrganizations(engine: Engine, options: object = {}) {
  const opened = await stage(engine, {
    plugins: [
      organization({
        ac: createAccessControl({ ...defaultStatements, rocket: ["fuel", "launch"] }),
        roles: defaultRoles,
        teams: { enabled: true, maximumMembersPerTeam: 2 },
        dynamicAccessControl: { enabled: true },
        sendInvitationEmail: async ({ id, email }: { id: string; email: string }) =>
          void opened.mail.push({ to: email, id }),
        ...options,
      } as never),
    ],
  })
  /** Invites somebody who has signed up, who accepts. */
  const join = async (owner: Browser, user: Browser, more: object = {}) => {
    await owner.post("/organization/invite-member", { email: user.user.email, role: "member", ...more })
    const { id: invitationId } = opened.mailTo(user.user.email)
    return (await user.post("/organization/accept-invitation", { invitationId })).member
  }
  const ada = await opened.signUp("Ada")
  const acme = await ada.post("/organization/create", { name: "Acme", slug: "acme", metadata: { plan: 1 } })
  return { ...opened, ada, acme, join }
}

const names = (list: { name: string }[]) => list.map(({ name }) => name).sort()

describe.each(engines)("organization on $name", (engine) => {
  it("makes, finds, changes and deletes organizations", async () => {
    const { ada, acme, signUp, scanned } = await withOrganizations(engine)
    expect(acme.metadata).toEqual({ plan: 1 })
    expect((await ada.session())!.session.activeOrganizationId).toBe(acme.id)
    const taken = await ada.send("POST", "/organization/create", { body: { name: "Other", slug: "acme" } })
    expect(taken.status).toBe(400)
    expect((await ada.send("POST", "/organization/check-slug", { body: { slug: "acme" } })).status).toBe(400)
    await ada.post("/organization/check-slug", { slug: "acme-two" })
    await ada.post("/organization/create", { name: "Second", slug: "second" })
    expect(names(await ada.get("/organization/list"))).toEqual(["Acme", "Second"])

    await ada.post("/organization/update", { organizationId: acme.id, data: { slug: "acme-two" } })
    await ada.post("/organization/set-active", { organizationSlug: "acme-two" })
    const full = await ada.get("/organization/get-full-organization")
    expect(full).toMatchObject({ slug: "acme-two", members: [{ role: "owner", user: { name: "Ada" } }] })
    expect(full.teams).toHaveLength(1)
    const eve = await signUp("Eve")
    // The slug is free again, and Ada's is hers.
    await eve.post("/organization/create", { name: "Acme", slug: "acme" })
    const stolen = await eve.send("POST", "/organization/update", { body: { data: { slug: "acme-two" } } })
    expect(stolen.status).toBe(400)

    await ada.post("/organization/delete", { organizationId: acme.id })
    expect(names(await ada.get("/organization/list"))).toEqual(["Second"])
    await eve.post("/organization/check-slug", { slug: "acme-two" })
    expect(scanned()).toEqual([])
  })

  it("invites members, lists and changes them, and lets them go", async () => {
    const { ada, acme, signUp, mailTo, join, scanned } = await withOrganizations(engine)
    const [grace, hedy, eve] = [await signUp("Grace"), await signUp("Hedy"), await signUp("Eve")]
    const member = await join(ada, grace)
    await join(ada, hedy)

    const invite = { email: emailOf("Eve"), role: "admin", organizationId: acme.id }
    await ada.post("/organization/invite-member", invite)
    expect((await ada.send("POST", "/organization/invite-member", { body: invite })).status).toBe(400)
    const { id } = mailTo(emailOf("Eve"))
    await eve.post("/send-verification-email", { email: emailOf("Eve") })
    await eve.get("/verify-email", { token: mailTo(emailOf("Eve")).token })
    expect(await eve.get("/organization/list-user-invitations")).toMatchObject([{ id }])
    expect(await eve.get("/organization/get-invitation", { id })).toMatchObject({ organizationSlug: "acme" })
    const pending = async () =>
      (await ada.get("/organization/list-invitations")).filter(({ status }: any) => status === "pending")
    expect(await pending()).toMatchObject([{ id }])
    await eve.post("/organization/reject-invitation", { invitationId: id })
    expect(await pending()).toEqual([])
    const late = await eve.send("POST", "/organization/accept-invitation", { body: { invitationId: id } })
    expect(late.status).toBe(400)
    await ada.post("/organization/invite-member", invite)
    await ada.post("/organization/cancel-invitation", { invitationId: mailTo(emailOf("Eve")).id })
    expect(await eve.get("/organization/list-user-invitations")).toEqual([])

    const list = async (query: Record<string, string> = {}) => {
      const { members, total } = await ada.get("/organization/list-members", query)
      return [members.map(({ user }: any) => user.name).sort(), total]
    }
    expect(await list()).toEqual([["Ada", "Grace", "Hedy"], 3])
    expect(await list({ filterField: "role", filterValue: "owner", filterOperator: "eq" })).toEqual([
      ["Ada"],
      1,
    ])
    const [, middle] = [ada, grace, hedy].map(({ user }) => user).sort((a, b) => (a.id < b.id ? 1 : -1))
    const page = await list({ sortBy: "userId", sortDirection: "desc", limit: "1", offset: "1" })
    expect(page).toEqual([[middle.name], 3])
    await ada.post("/organization/update-member-role", { memberId: member.id, role: "admin" })
    expect(await grace.get("/organization/get-active-member")).toMatchObject({ role: "admin" })
    expect(await grace.get("/organization/get-active-member-role")).toMatchObject({ role: "admin" })
    expect(
      (await grace.post("/organization/has-permission", { permissions: { member: ["update"] } })).success,
    ).toBe(true)
    await ada.post("/organization/remove-member", { memberIdOrEmail: emailOf("Hedy") })
    await grace.post("/organization/leave", { organizationId: acme.id })
    expect(await list()).toEqual([["Ada"], 1])
    expect(await hedy.get("/organization/list")).toEqual([])
    const last = await ada.send("POST", "/organization/leave", { body: { organizationId: acme.id } })
    expect(last.status).toBe(400)
    expect(scanned()).toEqual([])
  })

  it("has teams with a limit of members", async () => {
    const { ada, signUp, join, scanned } = await withOrganizations(engine)
    const team = await ada.post("/organization/create-team", { name: "Rocketry" })
    const [grace, hedy, eve] = [await signUp("Grace"), await signUp("Hedy"), await signUp("Eve")]
    await join(ada, grace, { teamId: team.id })
    await join(ada, hedy)
    await join(ada, eve)
    expect((await grace.session())!.session.activeTeamId).toBe(team.id)
    const add = (user: Browser) =>
      ada.send("POST", "/organization/add-team-member", { body: { teamId: team.id, userId: user.user.id } })
    expect((await add(hedy)).status).toBe(200)
    expect((await add(hedy)).status).toBe(200)
    expect((await add(eve)).status).toBe(403)
    expect(
      await ada.post("/organization/update-team", { teamId: team.id, data: { name: "Rockets" } }),
    ).toMatchObject({ name: "Rockets" })
    expect(names(await ada.get("/organization/list-teams"))).toEqual(["Acme", "Rockets"])
    expect(names(await grace.get("/organization/list-user-teams"))).toEqual(["Rockets"])
    const members = async () =>
      (await grace.get("/organization/list-team-members", { teamId: team.id })).map(
        ({ userId }: any) => userId,
      )
    expect((await members()).sort()).toEqual([grace.user.id, hedy.user.id].sort())

    await ada.post("/organization/remove-team-member", { teamId: team.id, userId: hedy.user.id })
    expect(await members()).toEqual([grace.user.id])
    expect((await add(eve)).status).toBe(200)
    await grace.post("/organization/set-active-team", { teamId: team.id })
    await ada.post("/organization/remove-member", { memberIdOrEmail: emailOf("Eve") })
    expect(await members()).toEqual([grace.user.id])
    await ada.post("/organization/remove-team", { teamId: team.id })
    expect(names(await ada.get("/organization/list-teams"))).toEqual(["Acme"])
    expect(await grace.get("/organization/list-user-teams")).toEqual([])
    expect(scanned()).toEqual([])
  })

  it("has roles made while it runs", async () => {
    const { ada, signUp, join, scanned } = await withOrganizations(engine)
    const grace = await signUp("Grace")
    await ada.post("/organization/create-role", { role: "pilot", permission: { invitation: ["create"] } })
    const taken = await ada.send("POST", "/organization/create-role", {
      body: { role: "pilot", permission: { invitation: ["create"] } },
    })
    expect(taken.status).toBe(400)
    const { roleData } = await ada.post("/organization/create-role", {
      role: "cook",
      permission: { team: ["create"] },
    })
    await join(ada, grace, { role: "pilot" })
    const may = async (permissions: object) =>
      (await grace.post("/organization/has-permission", { permissions })).success
    expect(await may({ invitation: ["create"] })).toBe(true)
    expect(await may({ team: ["create"] })).toBe(false)
    await ada.post("/organization/update-role", {
      roleName: "pilot",
      data: { permission: { team: ["create"] } },
    })
    expect(await may({ team: ["create"] })).toBe(true)
    const inUse = await ada.send("POST", "/organization/delete-role", { body: { roleName: "pilot" } })
    expect(inUse.status).toBe(400)

    await ada.post("/organization/update-role", { roleId: roleData.id, data: { roleName: "chef" } })
    expect(await ada.get("/organization/get-role", { roleName: "chef" })).toMatchObject({ id: roleData.id })
    const roles = async () => (await ada.get("/organization/list-roles")).map(({ role }: any) => role).sort()
    expect(await roles()).toEqual(["chef", "pilot"])
    await ada.post("/organization/delete-role", { roleId: roleData.id })
    expect(await roles()).toEqual(["pilot"])
    expect(scanned()).toEqual([])
  })

  it("deletes an organization with its members and invitations", async () => {
    const { ada, acme, signUp, mailTo, join, scanned } = await withOrganizations(engine)
    const [grace, hedy] = [await signUp("Grace"), await signUp("Hedy")]
    await join(ada, grace)
    await ada.post("/organization/invite-member", { email: emailOf("Hedy"), role: "member" })
    const { id: invitationId } = mailTo(emailOf("Hedy"))
    await ada.post("/organization/delete", { organizationId: acme.id })
    expect(await grace.get("/organization/list")).toEqual([])
    const late = await hedy.send("POST", "/organization/accept-invitation", { body: { invitationId } })
    expect(late.status).toBe(400)
    await hedy.post("/organization/create", { name: "Acme", slug: "acme" })
    expect(scanned()).toEqual([])
  })
})
