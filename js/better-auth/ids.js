"use strict"

// Ids like Better Auth's own. Its generator asks the system for random bytes for each id, which takes a good part of what
// a create costs JavaScript's thread; here, many ids share one request.

const ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
const LENGTH = 32
/** Bytes from here on would make the first letters of the alphabet more likely than the others. */
const FAIR = 256 - (256 % ALPHABET.length)

const bytes = new Uint8Array(4096)
let used = bytes.length

/** An id of 32 letters and digits. Better Auth asks for it where its options do not say how ids are made. */
function generateId() {
  let id = ""
  while (id.length < LENGTH) {
    if (used === bytes.length) {
      globalThis.crypto.getRandomValues(bytes)
      used = 0
    }
    const byte = bytes[used++]
    if (byte < FAIR) id += ALPHABET[byte % ALPHABET.length]
  }
  return id
}

module.exports = { generateId }
