/**
 * Who a leaf of a group is: what stands in its basic credential. It names the device and carries
 * the signature by which the person's account key stands for it; the device's own key, over which
 * that signature is too, stands in the leaf and so not here. Canonical, numbers in network order:
 *
 *     version 1, one byte
 *     user, device: ids of 1 to 64 visible ASCII characters, each behind four bytes of length
 *     created: milliseconds since 1970, eight bytes, no more than 2^53 - 1
 *     account key: 32 bytes
 *     signature: 64 bytes
 *
 * Signing and verifying are the devices' business; servers compare.
 */
import { WireReader, WireWriter } from './wire.ts'

const identityVersion = 1
const idCharactersMax = 64
const accountKeyBytes = 32
const signatureBytes = 64

export interface DeviceIdentity {
  readonly user: string
  readonly device: string
  readonly createdMs: number
  readonly accountKey: Uint8Array
  readonly signature: Uint8Array
}

export function readDeviceIdentity(bytes: Uint8Array): DeviceIdentity | undefined {
  const reader = new WireReader(bytes)
  const version = reader.u8()
  const user = takeId(reader)
  const device = takeId(reader)
  const createdMs = Number(reader.u64())
  const accountKey = reader.raw(accountKeyBytes)
  const signature = reader.raw(signatureBytes)
  if (!reader.isComplete || version !== identityVersion) return
  if (user === undefined || device === undefined || !Number.isSafeInteger(createdMs)) return
  return { user, device, createdMs, accountKey, signature }
}

export function writeDeviceIdentity(identity: DeviceIdentity): Uint8Array {
  const writer = new WireWriter()
  writer.u8(identityVersion)
  putId(writer, identity.user)
  putId(writer, identity.device)
  writer.u64(BigInt(identity.createdMs))
  writer.raw(identity.accountKey)
  writer.raw(identity.signature)
  const bytes = writer.done()
  if (readDeviceIdentity(bytes) === undefined) {
    throw new RangeError(`no identity of a device: ${identity.user}, ${identity.device}`)
  }
  return bytes
}

function takeId(reader: WireReader): string | undefined {
  const length = reader.u32()
  if (length === 0 || length > idCharactersMax) return
  const bytes = reader.raw(length)
  if (bytes.some((byte) => byte <= 0x20 || byte >= 0x7f)) return
  return String.fromCharCode(...bytes)
}

/** A character that no id may have becomes a byte that none may have. */
function putId(writer: WireWriter, id: string): void {
  writer.u32(id.length)
  writer.raw(Uint8Array.from(id, (character) => Math.min(character.charCodeAt(0), 0xff)))
}
