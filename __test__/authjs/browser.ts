// A browser, as far as signing in needs one: it keeps cookies and follows redirects to the app.

export type Host = (request: Request) => Promise<Response>

export const origin = "http://app.example"
const auth = `${origin}/api/auth`

export class Browser {
  cookies = new Map<string, string>()

  constructor(private host: Host) {}

  /** One request to the app. */
  async send(url: string, form?: Record<string, string>): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const request = new Request(new URL(url, auth), {
      headers: { cookie, ...(form && { "content-type": "application/x-www-form-urlencoded" }) },
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
    })
    const response = await this.host(request)
    for (const line of response.headers.getSetCookie()) {
      const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/.exec(line)!
      if (value === "" || /max-age=0/i.test(attributes!)) this.cookies.delete(name!)
      else this.cookies.set(name!, value!)
    }
    return response
  }

  private async csrfToken(): Promise<string> {
    return ((await (await this.send(`${auth}/csrf`)).json()) as { csrfToken: string }).csrfToken
  }

  /** Asks for a link by email; resolves to where the app sends the browser. */
  async askForLink(email: string): Promise<string | null> {
    const csrfToken = await this.csrfToken()
    const response = await this.send(`${auth}/signin/email`, { csrfToken, email, callbackUrl: origin })
    return response.headers.get("location")
  }

  /** Opens a link out of an email; resolves to where the app sends the browser. */
  async open(link: string): Promise<string | null> {
    return (await this.send(link)).headers.get("location")
  }

  /** Signs in at an identity provider; resolves to where the app sends the browser in the end. */
  async signIn(provider: string): Promise<string | null> {
    const csrfToken = await this.csrfToken()
    const away = await this.send(`${auth}/signin/${provider}`, { csrfToken, callbackUrl: origin })
    const back = await fetch(away.headers.get("location")!, { redirect: "manual" })
    return this.open(back.headers.get("location")!)
  }

  async signOut(): Promise<void> {
    await this.send(`${auth}/signout`, { csrfToken: await this.csrfToken(), callbackUrl: origin })
  }

  /** What the app says about who is signed in. */
  async session(): Promise<{ user: Record<string, unknown>; expires: string } | null> {
    const session = (await (await this.send(`${auth}/session`)).json()) as any
    return session?.user ? session : null
  }

  /** The session's token, which the cookie holds. */
  get sessionToken(): string | undefined {
    return [...this.cookies].find(([name]) => name.endsWith("session-token"))?.[1]
  }
}
