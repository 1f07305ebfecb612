// An Express app as one function of Architect's. Each request may have another process, so that the database is a file, beside
// the function's folder, in which the sandbox runs it.
import { writeFileSync } from "node:fs"
import { ExpressAuth, getSession } from "@auth/express"
import { DynamoDBAdapter } from "dynauth"
import express from "express"
import serverless from "serverless-http"

const config = {
  adapter: DynamoDBAdapter({ endpoint: "file:../auth.db" }),
  secret: "a secret of 32 characters or more, for tests alone",
  trustHost: true,
  providers: [
    {
      id: "mail",
      name: "Mail",
      type: "email",
      from: "app@example.com",
      maxAge: 600,
      sendVerificationRequest({ url }) {
        writeFileSync("../last-link", url)
      },
    },
  ],
}

const app = express()
app.set("trust proxy", true)
app.use("/auth/*", ExpressAuth(config))
app.get("/", async (request, response) => response.json(await getSession(request, config)))

export const handler = serverless(app)
