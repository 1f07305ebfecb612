import { multiSession } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { emailOf, password, stage } from "../stage"

describe.each(engines)("multiSession on $name", (engine) => {
  it("keeps several users signed in", async () => {
    const { signUp, scanned } = await stage(engine, { plugins: [multiSession()] })
    await signUp("Grace")
    const device = await signUp("Ada")
    const ada = (await device.session())!
    await device.post("/sign-in/email", { email: emailOf("Grace"), password })
    const grace = (await device.session())!
    const list = async () =>
      (await device.get("/multi-session/list-device-sessions")).map(({ user }: any) => user.name).sort()
    expect(await list()).toEqual(["Ada", "Grace"])

    await device.post("/multi-session/set-active", { sessionToken: ada.session.token })
    expect((await device.session())!.user.id).toBe(ada.user.id)
    await device.post("/multi-session/revoke", { sessionToken: grace.session.token })
    expect(await list()).toEqual(["Ada"])
    await device.post("/sign-in/email", { email: emailOf("Grace"), password })
    await device.post("/sign-out")
    expect(await device.session()).toBeNull()
    expect(scanned()).toEqual([])
  })
})
