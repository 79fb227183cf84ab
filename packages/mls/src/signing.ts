/**
 * Ed25519 by the platform. A key signs through a `Signer`, which need not give its private half
 * away: a browser keeps it as a `CryptoKey` that cannot be exported, in IndexedDB.
 */
import { type Bytes, joined, plain, randomBytes } from './bytes.ts'
import { MlsError } from './mls-error.ts'

export const signatureKeyBytes = 32
export const signatureBytes = 64

export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Promise<Uint8Array>
}

const algorithm = 'Ed25519'
/** What stands before the 32 bytes of a private key in its PKCS #8 form (RFC 8410). */
const pkcs8Head = Uint8Array.of(
  0x30,
  0x2e,
  2,
  1,
  0,
  0x30,
  5,
  6,
  3,
  0x2b,
  0x65,
  0x70,
  4,
  0x22,
  4,
  0x20,
)

/** A key pair whose private half never leaves the platform; both can be stored as they are. */
export async function createHeldKey(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair
}

export async function heldSigner({ publicKey, privateKey }: CryptoKeyPair): Promise<Signer> {
  return {
    publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', publicKey)),
    sign: (message) => signWith(privateKey, message),
  }
}

/** A private key as 32 bytes. */
export function createSeed(): Bytes {
  return randomBytes(signatureKeyBytes)
}

export async function seedSigner(seed: Uint8Array): Promise<Signer> {
  if (seed.length !== signatureKeyBytes) {
    throw new MlsError('malformed', `a private key has 32 bytes, this one ${seed.length}`)
  }
  const form = joined([pkcs8Head, seed])
  const key = await crypto.subtle.importKey('pkcs8', form, algorithm, true, ['sign'])
  const { x } = await crypto.subtle.exportKey('jwk', key)
  return { publicKey: fromBase64Url(x!), sign: (message) => signWith(key, message) }
}

async function signWith(key: CryptoKey, message: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(algorithm, key, plain(message)))
}

/** False too when the key is none. */
export async function isSignedBy(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== signatureKeyBytes || signature.length !== signatureBytes) return false
  try {
    const key = await crypto.subtle.importKey('raw', plain(publicKey), algorithm, false, ['verify'])
    return await crypto.subtle.verify(algorithm, key, plain(signature), plain(message))
  } catch (error) {
    // The platform's word for bytes that are no key.
    if (error instanceof DOMException) return false
    throw error
  }
}

function fromBase64Url(text: string): Bytes {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (sign) => sign.charCodeAt(0))
}

/**
 * What is signed outside MLS, under keys that MLS signs with too. MLS's own begins with the length
 * of a label that begins with "MLS 1.0 ", so no signature can stand for one of the other.
 */
export function signedContent(label: string, content: Uint8Array): Bytes {
  const name = new TextEncoder().encode(`Starling 1 ${label}`)
  return joined([Uint8Array.of(name.length), name, content])
}
