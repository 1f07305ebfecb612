import { fromNodeHeaders, toNodeHandler } from "better-auth/node"
import express from "express"
import { auth, page, port } from "./better.mjs"

const app = express()
app.all("/api/auth/*splat", toNodeHandler(auth))
app.get("/", async (request, response) => {
  response.send(page(await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })))
})
app.listen(port, () => console.log("ready"))
