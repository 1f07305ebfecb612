// An OpenID Connect provider that signs in whom a test says, without asking.

import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto"
import { createServer } from "node:http"
import { bodyOf, listen } from "../engines"

export interface Identity {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
}

export interface IdentityProvider {
  issuer: string
  /** Who is signed in by the next authorization. */
  identity: Identity
}

export const client = { id: "client", secret: "client-secret" }

export async function identityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const codes = new Map<string, { identity: Identity; nonce: string | null; challenge: string | null }>()
  const tokens = new Map<string, Identity>()
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")

  const idToken = (identity: Identity, nonce: string | null) => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: provider.issuer,
      aud: client.id,
      iat: now,
      exp: now + 300,
      ...identity,
      ...(nonce && { nonce }),
    }
    const signed = `${encode({ alg: "RS256", kid: "1" })}.${encode(claims)}`
    return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey).toString("base64url")}`
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, provider.issuer)
    const json = (body: object, status = 200) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json({
          issuer: provider.issuer,
          authorization_endpoint: `${provider.issuer}/authorize`,
          token_endpoint: `${provider.issuer}/token`,
          userinfo_endpoint: `${provider.issuer}/userinfo`,
          jwks_uri: `${provider.issuer}/keys`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256"],
          code_challenge_methods_supported: ["S256"],
        })
      case "/keys":
        return json({
          keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", alg: "RS256", use: "sig" }],
        })
      case "/authorize": {
        const code = randomUUID()
        const { searchParams: asked } = url
        codes.set(code, {
          identity: { ...provider.identity },
          nonce: asked.get("nonce"),
          challenge: asked.get("code_challenge"),
        })
        const back = new URL(asked.get("redirect_uri")!)
        back.searchParams.set("code", code)
        if (asked.has("state")) back.searchParams.set("state", asked.get("state")!)
        return response.writeHead(302, { location: String(back) }).end()
      }
      case "/token": {
        const given = new URLSearchParams(await bodyOf(request))
        const granted = codes.get(given.get("code")!)
        codes.delete(given.get("code")!)
        const verifier = createHash("sha256")
          .update(given.get("code_verifier") ?? "")
          .digest("base64url")
        if (!granted || (granted.challenge && granted.challenge !== verifier))
          return json({ error: "invalid_grant" }, 400)
        const accessToken = randomUUID()
        tokens.set(accessToken, granted.identity)
        return json({
          access_token: accessToken,
          refresh_token: randomUUID(),
          token_type: "Bearer",
          expires_in: 300,
          scope: "openid email profile",
          id_token: idToken(granted.identity, granted.nonce),
        })
      }
      case "/userinfo": {
        const identity = tokens.get(String(request.headers.authorization).replace("Bearer ", ""))
        return identity ? json(identity) : response.writeHead(401).end()
      }
      default:
        return response.writeHead(404).end()
    }
  })
  const provider: IdentityProvider = { issuer: "", identity: { sub: "" } }
  provider.issuer = await listen(server)
  return provider
}
