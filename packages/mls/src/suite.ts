/**
 * Cipher suite 1: X25519, AES-128-GCM, SHA-256, Ed25519. The library derives some ten thousand
 * small keys for each epoch of a large group. The platform's asynchronous calls would cost four
 * times as much as plain code, so hashes are computed here, and only signatures, HPKE and AEAD by
 * the platform.
 *
 * Two thirds of those keys are of the secret tree, which serves MLS's own messages alone. Starling
 * has its own way for content (`content.ts`) and sends commits in the open, so the tree is not
 * derived: its secrets are empty, and to derive anything from an empty secret is an error.
 */
import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { expand, extract } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { CiphersuiteImpl } from 'ts-mls/crypto/ciphersuite.js'
import type { Hash } from 'ts-mls/crypto/hash.js'
import { makeGenericHpke } from 'ts-mls/crypto/implementation/hpke.js'
import type { Kdf } from 'ts-mls/crypto/kdf.js'
import type { Signature } from 'ts-mls/crypto/signature.js'
import { plain, randomBytes } from './bytes.ts'
import { createSeed, isSignedBy, type Signer, seedSigner } from './signing.ts'

export const suiteName = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'
const hashBytes = 32

export interface SuiteOptions {
  /** Signs whatever the library signs. Without one, keys are the 32 bytes that it is handed. */
  readonly signer?: Signer
  readonly withSecretTree?: boolean
}

export async function createSuite(options: SuiteOptions = {}): Promise<CiphersuiteImpl> {
  const hpke = { kem: 'DHKEM-X25519-HKDF-SHA256', kdf: 'HKDF-SHA256', aead: 'AES128GCM' } as const
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  })
  return {
    name: suiteName,
    hash,
    kdf: options.withSecretTree === true ? kdf : kdfWithoutSecretTree,
    signature: signatureOf(options.signer),
    hpke: await makeGenericHpke(hpke, aead, suite),
    rng: { randomBytes },
  }
}

const hash: Hash = {
  digest: async (data) => sha256(data),
  mac: async (key, data) => hmac(sha256, key, data),
  verifyMac: async (key, mac, data) => isSameSecret(hmac(sha256, key, data), mac),
}

const kdf: Kdf = {
  size: hashBytes,
  extract: async (salt, ikm) => extract(sha256, ikm, salt),
  expand: async (prk, info, length) => expand(sha256, prk, info, length),
}

const kdfWithoutSecretTree: Kdf = {
  ...kdf,
  expand: async (prk, info, length) => {
    if (prk.length > 0 && !isOfSecretTree(info)) return expand(sha256, prk, info, length)
    if (!isOfSecretTree(info)) throw new Error('a key of the secret tree, which is not derived')
    return new Uint8Array()
  },
}

const secretTreeLabels = ['tree', 'application', 'handshake'].map((label) =>
  new TextEncoder().encode(`MLS 1.0 ${label}`),
)

/** The label stands after the two bytes of the length and the one of its own (RFC 9420 §8). */
function isOfSecretTree(info: Uint8Array): boolean {
  return secretTreeLabels.some(
    (label) => info[2] === label.length && label.every((byte, at) => byte === info[3 + at]),
  )
}

function isSameSecret(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  return one.reduce((difference, byte, at) => difference | (byte ^ other[at]!), 0) === 0
}

function signatureOf(signer: Signer | undefined): Signature {
  return {
    sign: async (key, message) => (signer ?? (await seedSigner(key))).sign(message),
    verify: isSignedBy,
    keygen: async () => {
      const seed = createSeed()
      return { signKey: seed, publicKey: (await seedSigner(seed)).publicKey }
    },
  }
}

const aead = {
  encrypt: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array) =>
    seal({ key, nonce, aad }, text),
  decrypt: (key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array) =>
    unseal({ key, nonce, aad }, text),
}

export interface AeadKey {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
  readonly aad: Uint8Array
}

/** AES-GCM with the key's length. */
export async function seal({ key, nonce, aad }: AeadKey, text: Uint8Array) {
  const by = await crypto.subtle.importKey('raw', plain(key), 'AES-GCM', false, ['encrypt'])
  const settings = { name: 'AES-GCM', iv: plain(nonce), additionalData: plain(aad) }
  return new Uint8Array(await crypto.subtle.encrypt(settings, by, plain(text)))
}

export async function unseal({ key, nonce, aad }: AeadKey, sealed: Uint8Array) {
  const by = await crypto.subtle.importKey('raw', plain(key), 'AES-GCM', false, ['decrypt'])
  const settings = { name: 'AES-GCM', iv: plain(nonce), additionalData: plain(aad) }
  return new Uint8Array(await crypto.subtle.decrypt(settings, by, plain(sealed)))
}
