// Signed tokens (JWT), as who gets them reads them.

import { createPublicKey, type JsonWebKey, verify } from "node:crypto"

const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString())

/** What a token says, whoever signed it. */
export const claimsOf = (token: string): any => decode(token.split(".")[1]!)

/** What a token says that one of these published keys has signed; fails if none has. */
export function verifiedClaims(token: string, { keys }: { keys: (JsonWebKey & { kid: string })[] }): any {
  const [header, claims, signature] = token.split(".") as [string, string, string]
  const key = keys.find(({ kid }) => kid === decode(header).kid)
  if (!key) throw new Error(`no key ${decode(header).kid} is published`)
  const signed = Buffer.from(`${header}.${claims}`)
  // The default of Better Auth's, Ed25519, has its digest built in.
  if (!verify(null, signed, createPublicKey({ key, format: "jwk" }), Buffer.from(signature, "base64url")))
    throw new Error("the signature is not of the published key")
  return claimsOf(token)
}
