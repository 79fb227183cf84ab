/**
 * Who a device is. A person has an account key (Ed25519), made on their first device. It signs a
 * statement for each of their devices: the person's id, the device's id, the key that the device
 * signs with, when. The statement is what MLS carries as the `identity` of a basic credential:
 *
 *   identity = 1 u8 ‖ user ‖ device ‖ created, ms u64 ‖ account key, 32 ‖ signature, 64
 *
 * user and device being visible ASCII after a length, u32. The signature is over all before it and
 * the device's key, which stands in the leaf and so not here. Whether the account key is the
 * person's own no signature can tell: others keep the first that they saw, and people compare
 * safety numbers.
 */
import { areSame, ByteReader, type Bytes, ByteWriter, joined } from './bytes.ts'
import { MlsError } from './mls-error.ts'
import {
  isSignedBy,
  type Signer,
  signatureBytes,
  signatureKeyBytes,
  signedContent,
} from './signing.ts'

const version = 1
const idCharactersMax = 64
export const identityBytesMax = 1024

/** What an account key signs for. */
export interface DeviceStatement {
  readonly userId: string
  readonly deviceId: string
  readonly signatureKey: Uint8Array
  readonly createdMs: number
}

export interface Device extends DeviceStatement {
  readonly accountKey: Uint8Array
  readonly identity: Uint8Array
}

/** Throws `malformed` for ids that nobody would read. */
export async function certifyDevice(account: Signer, statement: DeviceStatement): Promise<Bytes> {
  const head = new ByteWriter()
    .number(version, 1)
    .text(statement.userId)
    .text(statement.deviceId)
    .big(BigInt(statement.createdMs))
    .raw(account.publicKey)
    .done()
  const signature = await account.sign(statementOf(head, statement.signatureKey))
  const identity = joined([head, signature])
  readDevice(identity, statement.signatureKey)
  return identity
}

/** The device, if its account key has signed for this very signature key; else `credential`. */
export async function verifyDevice(
  identity: Uint8Array,
  signatureKey: Uint8Array,
): Promise<Device> {
  const device = readDevice(identity, signatureKey)
  const head = identity.subarray(0, identity.length - signatureBytes)
  const signature = identity.subarray(identity.length - signatureBytes)
  if (await isSignedBy(device.accountKey, statementOf(head, signatureKey), signature)) return device
  throw new MlsError(
    'credential',
    `device ${device.deviceId} of ${device.userId} is not signed for`,
  )
}

/** What the identity says, unverified: for those that the group has verified when they came. */
export function readDevice(identity: Uint8Array, signatureKey: Uint8Array): Device {
  if (identity.length > identityBytesMax) {
    throw new MlsError('too-large', `an identity of ${identity.length} bytes`)
  }
  const reader = new ByteReader(identity)
  const found = reader.number(1)
  if (found !== version) throw new MlsError('malformed', `an identity of version ${found}`)
  const userId = readId(reader)
  const deviceId = readId(reader)
  const createdMs = Number(reader.big())
  if (!Number.isSafeInteger(createdMs)) throw new MlsError('malformed', 'a time beyond all times')
  const accountKey = reader.raw(signatureKeyBytes)
  reader.raw(signatureBytes)
  reader.end()
  return { userId, deviceId, createdMs, accountKey, signatureKey, identity }
}

function readId(reader: ByteReader): string {
  const id = reader.text()
  if (id.length <= idCharactersMax && /^[\x21-\x7e]+$/.test(id)) return id
  throw new MlsError('malformed', `an id that can be none: ${JSON.stringify(id)}`)
}

function statementOf(head: Uint8Array, signatureKey: Uint8Array): Bytes {
  return signedContent('device', joined([head, signatureKey]))
}

/** Whatever its keys are; both must be verified for what they are. */
export function isSameName(one: Device, other: Device): boolean {
  return one.userId === other.userId && one.deviceId === other.deviceId
}

/** The same device with the same key, whatever was signed for it since. */
export function isSameDevice(one: Device, other: Device): boolean {
  return isSameName(one, other) && areSame(one.signatureKey, other.signatureKey)
}
