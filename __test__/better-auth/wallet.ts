// A wallet on Ethereum, whose signatures are all taken for good.

import { randomBytes } from "node:crypto"
import { siwe } from "better-auth/plugins"
import { type Browser, origin } from "./stage"

export const address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"

const domain = new URL(origin).host

/** Better Auth's plugin. */
export const wallets = () =>
  siwe({
    domain,
    getNonce: async () => randomBytes(12).toString("hex"),
    verifyMessage: async () => true,
  })

/** What a wallet signs for a sign-in, as `/siwe/verify` takes it. */
export async function signedMessage(user: Browser, wallet = address, chain = 1) {
  const { nonce } = await user.post("/siwe/nonce")
  const message = `${domain} wants you to sign in with your Ethereum account:
${wallet}

URI: ${origin}
Version: 1
Chain ID: ${chain}
Nonce: ${nonce}
Issued At: ${new Date().toISOString()}`
  return { message, signature: "0xsigned" }
}
