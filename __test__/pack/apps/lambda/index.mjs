// A function behind an HTTP API of API Gateway (payload version 2.0): Better Auth's endpoints, and Auth.js's adapter.
import { betterAuth } from "better-auth"
import { DynamoDBAdapter } from "dynauth"
import { dynamodbAdapter } from "dynauth/better-auth"

const auth = betterAuth({
  database: dynamodbAdapter({ client: { endpoint: "memory:" } }),
  baseURL: "https://api.example.com",
  secret: "a secret of 32 characters or more, for tests alone",
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
})
const adapter = DynamoDBAdapter({ endpoint: "memory:authjs" })

export async function handler(event) {
  const { method } = event.requestContext.http
  if (event.rawPath === "/authjs") {
    const user = await adapter.createUser({ email: event.queryStringParameters.email, emailVerified: null })
    return { statusCode: 200, body: JSON.stringify(await adapter.getUser(user.id)) }
  }
  const response = await auth.handler(
    new Request(`https://${event.requestContext.domainName}${event.rawPath}`, {
      method,
      headers: { ...event.headers, cookie: (event.cookies ?? []).join("; ") },
      ...(method === "POST" ? { body: event.body } : {}),
    }),
  )
  return {
    statusCode: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => name !== "set-cookie")),
    cookies: response.headers.getSetCookie(),
    body: await response.text(),
  }
}
