// An authenticator of WebAuthn's in software, as a browser with a platform authenticator answers.

import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto"
import { origin } from "./stage"

const base64url = (data: string | Buffer) => Buffer.from(data).toString("base64url")
const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest()

/** CBOR of what an attestation needs: integers, texts, bytes and maps in their order. */
function cbor(value: number | string | Buffer | Map<unknown, unknown>): Buffer {
  const head = (major: number, length: number) => {
    if (length < 24) return Buffer.from([(major << 5) | length])
    if (length < 256) return Buffer.from([(major << 5) | 24, length])
    return Buffer.from([(major << 5) | 25, length >> 8, length & 255])
  }
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  const entries = [...value].flatMap(([key, entry]) => [cbor(key as never), cbor(entry as never)])
  return Buffer.concat([head(5, value.size), ...entries])
}

export class Authenticator {
  private id = randomBytes(16)
  private keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
  })
  private counter = 0

  /** What the authenticator vouches for: the relying party, that somebody was there, and how often it has signed. */
  private data(attested = Buffer.alloc(0)): Buffer {
    const flags = 0b101 | (attested.length > 0 ? 0b1000000 : 0)
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter++)
    return Buffer.concat([sha256(new URL(origin).hostname), Buffer.from([flags]), counter, attested])
  }

  private answer(response: object) {
    const id = base64url(this.id)
    return { id, rawId: id, type: "public-key", clientExtensionResults: {}, response }
  }

  private clientData(type: string, challenge: string) {
    return JSON.stringify({ type, challenge, origin, crossOrigin: false })
  }

  /** The answer to a registration's options. */
  register({ challenge }: { challenge: string }) {
    const { x, y } = this.keys.publicKey.export({ format: "jwk" })
    const publicKey = cbor(
      new Map<number, number | Buffer>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x!, "base64url")],
        [-3, Buffer.from(y!, "base64url")],
      ]),
    )
    const length = Buffer.from([0, this.id.length])
    const authData = this.data(Buffer.concat([Buffer.alloc(16), length, this.id, publicKey]))
    const attestation = new Map<string, unknown>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", authData],
    ])
    return this.answer({
      clientDataJSON: base64url(this.clientData("webauthn.create", challenge)),
      attestationObject: base64url(cbor(attestation)),
      transports: ["internal"],
    })
  }

  /** The answer to a sign-in's options. */
  signIn({ challenge }: { challenge: string }) {
    const clientData = this.clientData("webauthn.get", challenge)
    const authData = this.data()
    const signature = createSign("SHA256")
      .update(Buffer.concat([authData, sha256(clientData)]))
      .sign(this.keys.privateKey)
    return this.answer({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authData),
      signature: base64url(signature),
    })
  }
}
