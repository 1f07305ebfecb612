/**
 * Starts the app and, beside it, its two identity providers; ends both with Ctrl-C.
 *
 *     node start.mjs          the production build, made first if a source has changed
 *     node start.mjs --dev    with hot reload
 *
 * PORT and IDENTITY_PROVIDER_PORT say where to begin looking for free ports (3000 and 4000).
 */
import { start } from "../start.mjs"

await start({
  folder: import.meta.dirname,
  secret: "AUTH_SECRET",
  beside: {
    name: "The identity provider",
    file: "identity-provider/server.mjs",
    port: Number(process.env.IDENTITY_PROVIDER_PORT ?? 4000),
  },
  environment: (url, identityProviderUrl) => ({
    AUTH_URL: url, // For Auth.js: the address in its links and redirects
    APP_URL: url,
    IDENTITY_PROVIDER_URL: identityProviderUrl,
  }),
  welcome: (url, identityProviderUrl) => [
    `Sign in with any email address: the mail appears here and on ${url}/mail`,
    `Or continue with Acorn ID or Birch ID, which run at ${identityProviderUrl}`,
    "On the account page: link the other one, add a passkey, see your devices, delete the account",
  ],
})
