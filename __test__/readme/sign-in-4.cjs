// Shows somebody's session through the NextAuth 4 configuration of the app in the working directory, as a browser would
// see it. Signing in through GitHub would need GitHub; the session is made by the app's own adapter.

const { join } = require("node:path")

const [id, email] = process.argv.slice(2)
const { authOptions, default: handler } = require(join(process.cwd(), "out/pages/api/auth/[...nextauth].js"))

async function main() {
  const { adapter } = authOptions
  const user = await adapter.createUser({ name: "Ada Lovelace", email, emailVerified: null })
  await adapter.linkAccount({ userId: user.id, type: "oauth", provider: "github", providerAccountId: id })
  const sessionToken = `session-${id}`
  await adapter.createSession({
    sessionToken,
    userId: user.id,
    expires: new Date(Date.now() + 30 * 24 * 3600 * 1000),
  })

  const answer = await new Promise((resolve) => {
    const response = {
      status: () => response,
      setHeader: () => response,
      getHeader: () => undefined,
      end: resolve,
      send: resolve,
      json: resolve,
    }
    const cookies = { "next-auth.session-token": sessionToken }
    handler(
      {
        method: "GET",
        query: { nextauth: ["session"] },
        headers: { host: "localhost:3000" },
        cookies,
        body: {},
      },
      response,
    )
  })
  console.log(JSON.stringify(answer))
}

main()
