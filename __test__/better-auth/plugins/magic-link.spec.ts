import { magicLink } from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { engines } from "../../engines"
import { emailOf, type Mail, stage } from "../stage"

describe.each(engines)("magicLink on $name", (engine) => {
  it.each(["plain", "hashed"] as const)(
    "signs up and in by a link that works once (%s)",
    async (storeToken) => {
      const mail: Mail[] = []
      const { browser, signUp, scanned } = await stage(engine, {
        plugins: [
          magicLink({
            storeToken,
            sendMagicLink: ({ email, url, token }) => void mail.push({ to: email, url, token }),
          }),
        ],
      })
      const link = async (user: ReturnType<typeof browser>, email: string) => {
        await user.post("/sign-in/magic-link", { email, name: "Ada", callbackURL: "/done" })
        return mail.pop()!.url as string
      }
      const ada = browser()
      const url = await link(ada, emailOf("Ada"))
      expect((await ada.open(url)).pathname).toBe("/done")
      const { user } = (await ada.session())!
      expect(user).toMatchObject({ email: emailOf("Ada"), emailVerified: true })
      expect((await browser().open(url)).searchParams.get("error")).not.toBeNull()

      const grace = await signUp("Grace")
      await grace.open(await link(grace, emailOf("Grace")))
      expect((await grace.session())!.user).toMatchObject({ id: grace.user.id, emailVerified: true })
      expect(scanned()).toEqual([])
    },
  )
})
