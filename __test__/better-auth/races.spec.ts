// Many at once for one thing, through Better Auth's endpoints: as many get it as there are, and who does not is told so
// as a request (4xx), not as a fault of the server. The app runs in several processes on the same tables, as in
// production: within one, Better Auth lets some requests wait for each other.

import { randomUUID } from "node:crypto"
import { apiKey } from "@better-auth/api-key"
import { oauthProvider } from "@better-auth/oauth-provider"
import {
  deviceAuthorization,
  emailOTP,
  jwt,
  magicLink,
  organization,
  twoFactor,
  username,
} from "better-auth/plugins"
import { describe, expect, it } from "vitest"
import { engines } from "../engines"
import { forge, visitForge } from "./forge"
import { OAuthClient } from "./oauth-client"
import { type Answer, Browser, emailOf, password, stage, type Stage } from "./stage"
import { signedMessage, wallets } from "./wallet"

const PROCESSES = 5
/** A pair, which is what meets in production, and a crowd. */
const crowds = [2, 50]
/** A crowd that has to come one after the other takes its time on DynamoDB Local; in milliseconds. */
const timeout = 120_000

/** Whether an answer is a refusal. A link that is no longer good leads back with an error. */
const isRefused = ({ status, headers }: Answer) =>
  status >= 400 || /[?&]error=/.test(headers.get("location") ?? "")

/**
 * Lets many ask at once, and resolves to the answers of those who got what they asked for.
 *
 * @param ask what each does, given its number
 */
async function race(racers: number, ask: (racer: number) => Promise<Answer>): Promise<Answer[]> {
  const answers = await Promise.all(Array.from({ length: racers }, (_, racer) => ask(racer)))
  const faults = answers.filter(({ status }) => status >= 500)
  expect(faults.map(({ status, body }) => ({ status, body }))).toEqual([])
  return answers.filter((answer) => !isRefused(answer))
}

/**
 * An API key that has so many uses a day. Without new uses to come, Better Auth deletes a key when it finds it used up,
 * which takes the last use from whoever is at it.
 */
const daily = (uses: number) => ({ refillAmount: uses, refillInterval: 24 * 60 * 60 * 1000 })

/** The answer that an endpoint has which is not for browsers. */
async function answerOf(call: Promise<unknown>): Promise<Answer> {
  const headers = new Headers()
  return call.then(
    (body) => ({ status: 200, body, headers }),
    (error: any) => ({ status: error.statusCode ?? 500, body: error.body ?? String(error), headers }),
  )
}

/** So many who have signed up. */
function crowd({ signUp }: Stage, racers: number): Promise<Browser[]> {
  return Promise.all(Array.from({ length: racers }, (_, racer) => signUp(`Racer${racer}`)))
}

/** The same browser, as it asks each of the processes. */
function everywhere({ processes, log }: Stage, user: Browser): Browser[] {
  return processes.map(({ handler }) => {
    const copy = new Browser(handler, log)
    for (const cookie of user.cookies) copy.cookies.set(...cookie)
    return copy
  })
}

