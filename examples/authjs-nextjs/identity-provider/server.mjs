/**
 * Two OpenID Connect providers to sign in with, "Acorn ID" and "Birch ID", so that the example needs no account anywhere and a second one can be linked.
 *
 * They are real ones (the certified `oidc-provider` package) except for one thing: they believe whoever says who they are.
 * Everything is in memory and made anew at each start: keys, grants, sessions.
 *
 *     IDENTITY_PROVIDER_URL=http://localhost:4000 APP_URL=http://localhost:3000 node identity-provider/server.mjs
 */
import { createHash, generateKeyPairSync, randomBytes } from "node:crypto"
import { createServer } from "node:http"
import { loginPage, messagePage } from "./pages.mjs"

// The library warns that everything is in memory, and of any Node.js but the newest: true, and no news here.
console.warn = () => {}
const { default: Provider } = await import("oidc-provider")

const ownUrl = process.env.IDENTITY_PROVIDER_URL ?? "http://localhost:4000"
const appUrl = process.env.APP_URL ?? "http://localhost:3000"

const brands = [
  { id: "acorn", name: "Acorn ID", color: "#b4530a" },
  { id: "birch", name: "Birch ID", color: "#15795a" },
]

/** The people who have logged in, by their subject identifier. */
const people = new Map()

/** The same email is the same person again, even after a restart; the two providers do not know of each other. */
function person(brand, { name, email }) {
  const subject = createHash("sha256").update(`${brand.id} ${email}`).digest("hex").slice(0, 24)
  people.set(subject, { name, email })
  return subject
}

function createProvider(brand) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })

  return new Provider(`${ownUrl}/${brand.id}`, {
    clients: [
      {
        client_id: "example",
        client_secret: "example-secret", // The app has the same one in src/auth.ts
        redirect_uris: [`${appUrl}/api/auth/callback/${brand.id}`],
      },
    ],
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
    // Auth.js reads name and email from the ID token; strict OpenID Connect has them only at the userinfo endpoint.
    conformIdTokenClaims: false,
    findAccount: (_context, subject) => ({
      accountId: subject,
      claims: () => ({ sub: subject, email_verified: true, ...people.get(subject) }),
    }),
    // The app is the provider's own: nobody is asked for consent.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client.clientId,
        accountId: oidc.session.accountId,
      })
      grant.addOIDCScope("openid profile email")
      await grant.save()
      return grant
    },
    interactions: { url: (_context, interaction) => `/${brand.id}/login/${interaction.uid}` },
    features: { devInteractions: { enabled: false } },
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig" }] },
    cookies: {
      keys: [randomBytes(32).toString("hex")],
      // Cookies do not know ports: without own names, the two providers would share theirs.
      names: {
        session: `${brand.id}_session`,
        interaction: `${brand.id}_interaction`,
        resume: `${brand.id}_resume`,
      },
    },
    ttl: { Interaction: 3600, Session: 3600, Grant: 3600, AccessToken: 3600, IdToken: 3600 },
  })
}

const providers = new Map()
for (const brand of brands) {
  providers.set(brand.id, { brand, provider: createProvider(brand) })
}

async function readForm(request) {
  let body = ""
  for await (const chunk of request) {
    body += chunk
    if (body.length > 10_000) throw new Error("The form is too long")
  }
  return new URLSearchParams(body)
}

/** The provider's own page: GET shows it, POST says who one is. */
async function login({ brand, provider }, request, response) {
  const details = await provider.interactionDetails(request, response)

  if (request.method === "POST") {
    const form = await readForm(request)
    const email = form.get("email")?.trim().toLowerCase() ?? ""
    const name = form.get("name")?.trim() || email.split("@")[0]
    if (/^[^\s@]+@[^\s@]+$/.test(email)) {
      const login = { accountId: person(brand, { name, email }) }
      return provider.interactionFinished(request, response, { login })
    }
  }
  send(response, 200, loginPage(brand, details.uid))
}

function send(response, status, html) {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" }).end(html)
}

const server = createServer(async (request, response) => {
  const [, id, page] = request.url.split(/[/?]/)
  const found = providers.get(id)
  try {
    if (!found) {
      send(response, 404, messagePage("Identity providers", "Start from the example's sign-in page."))
    } else if (page === "login") {
      await login(found, request, response)
    } else {
      // The provider is mounted below its id; it finds out by comparing the two URLs.
      request.originalUrl = request.url
      request.url = request.url.slice(id.length + 1) || "/"
      found.provider.callback()(request, response)
    }
  } catch (error) {
    console.error(`Identity provider: ${error.message}`)
    send(
      response,
      400,
      messagePage("That did not work", "This login is over. Go back to the app and start again."),
    )
  }
})

// Only this machine: anybody can be anybody here.
server.listen(Number(new URL(ownUrl).port), "localhost")
