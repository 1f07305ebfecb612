import { anonymous } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { emailOf, password, stage } from "../stage"

describe.each(engines)("anonymous on $name", (engine) => {
  it("signs somebody in without a name, who becomes somebody", async () => {
    const linked: string[][] = []
    const { browser, auth, scanned } = await stage(engine, {
      plugins: [
        anonymous({
          onLinkAccount: async ({ anonymousUser, newUser }) =>
            void linked.push([anonymousUser.user.id, newUser.user.id]),
        }),
      ],
    })
    const guest = browser()
    await guest.post("/sign-in/anonymous")
    const { user } = (await guest.session())!
    expect(user.isAnonymous).toBe(true)
    await guest.post("/sign-up/email", { name: "Ada", email: emailOf("Ada"), password })
    const { user: ada } = (await guest.session())!
    expect(ada).toMatchObject({ name: "Ada", isAnonymous: false })
    expect(linked).toEqual([[user.id, ada.id]])
    const { internalAdapter } = await auth.$context
    expect(await internalAdapter.findUserById(user.id)).toBeNull()
    expect(scanned()).toEqual([])
  })

  it("deletes a guest", async () => {
    const { browser, scanned } = await stage(engine, { plugins: [anonymous()] })
    const guest = browser()
    await guest.post("/sign-in/anonymous")
    await guest.post("/delete-anonymous-user")
    expect(await guest.session()).toBeNull()
    expect(scanned()).toEqual([])
  })
})
