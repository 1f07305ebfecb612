// A client of the app's own OAuth provider.

import { createHash, randomBytes, randomUUID } from "node:crypto"
import type { Answer, Browser } from "./stage"

const redirect_uri = "https://client.example/callback"

/** What `authorize` got. */
export interface Grant {
  /** Whether the user was asked for consent. */
  asked: boolean
  code: string
  code_verifier: string
}

export class OAuthClient {
  private constructor(
    /** How the app describes it. */
    readonly registration: any,
    private backend: () => Browser,
  ) {}

  /** Registers a client that belongs to a user; `backend` asks the app for tokens. */
  static async of(owner: Browser, backend: () => Browser): Promise<OAuthClient> {
    const registration = await owner.post("/oauth2/create-client", {
      client_name: "Client",
      redirect_uris: [redirect_uri],
      token_endpoint_auth_method: "client_secret_post",
    })
    return new OAuthClient(registration, backend)
  }

  /** Lets a user ask for a code, and consent where the app asks for that. */
  async authorize(user: Browser, more: Record<string, string> = {}): Promise<Grant> {
    const code_verifier = randomBytes(32).toString("base64url")
    const query = new URLSearchParams({
      response_type: "code",
      client_id: this.registration.client_id,
      redirect_uri,
      scope: "openid profile offline_access",
      state: randomUUID(),
      code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
      code_challenge_method: "S256",
      ...more,
    })
    let to = await user.open(`/oauth2/authorize?${query}`)
    const asked = to.pathname === "/consent"
    if (asked) {
      const body = { accept: true, oauth_query: to.search.slice(1) }
      to = new URL((await user.post("/oauth2/consent", body)).url)
    }
    return { asked, code: to.searchParams.get("code")!, code_verifier }
  }

  /** One request with the client's credentials. */
  send(path: string, body: Record<string, string>): Promise<Answer> {
    const { client_id, client_secret } = this.registration
    return this.backend().send("POST", path, {
      body: new URLSearchParams({ client_id, client_secret, ...body }),
    })
  }

  /** Asks for tokens for a code. */
  exchange({ code, code_verifier }: Grant, more: Record<string, string> = {}): Promise<Answer> {
    const body = { grant_type: "authorization_code", code, code_verifier, redirect_uri, ...more }
    return this.send("/oauth2/token", body)
  }

  refresh(refresh_token: string): Promise<Answer> {
    return this.send("/oauth2/token", { grant_type: "refresh_token", refresh_token })
  }

  /** Whether a token is good. */
  async introspect(token: string): Promise<boolean> {
    return (await this.send("/oauth2/introspect", { token })).body.active
  }

  revoke(token: string): Promise<Answer> {
    return this.send("/oauth2/revoke", { token })
  }
}
