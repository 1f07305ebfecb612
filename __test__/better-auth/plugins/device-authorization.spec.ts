import { deviceAuthorization } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { type Engine, engines } from "../../engines"
import { stage } from "../stage"

const client_id = "television"
const grant_type = "urn:ietf:params:oauth:grant-type:device_code"

async function withDevices(engine: Engine) {
  const opened = await stage(engine, {
    plugins: [
      // No wait between two questions, so that the tests need not.
      deviceAuthorization({
        verificationUri: "/device",
        interval: "0s",
        validateClient: (id) => id === client_id,
      }),
    ],
  })
  const device = opened.browser()
  return {
    ...opened,
    device,
    code: () => device.post("/device/code", { client_id }),
    ask: (device_code: string) =>
      device.send("POST", "/device/token", { body: { grant_type, device_code, client_id } }),
  }
}

describe.each(engines)("deviceAuthorization on $name", (engine) => {
  it("signs a device in whom somebody approves, once", async () => {
    const { auth, signUp, code, ask, scanned } = await withDevices(engine)
    const { device_code, user_code } = await code()
    expect((await ask(device_code)).body.error).toBe("authorization_pending")
    const ada = await signUp("Ada")
    expect(await ada.get("/device", { user_code })).toMatchObject({ user_code, status: "pending" })
    // Somebody else cannot approve what Ada has taken up.
    const eve = await signUp("Eve")
    const stolen = await eve.send("POST", "/device/approve", { body: { userCode: user_code } })
    expect(stolen.status).toBe(403)
    await ada.post("/device/approve", { userCode: user_code })

    const { body } = await ask(device_code)
    expect((await ask(device_code)).body.error).toBe("invalid_grant")
    const { internalAdapter } = await auth.$context
    expect((await internalAdapter.findSession(body.access_token)).user.id).toBe(ada.user.id)
    expect(scanned()).toEqual([])
  })

  it("tells a device that somebody denies", async () => {
    const { signUp, code, ask, scanned } = await withDevices(engine)
    const { device_code, user_code } = await code()
    const ada = await signUp("Ada")
    await ada.get("/device", { user_code })
    await ada.post("/device/deny", { userCode: user_code })
    expect((await ask(device_code)).body.error).toBe("access_denied")
    expect((await ask(device_code)).body.error).toBe("invalid_grant")
    expect(scanned()).toEqual([])
  })
})
