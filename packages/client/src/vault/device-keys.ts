/** This device's own keys: the one that it signs with, its certificate, the one it is linked by. */
import { certifyDevice, readDevice } from '@starling/mls/credential'
import { createLinkKey, type LinkKey } from '@starling/mls/linking'
import { OwnDevice } from '@starling/mls/own-device'
import { createSeed, type Signer, seedSigner } from '@starling/mls/signing'
import { accountSigner, type IdentityRecord } from './identity-record.ts'
import { fromText, toText, type VaultJob } from './vault-job.ts'

interface DeviceRecord {
  /** Left out where the platform holds the key itself. */
  readonly seed?: string
  /** By the account key named. */
  readonly certificate?: { readonly bytes: string; readonly accountKey: string }
  /** The servers know the person by the identity that is held here. */
  readonly isLinked?: true
  /** When the certificate was made whose keys were lost: the next one must be later. */
  readonly lostMs?: number
  readonly link?: { readonly publicKey: string; readonly privateKey: JsonWebKey }
}

async function deviceOf({ draft, names }: VaultJob): Promise<DeviceRecord> {
  return (await draft.record<DeviceRecord>(names.keys)) ?? {}
}

function put({ draft, names }: VaultJob, record: DeviceRecord): void {
  draft.putRecord(names.keys, record)
}

export async function seedOf(job: VaultJob): Promise<Signer> {
  const device = await deviceOf(job)
  const seed = device.seed ?? toText(createSeed())
  if (device.seed === undefined) put(job, { ...device, seed })
  return seedSigner(fromText(seed))
}

/** Undefined while the device is not linked. Any device may come: `people.ts` tells who changed. */
export async function openOwn(job: VaultJob): Promise<OwnDevice | undefined> {
  const { isLinked, certificate } = await deviceOf(job)
  if (isLinked !== true || certificate === undefined) return undefined
  const identity = fromText(certificate.bytes)
  return OwnDevice.open({ identity, signer: await job.signer(), check: () => true })
}

/** The device is the person's from now on. Answers its certificate. */
export async function setLinked(job: VaultJob, identity: IdentityRecord): Promise<string> {
  await job.signer()
  const { link: _, ...device } = await deviceOf(job)
  const held = device.certificate
  const bytes =
    held?.accountKey === identity.accountKey ? held.bytes : await certify(job, identity, device)
  const certificate = { bytes, accountKey: identity.accountKey }
  if (device.isLinked !== true || held?.bytes !== bytes) {
    put(job, { ...device, certificate, isLinked: true })
  }
  job.own ??= await openOwn(job)
  return bytes
}

async function certify(
  job: VaultJob,
  identity: IdentityRecord,
  { lostMs = 0 }: DeviceRecord,
): Promise<string> {
  // Whatever was opened with the former certificate is another device to MLS.
  job.own = undefined
  job.groups.clear()
  const { user: userId, device: deviceId } = job.me
  const { publicKey: signatureKey } = await job.signer()
  const createdMs = Math.max(job.nowMs, lostMs + 1)
  const statement = { userId, deviceId, signatureKey, createdMs }
  return toText(await certifyDevice(await accountSigner(identity), statement))
}

/**
 * Answers the key by which another device can link this one. `lost` is the certificate that the
 * servers know and whose keys are gone.
 */
export async function setUnlinked(job: VaultJob, lost: string | undefined): Promise<string> {
  job.own = undefined
  const { isLinked, ...former } = await deviceOf(job)
  const lostMs = Math.max(former.lostMs ?? 0, lost === undefined ? 0 : madeMs(lost))
  const isKnown = isLinked === undefined && lostMs === (former.lostMs ?? 0)
  if (former.link !== undefined && isKnown) return former.link.publicKey
  const { certificate, ...bare } = former
  const isKept = certificate !== undefined && certificate.bytes !== lost
  const device = {
    ...bare,
    ...(isKept ? { certificate } : {}),
    ...(lostMs === 0 ? {} : { lostMs }),
  }
  const made = await createLinkKey()
  const link = device.link ?? {
    publicKey: toText(made.publicKey),
    privateKey: await crypto.subtle.exportKey('jwk', made.privateKey),
  }
  put(job, { ...device, link })
  return link.publicKey
}

function madeMs(certificate: string): number {
  return readDevice(fromText(certificate), new Uint8Array()).createdMs
}

export async function linkKeyOf(job: VaultJob): Promise<LinkKey | undefined> {
  const { link } = await deviceOf(job)
  if (link === undefined) return undefined
  const privateKey = await crypto.subtle.importKey('jwk', link.privateKey, 'X25519', true, [
    'deriveBits',
  ])
  return { publicKey: new Uint8Array(fromText(link.publicKey)), privateKey }
}
