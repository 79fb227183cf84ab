/**
 * Whom this person knows. The account key that is seen first is taken for a person's own (TOFU) and
 * kept; another one later is a change, which is told, and for somebody who was verified stops what
 * one would write to them. Verified means: safety numbers were compared for this very key.
 *
 * With each device goes the key by which its messages are known: whoever has a device's key in this
 * list has seen the account key's signature for it.
 */
import { areSame, ByteReader, ByteWriter } from '@starling/mls/bytes'
import { type Device, readDevice } from '@starling/mls/credential'
import { archive } from './archive-rows.ts'
import { fromText, toText, type VaultJob } from './vault-job.ts'

/** Devices of one person that are remembered; the oldest go. */
const signersPerPersonMax = 64
const rowHashBytes = 16

interface PinRecord {
  readonly accountKey: string
  /** It was another before, and nobody has looked since. */
  readonly isChanged?: true
}

export interface SignerRecord {
  readonly device: string
  readonly signatureKey: string
  readonly accountKey: string
  readonly identity: string
}

/** User → account key, and how often it was said. */
type VerifiedRecord = Record<string, { readonly accountKey?: string; readonly count: number }>

/** Whether the person's account key is another than it was. */
export async function meet(job: VaultJob, device: Device): Promise<boolean> {
  await rememberSigner(job, device)
  return meetAccount(job, device.userId, device.accountKey)
}

export async function meetAccount(
  { draft, names }: VaultJob,
  user: string,
  key: Uint8Array,
): Promise<boolean> {
  const accountKey = toText(key)
  const pin = await draft.record<PinRecord>(names.pin(user))
  if (pin?.accountKey === accountKey) return false
  const changed = pin === undefined ? {} : { isChanged: true as const }
  draft.putRecord(names.pin(user), { accountKey, ...changed } satisfies PinRecord)
  return pin !== undefined
}

async function rememberSigner(job: VaultJob, device: Device): Promise<void> {
  const held = await signersOf(job, device.userId)
  const signatureKey = toText(device.signatureKey)
  const identity = toText(device.identity)
  const isKnown = held.some((one) => one.signatureKey === signatureKey && one.identity === identity)
  if (isKnown) return
  putSigner(job, held, device)
  const value = signerBytes(device)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(value)))
  await archive(job, `s:${toText(hash.subarray(0, rowHashBytes))}`, value)
}

function putSigner(
  { draft, names }: VaultJob,
  held: readonly SignerRecord[],
  device: Device,
): void {
  const signer: SignerRecord = {
    device: device.deviceId,
    signatureKey: toText(device.signatureKey),
    accountKey: toText(device.accountKey),
    identity: toText(device.identity),
  }
  const others = held.filter((one) => one.signatureKey !== signer.signatureKey)
  const signers = [...others, signer].slice(-signersPerPersonMax)
  draft.putRecord(names.signers(device.userId), signers)
}

export async function signersOf(
  { draft, names }: VaultJob,
  user: string,
): Promise<readonly SignerRecord[]> {
  return (await draft.record<readonly SignerRecord[]>(names.signers(user))) ?? []
}

/** Of a device that was in the group, by another member's word or by one's own archive. */
export async function learnSigner(job: VaultJob, device: Device): Promise<void> {
  const held = await signersOf(job, device.userId)
  const signatureKey = toText(device.signatureKey)
  if (!held.some((one) => one.signatureKey === signatureKey)) putSigner(job, held, device)
  const pin = job.names.pin(device.userId)
  if ((await job.draft.bytes(pin)) !== undefined) return
  job.draft.putRecord(pin, { accountKey: toText(device.accountKey) } satisfies PinRecord)
}

export function signerBytes({ signatureKey, identity }: Device): Uint8Array {
  return new ByteWriter().sized(signatureKey).sized(identity).done()
}

export function readSigner(bytes: Uint8Array): Device {
  const reader = new ByteReader(bytes)
  const [signatureKey, identity] = [reader.sized(), reader.sized()]
  reader.end()
  return readDevice(identity, signatureKey)
}

export async function verifiedOf({ draft, names }: VaultJob): Promise<VerifiedRecord> {
  return (await draft.record<VerifiedRecord>(names.verified)) ?? {}
}

export async function setVerified(
  job: VaultJob,
  user: string,
  accountKey: Uint8Array | undefined,
): Promise<void> {
  const verified = await verifiedOf(job)
  const before = verified[user]
  const key = accountKey && toText(accountKey)
  if (before?.accountKey === key) return
  const count = (before?.count ?? 0) + 1
  putVerified(job, {
    ...verified,
    [user]: { count, ...(key === undefined ? {} : { accountKey: key }) },
  })
  await archive(job, `v:${user}:${count}`, accountKey ?? new Uint8Array())
}

/** By another device of one's own; the greatest count says how it is. */
export async function learnVerified(
  job: VaultJob,
  said: { readonly user: string; readonly count: number; readonly key: Uint8Array },
): Promise<void> {
  const verified = await verifiedOf(job)
  if ((verified[said.user]?.count ?? 0) >= said.count) return
  const key = said.key.length === 0 ? {} : { accountKey: toText(said.key) }
  putVerified(job, { ...verified, [said.user]: { count: said.count, ...key } })
}

function putVerified({ draft, names }: VaultJob, verified: VerifiedRecord): void {
  draft.putRecord(names.verified, verified)
}

/** The account key that is held for the person is taken as it is. */
export async function acceptPin({ draft, names }: VaultJob, user: string): Promise<void> {
  const pin = await draft.record<PinRecord>(names.pin(user))
  if (pin?.isChanged !== true) return
  draft.putRecord(names.pin(user), { accountKey: pin.accountKey } satisfies PinRecord)
}

/** The account key that is held for the person. */
export async function pinOf({ draft, names }: VaultJob, user: string): Promise<string | undefined> {
  return (await draft.record<PinRecord>(names.pin(user)))?.accountKey
}

export async function isChanged({ draft, names }: VaultJob, user: string): Promise<boolean> {
  return (await draft.record<PinRecord>(names.pin(user)))?.isChanged === true
}

export async function isVerified(
  job: VaultJob,
  user: string,
  accountKey: Uint8Array,
): Promise<boolean> {
  const held = (await verifiedOf(job))[user]?.accountKey
  return held !== undefined && areSame(fromText(held), accountKey)
}
