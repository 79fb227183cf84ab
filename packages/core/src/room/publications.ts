/**
 * What a device publishes: its person's identity key, its certificate, its key packages.
 *
 * A publication may come again, and a late copy of an old one too; neither may bring back what was
 * replaced or given away since. So an identity goes up by one version at a time, of two
 * certificates the one that was made later stands, a key package is known by its init key for as
 * long as anybody could send it again, and a recovery that was replaced stays replaced. A device
 * that lost its keys names the certificate that they were for: a later one stays.
 *
 * The certificate is what stands in the device's leaves, byte for byte (mls/device-identity.ts). It
 * must name this device and the present identity key; whether its signature is right, other devices
 * check.
 */
import { limits } from '@starling/protocol/limits'
import { type Publication, publication } from '@starling/protocol/up'
import type { KeyOperation } from '../log/record.ts'
import { fromBase64url, toBase64url } from '../mls/base64url.ts'
import { readDeviceIdentity } from '../mls/device-identity.ts'
import { type KeyPackageParts, readKeyPackage } from '../mls/key-package.ts'
import type { Outcome } from './applied.ts'
import { leavesMustGo } from './pending-removals.ts'
import type { DeviceKeysRow, IdentityRow } from './people-keys.ts'
import type { AccountRow, Store } from './store.ts'
import { isId, isUserId } from './text-checks.ts'
import { doneBefore, refused, type Turn } from './turn.ts'

const identityKeyBytes = 32
const recoveriesRemembered = 8
/** Packages that are gone and still known; a device lays out a hundred at most at a time. */
const packagesRemembered = 1_000

type Publish = Extract<KeyOperation, { kind: 'publish' }>
type GivenIdentity = NonNullable<Publication['identity']>

export function noIdentity(user: string): IdentityRow {
  return { user, version: 0, key: '', recoveriesBefore: [], archived: 0 }
}

export function publish(turn: Turn, op: { readonly [field in keyof Publish]?: unknown }): Outcome {
  const { store } = turn
  const { user, device } = op
  const parsed = publication.safeParse(op.keys)
  if (!isUserId(user) || !isId(device) || !parsed.success) return refused('invalid')
  const account = store.account(user)
  if (account === undefined) return refused('unknown-user')
  if (store.device(device)?.user !== user) return refused('bad-token')

  const given = parsed.data
  const before = store.keys.identity(user) ?? noIdentity(user)
  const identity = identityAfter(before, given.identity)
  if (identity === undefined) return refused('invalid')
  const isNew = identity.version > before.version
  const row = store.keys.device(device) ?? { device, user }
  const present = isNew ? unlinked(row) : afterLoss(row, given.lost)
  const certificate = certificateAfter(present, identity, given.certificate)
  if (certificate === 'bad') return refused('bad-group')
  // A late copy: what it lays out is of a certificate that was replaced.
  if (certificate === 'older') return doneBefore
  const packages = readPackages(given, certificate)
  if (packages === 'bad') return refused('bad-group')
  if (packages.length > 0 && certificate === undefined) return refused('not-certified')

  if (identity !== before) store.keys.putIdentity(identity)
  if (isNew) voidCertificates(store, user)
  else if (present !== row) leavesMustGo(store, store.groups.leavesOfDevice(device))
  putDevice(turn, { ...present, ...linkOf(given), ...certified(certificate) }, packages)
  return isNew ? announce(turn, account, identity.version) : doneBefore
}

function announce(turn: Turn, account: AccountRow, version: number): Outcome {
  return turn.add(account.user, { by: account }, { kind: 'identity', version })
}

/** Undefined: it cannot follow the present one. */
function identityAfter(
  before: IdentityRow,
  given: GivenIdentity | undefined,
): IdentityRow | undefined {
  if (given === undefined) return before
  const { key, version, recovery } = given
  if (version === before.version + 1) {
    if (fromBase64url(key)?.length !== identityKeyBytes) return undefined
    const { recovery: _before, ...kept } = before
    return withRecovery({ ...kept, key, version, recoveriesBefore: formerOf(before) }, recovery)
  }
  if (version !== before.version || key !== before.key) return undefined
  return recovery === undefined ? before : withRecovery(before, recovery)
}

function withRecovery(row: IdentityRow, recovery: string | undefined): IdentityRow {
  const isKnown = recovery === row.recovery || row.recoveriesBefore.includes(recovery ?? '')
  if (recovery === undefined || isKnown) return row
  return { ...row, recovery, recoveriesBefore: formerOf(row) }
}

function formerOf({ recovery, recoveriesBefore }: IdentityRow): readonly string[] {
  if (recovery === undefined) return recoveriesBefore
  return [...recoveriesBefore, recovery].slice(-recoveriesRemembered)
}