describe.each(engines)("races through Better Auth on $name", (engine) => {
  describe.each(crowds)("of %i", { timeout }, (racers) => {
    it("for an email at sign-up", async () => {
      const app = await stage(engine, {}, PROCESSES)
      const body = { name: "Ada", email: emailOf("Ada"), password }
      const winners = await race(racers, () => app.browser().send("POST", "/sign-up/email", { body }))
      expect(winners).toHaveLength(1)
      const { id } = winners[0]!.body.user
      expect(await app.items("user")).toMatchObject([{ id, email: emailOf("Ada") }])
      expect((await app.browser().post("/sign-in/email", body)).user.id).toBe(id)
    })

    it("for an email that users change to", async () => {
      const app = await stage(
        engine,
        { user: { changeEmail: { enabled: true, updateEmailWithoutVerification: true } } },
        PROCESSES,
      )
      const users = await crowd(app, racers)
      const newEmail = emailOf("Ada")
      await race(racers, (racer) => users[racer]!.send("POST", "/change-email", { body: { newEmail } }))
      // Better Auth does not tell who comes late that the email is taken.
      const emails = (await app.items("user")).map(({ email }) => email)
      expect(emails.filter((email) => email === newEmail)).toHaveLength(1)
      expect(new Set(emails).size).toBe(racers)
      const { user } = await app.browser().post("/sign-in/email", { email: newEmail, password })
      expect(user.email).toBe(newEmail)
    })

    it("for a username, at sign-up and later", async () => {
      const app = await stage(engine, { plugins: [username()] }, PROCESSES)
      const signUps = await race(racers, (racer) => {
        const body = { name: "Ada", email: emailOf(`Ada${racer}`), password, username: "countess" }
        return app.browser().send("POST", "/sign-up/email", { body })
      })
      expect(signUps).toHaveLength(1)
      expect(await app.items("user")).toHaveLength(1)

      const users = await crowd(app, racers)
      const changes = await race(racers, (racer) =>
        users[racer]!.send("POST", "/update-user", { body: { username: "duchess" } }),
      )
      expect(changes).toHaveLength(1)
      const names = (await app.items("user")).map((user) => user.username)
      expect(names.filter((name) => name === "duchess")).toHaveLength(1)
    })

    it("for a provider's account at the first sign-in", async () => {
      const identity = { id: "1815", email: emailOf("Ada"), name: "Ada" }
      const app = await stage(engine, { plugins: [forge(identity)] }, PROCESSES)
      const visits = await Promise.all(
        Array.from({ length: racers }, async () => {
          const user = app.browser()
          return { user, address: await visitForge(user) }
        }),
      )
      const winners = await race(racers, (racer) => visits[racer]!.user.send("GET", visits[racer]!.address))
      expect(winners.length).toBeGreaterThan(0)
      const [user] = await app.items("user")
      expect(await app.items("user")).toHaveLength(1)
      expect(await app.items("account")).toMatchObject([{ accountId: "1815", userId: user!.id }])
    })

    it("for a wallet at the first sign-in", async () => {
      const app = await stage(engine, { plugins: [wallets()] }, PROCESSES)
      const messages = await Promise.all(
        Array.from({ length: racers }, async () => {
          const user = app.browser()
          return { user, body: await signedMessage(user) }
        }),
      )
      const winners = await race(racers, (racer) => {
        const { user, body } = messages[racer]!
        return user.send("POST", "/siwe/verify", { body })
      })
      expect(winners.length).toBeGreaterThan(0)
      expect(await app.items("walletAddress")).toHaveLength(1)
      expect(new Set(winners.map(({ body }) => body.user.id)).size).toBe(1)
    })

    it("for an organization's slug", async () => {
      const app = await stage(engine, { plugins: [organization()] }, PROCESSES)
      const users = await crowd(app, racers)
      const body = { name: "Acme", slug: "acme" }
      const created = await race(racers, (racer) =>
        users[racer]!.send("POST", "/organization/create", { body }),
      )
      expect(created).toHaveLength(1)
      expect(await app.items("organization")).toHaveLength(1)
      expect(await app.items("member")).toHaveLength(1)

      const others = await Promise.all(
        users.map((user, racer) =>
          user.post("/organization/create", { name: "Other", slug: `other-${racer}` }),
        ),
      )
      const renamed = await race(racers, (racer) =>
        users[racer]!.send("POST", "/organization/update", {
          body: { organizationId: others[racer].id, data: { slug: "renamed" } },
        }),
      )
      expect(renamed).toHaveLength(1)
    })

    it("for a membership of an organization, and of a team", async () => {
      const app = await stage(
        engine,
        { plugins: [organization({ teams: { enabled: true, maximumMembersPerTeam: 3 } })] },
        PROCESSES,
      )
      const owner = await app.signUp("Owner")
      const { id: organizationId } = await owner.post("/organization/create", { name: "Acme", slug: "acme" })
      const users = await crowd(app, racers)
      const add = (racer: number, userId: string) => {
        const { api } = app.processes[racer % PROCESSES]
        return answerOf(api.addMember({ body: { userId, organizationId, role: "member" } }))
      }
      const [first, ...others] = users
      expect(await race(racers, (racer) => add(racer, first!.user.id))).toHaveLength(1)
      for (const [racer, { user }] of others.entries()) await add(racer, user.id)
      expect(await app.items("member")).toHaveLength(racers + 1)

      const { id: teamId } = await owner.post("/organization/create-team", { name: "Rocketry" })
      const owners = everywhere(app, owner)
      const join = (racer: number, userId: string) =>
        owners[racer % PROCESSES]!.send("POST", "/organization/add-team-member", { body: { teamId, userId } })
      const members = async () => (await app.items("teamMember")).filter((member) => member.teamId === teamId)
      const count = async () => (await app.items("team")).find(({ id }) => id === teamId)!.memberCount
      // To be a member already is no failure.
      expect((await race(racers, (racer) => join(racer, first!.user.id))).length).toBeGreaterThan(0)
      expect(await members()).toHaveLength(1)
      expect(await count()).toBe(1)

      const joined = await race(racers, (racer) => join(racer, users[racer]!.user.id))
      expect(joined.length).toBeLessThanOrEqual(3)
      expect((await members()).length).toBeLessThanOrEqual(3)
      expect(await count()).toBe((await members()).length)
    })

    it("for an invitation", async () => {
      const invitations: string[] = []
      const sendInvitationEmail = async ({ id }: { id: string }) => void invitations.push(id)
      const app = await stage(engine, { plugins: [organization({ sendInvitationEmail })] }, PROCESSES)
      const owner = await app.signUp("Owner")
      await owner.post("/organization/create", { name: "Acme", slug: "acme" })
      const ada = everywhere(app, await app.signUp("Ada"))
      await owner.post("/organization/invite-member", { email: emailOf("Ada"), role: "member" })
      const body = { invitationId: invitations[0] }
      const accepted = await race(racers, (racer) =>
        ada[racer % PROCESSES]!.send("POST", "/organization/accept-invitation", { body }),
      )
      expect(accepted).toHaveLength(1)
      expect(await app.items("member")).toHaveLength(2)
    })

    it("for a password reset token", async () => {
      const app = await stage(engine, {}, PROCESSES)
      const ada = await app.signUp("Ada")
      await ada.post("/request-password-reset", { email: emailOf("Ada") })
      const { token } = app.mailTo(emailOf("Ada"))
      const winners = await race(racers, (racer) =>
        app.browser().send("POST", "/reset-password", {
          body: { token, newPassword: `the password of racer ${racer}` },
        }),
      )
      expect(winners).toHaveLength(1)
    })

    it("for a magic link", async () => {
      const links: string[] = []
      const sendMagicLink = ({ url }: { url: string }) => void links.push(url)
      const app = await stage(engine, { plugins: [magicLink({ sendMagicLink })] }, PROCESSES)
      await app.browser().post("/sign-in/magic-link", { email: emailOf("Ada"), callbackURL: "/done" })
      expect(await race(racers, () => app.browser().send("GET", links[0]!))).toHaveLength(1)
      expect(await app.items("session")).toHaveLength(1)
    })

    it("for a code sent by email", async () => {
      const codes: string[] = []
      const sendVerificationOTP = async ({ otp }: { otp: string }) => void codes.push(otp)
      const app = await stage(engine, { plugins: [emailOTP({ sendVerificationOTP })] }, PROCESSES)
      const email = emailOf("Ada")
      await app.browser().post("/email-otp/send-verification-otp", { email, type: "sign-in" })
      const body = { email, otp: codes[0] }
      const winners = await race(racers, () => app.browser().send("POST", "/sign-in/email-otp", { body }))
      expect(winners).toHaveLength(1)
      expect(await app.items("session")).toHaveLength(1)
    })

    it("for a backup code", async () => {
      const app = await stage(engine, { plugins: [twoFactor({ skipVerificationOnEnable: true })] }, PROCESSES)
      const ada = await app.signUp("Ada")
      const { backupCodes } = await ada.post("/two-factor/enable", { password })
      const users = Array.from({ length: racers }, () => app.browser())
      for (const user of users) await user.post("/sign-in/email", { email: emailOf("Ada"), password })
      const body = { code: backupCodes[0] }
      const winners = await race(racers, (racer) =>
        users[racer]!.send("POST", "/two-factor/verify-backup-code", { body }),
      )
      expect(winners).toHaveLength(1)
    })

    it("for a device's code", async () => {
      const plugin = deviceAuthorization({ interval: "0s", validateClient: () => true })
      const app = await stage(engine, { plugins: [plugin] }, PROCESSES)
      const { device_code, user_code } = await app.browser().post("/device/code", { client_id: "television" })
      // Who looks at it first is who may approve it.
      const users = await crowd(app, racers)
      await race(racers, (racer) => users[racer]!.send("GET", `/device?user_code=${user_code}`))
      const approved = await race(racers, (racer) =>
        users[racer]!.send("POST", "/device/approve", { body: { userCode: user_code } }),
      )
      expect(approved).toHaveLength(1)
      const body = {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code,
        client_id: "television",
      }
      const winners = await race(racers, () => app.browser().send("POST", "/device/token", { body }))
      expect(winners).toHaveLength(1)
    })

    it("for an OAuth code, and a refresh token", async () => {
      const provider = oauthProvider({ loginPage: "/sign-in", consentPage: "/consent" })
      const app = await stage(engine, { disabledPaths: ["/token"], plugins: [jwt(), provider] }, PROCESSES)
      const ada = await app.signUp("Ada")
      const client = await OAuthClient.of(ada, app.browser)
      const { refresh_token } = (await client.exchange(await client.authorize(ada))).body
      const grant = await client.authorize(ada)
      expect(await race(racers, () => client.exchange(grant))).toHaveLength(1)
      expect(await race(racers, () => client.refresh(refresh_token))).toHaveLength(1)
    })

    it("for the last use of an API key", async () => {
      const app = await stage(engine, { plugins: [apiKey({ rateLimit: { enabled: false } })] }, PROCESSES)
      const { user } = await app.signUp("Ada")
      const body = { userId: user.id, remaining: 1, ...daily(1) }
      const { key } = await app.auth.api.createApiKey({ body })
      const verdicts = await Promise.all(
        Array.from({ length: racers }, (_, racer) =>
          app.processes[racer % PROCESSES].api.verifyApiKey({ body: { key } }),
        ),
      )
      expect(verdicts.filter(({ valid }) => valid)).toHaveLength(1)
      for (const { valid, error } of verdicts) if (!valid) expect(error.code).toBe("USAGE_EXCEEDED")
    })
  })

  it("for the ten requests that a rate limit in the database allows, of 50", async () => {
    const app = await stage(
      engine,
      {
        rateLimit: { enabled: true, storage: "database", window: 60, max: 10 },
        advanced: { ipAddress: { ipAddressHeaders: ["x-client"] } },
      },
      PROCESSES,
    )
    const headers = { "x-client": "192.0.2.1" }
    const allowed = await race(50, () => app.browser().send("GET", "/ok", { headers }))
    expect(allowed).toHaveLength(10)
    expect(await app.items("rateLimit")).toMatchObject([{ count: 10 }])
  })

  it("for the ten uses that an API key has, and the ten that its rate limit allows, of 50", async () => {
    const app = await stage(
      engine,
      { plugins: [apiKey({ rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: 10 } })] },
      PROCESSES,
    )
    const { user } = await app.signUp("Ada")
    const uses = async (body: object) => {
      const { key } = await app.auth.api.createApiKey({ body: { userId: user.id, ...body } })
      const verdicts = await Promise.all(
        Array.from({ length: 50 }, (_, racer) =>
          app.processes[racer % PROCESSES].api.verifyApiKey({ body: { key } }),
        ),
      )
      return verdicts.filter(({ valid }) => valid).length
    }
    expect(await uses({ remaining: 10, rateLimitEnabled: false, ...daily(10) })).toBe(10)
    expect(await uses({})).toBe(10)
  })

  describe("by the adapter itself", () => {
    /** The adapters of the processes, and a verification value. */
    async function adapters() {
      const app = await stage(engine, { plugins: [organization({ teams: { enabled: true } })] }, PROCESSES)
      const contexts = await Promise.all(app.processes.map(({ $context }) => $context))
      return (racer: number) => contexts[racer % PROCESSES].adapter
    }

    it("twenty consume one row: one gets it", async () => {
      const adapter = await adapters()
      const data = { identifier: randomUUID(), value: "value", expiresAt: new Date(2e12) }
      const { id } = await adapter(0).create({ model: "verification", data })
      const consumed = await Promise.all(
        Array.from({ length: 20 }, (_, racer) =>
          adapter(racer).consumeOne({ model: "verification", where: [{ field: "id", value: id }] }),
        ),
      )
      expect(consumed.filter(Boolean)).toMatchObject([{ id, identifier: data.identifier }])
    })

    it("fifty count one up: all are counted, and a guard holds", async () => {
      const adapter = await adapters()
      const data = { name: "Rocketry", organizationId: randomUUID(), memberCount: 0, createdAt: new Date() }
      const { id } = await adapter(0).create({ model: "team", data })
      const where = [{ field: "id", value: id }]
      const count = async (guard: object[] = []) => {
        const counted = await Promise.all(
          Array.from({ length: 50 }, (_, racer) =>
            adapter(racer).incrementOne({
              model: "team",
              where: [...where, ...guard],
              increment: { memberCount: 1 },
            }),
          ),
        )
        return counted.flatMap((row) => row?.memberCount ?? []).sort((a, b) => a - b)
      }
      // Each is told its own count.
      expect(await count()).toEqual(Array.from({ length: 50 }, (_, at) => at + 1))
      const guarded = await count([{ field: "memberCount", operator: "lt", value: 60 }])
      expect(guarded).toEqual(Array.from({ length: 10 }, (_, at) => at + 51))
      expect(await adapter(0).findOne({ model: "team", where })).toMatchObject({ memberCount: 60 })
    })
  })
})
