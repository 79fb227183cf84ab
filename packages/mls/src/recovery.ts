/**
 * What brings a person back who has lost all devices: a key of 256 random bits that they keep
 * outside, and which seals their account key and their archive key. The servers keep the sealed
 * part. Without the recovery key nobody opens it, so nobody can help who has lost that too.
 *
 * No list of words: one would be in some language, and twice as long to write down and to type.
 * It is written in base 32 without the letters I, L, O and U: 52 signs for the key and four to show
 * a slip, in groups of four. Reading takes either case, any spaces, and I, L and O for 1, 1 and 0.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { areSame, ByteReader, type Bytes, ByteWriter, joined, randomBytes } from './bytes.ts'
import { openBox, sealBox } from './sealed-box.ts'

const keyBytes = 32
const checkBytes = 3
const signs = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const signBits = 5
const groupSigns = 4
const shownSigns = 56

export interface AccountSecrets {
  /** Of the key that signs for the person's devices, as `seedSigner` takes it. */
  readonly accountSeed: Uint8Array
  /** `archive.ts`. */
  readonly archiveKey: Uint8Array
}

export function createRecoveryKey(): Bytes {
  return randomBytes(keyBytes)
}

export function showRecoveryKey(key: Uint8Array): string {
  const text = toBase32(joined([key, checkOf(key)]))
  return text.match(new RegExp(`.{1,${groupSigns}}`, 'g'))!.join('-')
}

/** Undefined for what is no recovery key, or has a slip in it. */
export function readRecoveryKey(text: string): Bytes | undefined {
  const bytes = fromBase32(text.replaceAll(/[\s-]/g, ''))
  if (bytes === undefined) return undefined
  const key = bytes.slice(0, keyBytes)
  return areSame(bytes.subarray(keyBytes), checkOf(key)) ? key : undefined
}

function checkOf(key: Uint8Array): Uint8Array {
  return sha256(key).subarray(0, checkBytes)
}

function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(new RegExp(`.{${signBits}}`, 'g'))!
  return groups.map((group) => signs[Number.parseInt(group, 2)]).join('')
}

function fromBase32(text: string): Bytes | undefined {
  const plain = text.toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  if (plain.length !== shownSigns || ![...plain].every((sign) => signs.includes(sign))) {
    return undefined
  }
  const bits = Array.from(plain, (sign) => signs.indexOf(sign).toString(2).padStart(signBits, '0'))
  const octets = bits.join('').match(/.{8}/g) ?? []
  return Uint8Array.from(octets, (octet) => Number.parseInt(octet, 2))
}

/** For the servers to keep. The person's id is bound into it, so it opens for nobody else. */
export function sealSecrets(
  recoveryKey: Uint8Array,
  userId: string,
  { accountSeed, archiveKey }: AccountSecrets,
): Promise<Bytes> {
  const secrets = new ByteWriter().sized(accountSeed).sized(archiveKey).done()
  return sealBox(recoveryKey, { use: 'recovery', owner: userId }, secrets)
}

/** Throws `refused` with another recovery key than the one that sealed it. */
export async function openSecrets(
  recoveryKey: Uint8Array,
  userId: string,
  sealed: Uint8Array,
): Promise<AccountSecrets> {
  const purpose = { use: 'recovery', owner: userId }
  const reader = new ByteReader(await openBox(recoveryKey, purpose, sealed))
  const secrets = { accountSeed: reader.sized(), archiveKey: reader.sized() }
  reader.end()
  return secrets
}
