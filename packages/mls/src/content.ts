/**
 * What is said in a room. Each epoch has one key for it, taken from MLS's exporter; a message has a
 * key of its own, derived from the epoch's and its header, so messages can be opened in any order,
 * again and again, from what the servers keep. Who has the epoch's key could have written any of
 * it, so the sending device signs within:
 *
 *   message = header ‖ AES-256-GCM(signature, 64 ‖ length u32 ‖ body ‖ zeros)
 *   header  = 1 u8 ‖ gen u32 ‖ epoch u64 ‖ leaf u32 ‖ id, 16 random bytes
 *   key ‖ nonce = HKDF-Expand(epoch's key, "msg" ‖ header, 44); the header is authenticated
 *   signature: by the leaf's key, over room, header and body
 *
 * `gen` counts the room's groups: one that became unusable is replaced by another. The id is drawn
 * anew at each sealing, also when the same text is sealed again: it makes the key, and one key must
 * never seal two texts. Zeros fill up to a step, so that a length tells little: 128 bytes, from a
 * kilobyte on an eighth of the next lower power of two.
 */
import { ByteReader, type Bytes, ByteWriter, joined, randomBytes } from './bytes.ts'
import { keyFor } from './derived-key.ts'
import { isSignedBy, type Signer, signatureBytes, signedContent } from './signing.ts'
import { seal, unseal } from './suite.ts'

const version = 1
const idBytes = 16
const headerBytes = 1 + 4 + 8 + 4 + idBytes
const tagBytes = 16
const paddingStepBytesMin = 128

export interface ContentPlace {
  readonly gen: number
  readonly epoch: bigint
  readonly leaf: number
}

export interface ContentHeader extends ContentPlace {
  readonly id: Bytes
}

export interface Sealing extends ContentPlace {
  readonly room: string
  /** `Group.contentKey` of that epoch. */
  readonly key: Uint8Array
  readonly signer: Signer
}

export async function sealContent(sealing: Sealing, body: Uint8Array): Promise<Bytes> {
  const header = new ByteWriter()
    .number(version, 1)
    .number(sealing.gen, 4)
    .big(sealing.epoch)
    .number(sealing.leaf, 4)
    .raw(randomBytes(idBytes))
    .done()
  const signature = await sealing.signer.sign(signedPart(sealing.room, header, body))
  const padding = new Uint8Array(paddedLength(4 + body.length) - 4 - body.length)
  const inner = new ByteWriter().raw(signature).sized(body).raw(padding).done()
  return joined([header, await seal(keyFor(sealing.key, 'msg', header), inner)])
}

/** Undefined for bytes that are no message of this version. */
export function readContentHeader(message: Uint8Array): ContentHeader | undefined {
  if (message.length < headerBytes + tagBytes + signatureBytes || message[0] !== version) {
    return undefined
  }
  const reader = new ByteReader(message)
  reader.number(1)
  return {
    gen: reader.number(4),
    epoch: reader.big(),
    leaf: reader.number(4),
    id: reader.raw(idBytes),
  }
}

export interface Opening {
  readonly room: string
  readonly key: Uint8Array
  /** Of the device at the header's leaf in the header's epoch. */
  readonly signatureKey: Uint8Array
}

export type Opened =
  | { readonly ok: true; readonly header: ContentHeader; readonly body: Bytes }
  | { readonly ok: false; readonly why: 'malformed' | 'tampered' | 'bad-signature' }

export async function openContent(opening: Opening, message: Uint8Array): Promise<Opened> {
  const header = readContentHeader(message)
  if (header === undefined) return { ok: false, why: 'malformed' }
  const head = message.slice(0, headerBytes)
  const inner = await innerOf(opening.key, head, message.subarray(headerBytes))
  if (inner === undefined) return { ok: false, why: 'tampered' }
  const signature = inner.subarray(0, signatureBytes)
  const body = bodyOf(inner.subarray(signatureBytes))
  if (body === undefined) return { ok: false, why: 'malformed' }
  const isSigned = await isSignedBy(
    opening.signatureKey,
    signedPart(opening.room, head, body),
    signature,
  )
  return isSigned ? { ok: true, header, body } : { ok: false, why: 'bad-signature' }
}

async function innerOf(key: Uint8Array, head: Uint8Array, sealed: Uint8Array) {
  try {
    return await unseal(keyFor(key, 'msg', head), sealed)
  } catch (error) {
    // The platform's word for a tag that does not fit.
    if (error instanceof DOMException) return undefined
    throw error
  }
}

function bodyOf(padded: Uint8Array): Bytes | undefined {
  if (padded.length < 4) return undefined
  const reader = new ByteReader(padded)
  const length = reader.number(4)
  return length <= padded.length - 4 ? reader.raw(length) : undefined
}

function signedPart(room: string, header: Uint8Array, body: Uint8Array): Bytes {
  return signedContent('message', new ByteWriter().text(room).raw(header).raw(body).done())
}

function paddedLength(length: number): number {
  const step = Math.max(paddingStepBytesMin, 2 ** (Math.floor(Math.log2(length)) - 3))
  return Math.ceil(length / step) * step
}
