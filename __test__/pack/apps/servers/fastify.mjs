import { fromNodeHeaders } from "better-auth/node"
import fastify from "fastify"
import { auth, page, port } from "./better.mjs"

const app = fastify()
app.route({
  method: ["GET", "POST"],
  url: "/api/auth/*",
  async handler(request, reply) {
    const response = await auth.handler(
      new Request(new URL(request.url, `http://${request.headers.host}`), {
        method: request.method,
        headers: fromNodeHeaders(request.headers),
        ...(request.body ? { body: JSON.stringify(request.body) } : {}),
      }),
    )
    reply.status(response.status)
    for (const [name, value] of response.headers) if (name !== "set-cookie") reply.header(name, value)
    reply.header("set-cookie", response.headers.getSetCookie())
    return reply.send(await response.text())
  },
})
app.get("/", async (request, reply) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) })
  return reply.type("text/html").send(page(session))
})
await app.listen({ port })
console.log("ready")
