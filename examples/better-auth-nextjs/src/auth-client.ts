import { passkeyClient } from "@better-auth/passkey/client"
import { createAuthClient } from "better-auth/react"

/** For what only a browser can do. Everything else is a server action. */
export const authClient = createAuthClient({ plugins: [passkeyClient()] })
