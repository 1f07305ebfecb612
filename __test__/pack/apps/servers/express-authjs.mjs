import { ExpressAuth, getSession } from "@auth/express"
import { DynamoDBAdapter } from "dynauth"
import express from "express"

const port = Number(process.env.PORT)
let lastLink
/** @type {import("@auth/express").ExpressAuthConfig} */
const config = {
  adapter: DynamoDBAdapter({ endpoint: "memory:" }),
  basePath: "/auth",
  secret: "a secret of 32 characters or more, for tests alone",
  session: { strategy: "database" },
  trustHost: true,
  providers: [
    {
      id: "mail",
      name: "Mail",
      type: "email",
      from: "app@example.com",
      maxAge: 600,
      sendVerificationRequest({ url }) {
        lastLink = url
      },
    },
  ],
}

const app = express()
app.use("/auth", ExpressAuth(config))
app.get("/mail", (request, response) => response.json({ link: lastLink }))
app.get("/", async (request, response) => {
  const session = await getSession(request, config)
  response.send(`<h1>${session ? `Signed in as ${session.user.email}` : "Signed out"}</h1>`)
})
app.listen(port, () => console.log("ready"))
