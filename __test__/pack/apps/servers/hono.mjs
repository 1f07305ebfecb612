import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { auth, page, port } from "./better.mjs"

const app = new Hono()
app.on(["GET", "POST"], "/api/auth/*", (context) => auth.handler(context.req.raw))
app.get("/", async (context) =>
  context.html(page(await auth.api.getSession({ headers: context.req.raw.headers }))),
)
serve({ fetch: app.fetch, port }, () => console.log("ready"))
