/** A key and a nonce of AES-256-GCM for one use, from a secret and what the use is. */
import { expand } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { joined } from './bytes.ts'
import type { AeadKey } from './suite.ts'

const keyBytes = 32
const nonceBytes = 12

/** The name and what goes with it are in the key, and what goes with it is authenticated too. */
export function keyFor(secret: Uint8Array, use: string, aad: Uint8Array): AeadKey {
  const info = joined([new TextEncoder().encode(use), aad])
  const made = expand(sha256, secret, info, keyBytes + nonceBytes)
  return { key: made.slice(0, keyBytes), nonce: made.slice(keyBytes), aad }
}
