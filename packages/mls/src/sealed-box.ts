/**
 * What a person seals for themselves: under a key that only their devices have, for one use and one
 * owner. A box that the servers hand out in another's place, or for another use, does not open.
 *
 *   box = 1 u8 ‖ salt, 32 random bytes ‖ AES-256-GCM(text)
 *
 * The key and nonce of each box come from the key, the use, the owner and the salt, so any number
 * of boxes may be sealed under one key, by several devices at once.
 */
import { ByteReader, type Bytes, ByteWriter, randomBytes } from './bytes.ts'
import { keyFor } from './derived-key.ts'
import { MlsError } from './mls-error.ts'
import { type AeadKey, seal, unseal } from './suite.ts'

const version = 1
const saltBytes = 32

export interface BoxPurpose {
  /** A word of its own for each kind of content. */
  readonly use: string
  /** The person's id, with whatever else the box must not be mistaken for. */
  readonly owner: string
}

export async function sealBox(
  key: Uint8Array,
  purpose: BoxPurpose,
  text: Uint8Array,
): Promise<Bytes> {
  const salt = randomBytes(saltBytes)
  const sealed = await seal(boxKey(key, purpose, salt), text)
  return new ByteWriter().number(version, 1).raw(salt).raw(sealed).done()
}

/** Throws `malformed`, or `refused` when key or purpose is not the one that it was sealed for. */
export async function openBox(
  key: Uint8Array,
  purpose: BoxPurpose,
  box: Uint8Array,
): Promise<Bytes> {
  const reader = new ByteReader(box)
  const found = reader.number(1)
  if (found !== version) throw new MlsError('malformed', `a box of version ${found}`)
  const by = boxKey(key, purpose, reader.raw(saltBytes))
  try {
    return await unseal(by, reader.rest())
  } catch (error) {
    throw new MlsError('refused', `the key does not open this box (${purpose.use})`, error)
  }
}

function boxKey(key: Uint8Array, { use, owner }: BoxPurpose, salt: Uint8Array): AeadKey {
  return keyFor(key, use, new ByteWriter().text(owner).raw(salt).done())
}
