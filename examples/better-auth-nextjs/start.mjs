/**
 * Starts the app; Ctrl-C ends it.
 *
 *     node start.mjs          the production build, made first if a source has changed
 *     node start.mjs --dev    with hot reload
 *
 * PORT says where to begin looking for a free port (3000).
 */
import { start } from "../start.mjs"

await start({
  folder: import.meta.dirname,
  secret: "BETTER_AUTH_SECRET",
  environment: (url) => ({ BETTER_AUTH_URL: url }),
  welcome: (url) => [
    "Sign up with any email address and a password of eight characters",
    "On the account page: turn on two-factor, add a passkey, see your devices, delete the account",
    `Create an organization and invite somebody: the mail appears here and on ${url}/mail`,
  ],
})