/** The device's certificate from now on; `older`: it has a later one. */
function certificateAfter(
  present: DeviceKeysRow,
  identity: IdentityRow,
  given: string | undefined,
): string | undefined | 'bad' | 'older' {
  if (given === undefined || given === present.certificate) return present.certificate
  const made = madeMs(given, { ...present, key: identity.key })
  if (made === undefined) return 'bad'
  const { certificate, lost } = present
  const madeBefore = (one: string | undefined) =>
    (one && madeMs(one, { ...present, key: identity.key })) || 0
  const isOlder = madeBefore(certificate) > made || (lost !== undefined && madeBefore(lost) >= made)
  return isOlder ? 'older' : given
}

/** When the certificate was made; undefined when it is none of this device and identity. */
function madeMs(
  certificate: string,
  of: { readonly user: string; readonly device: string; readonly key: string },
): number | undefined {
  const bytes = fromBase64url(certificate)
  const read = bytes && readDeviceIdentity(bytes)
  if (read === undefined || read.user !== of.user || read.device !== of.device) return undefined
  return toBase64url(read.accountKey) === of.key ? read.createdMs : undefined
}

interface LaidOut {
  readonly bytes: string
  readonly initKey: string
  readonly notAfter: number
  readonly isLastResort: boolean
}

function readPackages(
  { packages = [], lastResort }: Publication,
  certificate: string | undefined,
): readonly LaidOut[] | 'bad' {
  const read = packages.map((bytes) => readPackage(bytes, certificate))
  const all = lastResort === undefined ? read : [...read, readPackage(lastResort, certificate)]
  const fit = all.filter((one) => one !== undefined)
  const isLast = (at: number) => at === packages.length
  const areFit =
    fit.length === all.length && fit.every((one, at) => one.isLastResort === isLast(at))
  return areFit ? fit : 'bad'
}

function readPackage(text: string, certificate: string | undefined): LaidOut | undefined {
  const bytes = fromBase64url(text)
  const parts: KeyPackageParts | undefined = bytes && readKeyPackage(bytes)
  if (parts === undefined) return undefined
  if (certificate !== undefined && toBase64url(parts.leaf.identity) !== certificate)
    return undefined
  const { initKey, notAfter, isLastResort } = parts
  return { bytes: text, initKey: toBase64url(initKey), notAfter, isLastResort }
}

function putDevice(turn: Turn, row: DeviceKeysRow, packages: readonly LaidOut[]): void {
  const { keys } = turn.store
  const { device } = row
  const before = keys.device(device)
  const isSame = before?.certificate === row.certificate
  if (before !== undefined && !isSame) {
    keys.deleteDevice(device)
    turn.note(`certificate ${device}`)
  }
  let lastResort = isSame ? before?.lastResort : undefined
  for (const { initKey, bytes, notAfter, isLastResort } of packages) {
    if (keys.package(device, initKey) !== undefined) continue
    // The last resort is known from now on, but not laid out for a single use.
    keys.putPackage({ device, initKey, notAfter, ...(isLastResort ? {} : { package: bytes }) })
    if (isLastResort) lastResort = bytes
  }
  const { lastResort: _before, ...rest } = row
  keys.putDevice(lastResort === undefined ? rest : { ...rest, lastResort })
  const over = keys.countPackages(device) - limits.keyPackagesPerDeviceMax
  for (const { initKey, notAfter } of over > 0 ? keys.packages(device, over) : []) {
    keys.putPackage({ device, initKey, notAfter })
  }
  keys.forgetPackages(device, packagesRemembered)
}

/** What all devices had of the identity before counts no more; their leaves must go. */
function voidCertificates(store: Store, user: string): void {
  for (const row of store.keys.devicesOf(user)) {
    if (row.certificate === undefined) continue
    leavesMustGo(store, store.groups.leavesOfDevice(row.device))
    store.keys.deleteDevice(row.device)
    store.keys.putDevice(unlinked(row))
  }
}

/** A device that lost the keys of its present certificate waits to be linked, like a new one. */
function afterLoss(row: DeviceKeysRow, lost: string | undefined): DeviceKeysRow {
  return lost === undefined || lost !== row.certificate ? row : { ...unlinked(row), lost }
}

function unlinked({ device, user, linkKey, linkMail }: DeviceKeysRow): DeviceKeysRow {
  return {
    ...{ device, user },
    ...(linkKey === undefined ? {} : { linkKey }),
    ...(linkMail === undefined ? {} : { linkMail }),
  }
}

function linkOf({ linkKey }: Publication): { readonly linkKey?: string } {
  return linkKey === undefined ? {} : { linkKey }
}

function certified(certificate: string | undefined): { readonly certificate?: string } {
  return certificate === undefined ? {} : { certificate }
}
