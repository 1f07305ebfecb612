import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { type Browser, stage } from "../stage"
import { address, signedMessage, wallets } from "../wallet"

describe.each(engines)("siwe on $name", (engine) => {
  it("signs a wallet in, on each chain as the same user", async () => {
    const { browser, scanned } = await stage(engine, { plugins: [wallets()] })
    const signIn = async (user: Browser, wallet?: string, chain?: number) => {
      const body = await signedMessage(user, wallet, chain)
      await user.post("/siwe/verify", body)
      return body
    }
    const [first, again, elsewhere, other] = [browser(), browser(), browser(), browser()]
    const body = await signIn(first, address)
    // The nonce is used up.
    expect((await browser().send("POST", "/siwe/verify", { body })).status).toBe(401)
    await signIn(again, address)
    await signIn(elsewhere, address, 137)
    await signIn(other, "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")
    const id = async (user: Browser) => (await user.session())!.user.id
    expect(await id(again)).toBe(await id(first))
    expect(await id(elsewhere)).toBe(await id(first))
    expect(await id(other)).not.toBe(await id(first))
    const accounts = await first.get("/list-accounts")
    expect(accounts.map(({ accountId }: any) => accountId).sort()).toEqual([`${address}:1`, `${address}:137`])
    expect(scanned()).toEqual([])
  })
})
