/**
 * The person's identity on this device. The first device makes it; every other one waits, unlinked,
 * until it is given the secrets: by another device, or by the recovery key. The servers say which
 * identity is the person's; who does not hold that one is unlinked.
 */
import type {
  AccountWork,
  CipherOutcome,
  KeysAnswer,
  PreparedOutcome,
  Publication,
} from '@starling/core/client/private/cipher'
import { ByteReader, ByteWriter, randomBytes } from '@starling/mls/bytes'
import { openFromLink, sealForLink } from '@starling/mls/linking'
import { MlsError } from '@starling/mls/mls-error'
import {
  type AccountSecrets,
  createRecoveryKey,
  openSecrets,
  readRecoveryKey,
  sealSecrets,
  showRecoveryKey,
} from '@starling/mls/recovery'
import { createSeed, seedSigner } from '@starling/mls/signing'
import { linkKeyOf, setLinked, setUnlinked } from './device-keys.ts'
import { type IdentityRecord, identityOf } from './identity-record.ts'
import { replenish } from './key-packages.ts'
import { isSameCode, linkCodeOf } from './link-code.ts'
import { acceptPin, meetAccount, setVerified } from './people.ts'
import { fromText, type Me, toText, type VaultJob, WorkRefused } from './vault-job.ts'

const archiveKeyBytes = 32

type WorkOf<K extends AccountWork['kind']> = Extract<AccountWork, { kind: K }>
type Prepared = Omit<PreparedOutcome, 'groups'>

export async function prepare(job: VaultJob, { keys }: WorkOf<'prepare'>): Promise<Prepared> {
  const hasRecoveryKey = keys.mine?.recovery !== undefined
  const identity = await presentIdentity(job, keys)
  if (identity === undefined) return { ...(await waiting(job, keys)), hasRecoveryKey }
  const publish = await missingAtServers(job, identity, keys)
  return {
    kind: 'prepared',
    state: 'ready',
    ...(Object.keys(publish).length === 0 ? {} : { publish }),
    hasRecoveryKey,
    wantsArchive: identity.wantsArchive === true,
  }
}

/** Undefined: the person has one that is not held here. Where they have none it is made. */
async function presentIdentity(
  job: VaultJob,
  keys: KeysAnswer,
): Promise<IdentityRecord | undefined> {
  const held = await identityOf(job)
  if (keys.identity === undefined) return held ?? putIdentity(job, await newIdentity(keys))
  return held?.accountKey === keys.identity ? held : undefined
}

async function newIdentity({ version }: KeysAnswer): Promise<IdentityRecord> {
  const secrets = { accountSeed: createSeed(), archiveKey: randomBytes(archiveKeyBytes) }
  const { wantsArchive: _, ...made } = await recordOf(secrets, version + 1)
  return made
}

async function recordOf(
  { accountSeed, archiveKey }: AccountSecrets,
  version: number,
): Promise<IdentityRecord> {
  return {
    accountSeed: toText(accountSeed),
    accountKey: toText((await seedSigner(accountSeed)).publicKey),
    archiveKey: toText(archiveKey),
    version,
    wantsArchive: true,
  }
}

async function putIdentity(job: VaultJob, identity: IdentityRecord): Promise<IdentityRecord> {
  const before = await identityOf(job)
  // Sealed under another archive key, they would be kept for nobody.
  if (before?.archiveKey !== identity.archiveKey) await job.draft.removeAll(job.names.unkept())
  job.draft.putRecord(job.names.identity, identity)
  return identity
}

async function missingAtServers(
  job: VaultJob,
  { accountKey: key, ...identity }: IdentityRecord,
  keys: KeysAnswer,
): Promise<Publication> {
  const certificate = await setLinked(job, { accountKey: key, ...identity })
  const isCertified = keys.devices.some(
    (one) => one.device === job.me.device && one.certificate === certificate,
  )
  const mine = keys.mine ?? { packages: 0, hasLastResort: false, unlinked: [] }
  return {
    ...(keys.identity === undefined ? { identity: { key, version: keys.version + 1 } } : {}),
    ...(isCertified ? {} : { certificate }),
    ...(await replenish(job, mine)),
  }
}

async function waiting(job: VaultJob, keys: KeysAnswer): Promise<Omit<Prepared, 'hasRecoveryKey'>> {
  const { user, device } = job.me
  // It is certified by the person's identity, which it does not hold: its keys were lost.
  const lost = keys.devices.find((one) => one.device === device)?.certificate
  const linkKey = await setUnlinked(job, lost)
  const isKnown = keys.mine?.unlinked.some(
    (one) => one.device === device && one.linkKey === linkKey,
  )
  return {
    kind: 'prepared',
    state: 'unlinked',
    linkCode: await linkCodeOf({ user, device, linkKey: fromText(linkKey) }),
    ...(lost === undefined && isKnown === true ? {} : { publish: { linkKey, ...lostOf(lost) } }),
    wantsArchive: false,
  }
}

function lostOf(lost: string | undefined): Pick<Publication, 'lost'> {
  return lost === undefined ? {} : { lost }
}

export async function recoveryKey(
  job: VaultJob,
  { keys }: WorkOf<'recovery-key'>,
): Promise<CipherOutcome> {
  const { accountKey, ...identity } = await linkedIdentity(job, keys)
  const made = createRecoveryKey()
  const recovery = toText(await sealSecrets(made, job.me.user, secretsOf(identity)))
  const publish = { identity: { key: accountKey, version: keys.version, recovery } }
  return { kind: 'recovery', recoveryKey: showRecoveryKey(made), publish }
}

export async function restore(
  job: VaultJob,
  { recoveryKey: typed, keys }: WorkOf<'restore'>,
): Promise<CipherOutcome> {
  const before = await repeated(job, keys)
  if (before !== undefined) return before
  const sealed = keys.mine?.recovery
  if (sealed === undefined) {
    throw new WorkRefused('no-recovery-key', 'No recovery key was made for this account.')
  }
  const key = readRecoveryKey(typed)
  if (key === undefined) throw wrongRecoveryKey('There is a slip in it; compare it sign by sign.')
  const secrets = await openedOr(
    () => openSecrets(key, job.me.user, fromText(sealed)),
    wrongRecoveryKey('It is not the one that was made last for this account.'),
  )
  return take(job, keys, { secrets, refusal: wrongRecoveryKey('It is of a former identity.') })
}

function wrongRecoveryKey(why: string): WorkRefused {
  return new WorkRefused('wrong-recovery-key', `This recovery key does not fit. ${why}`)
}

export async function linkAccept(
  job: VaultJob,
  { code, keys }: WorkOf<'link-accept'>,
): Promise<CipherOutcome> {
  const identity = await linkedIdentity(job, keys)
  const { user } = job.me
  for (const { device, linkKey: text } of keys.mine?.unlinked ?? []) {
    const linkKey = fromText(text)
    if (!isSameCode(code, await linkCodeOf({ user, device, linkKey }))) continue
    const context = linkContext({ user, device })
    const box = await sealForLink(linkKey, context, secretBytes(secretsOf(identity)))
    return { kind: 'link', device, box: toText(box) }
  }
  throw new WorkRefused(
    'wrong-link-code',
    'None of your devices waits with this code. Compare it with what the new device shows.',
  )
}

export async function linkMail(
  job: VaultJob,
  { box, keys }: WorkOf<'link-mail'>,
): Promise<CipherOutcome> {
  const before = await repeated(job, keys)
  if (before !== undefined) return before
  const link = await linkKeyOf(job)
  const refusal = new WorkRefused('wrong-link-code', 'What the other device sent does not fit.')
  if (link === undefined) throw refusal
  const opened = await openedOr(
    () => openFromLink(link, linkContext(job.me), fromText(box)),
    refusal,
  )
  return take(job, keys, { secrets: readSecrets(opened), refusal })
}

/** They are the person's, if the servers name this very account key. */
async function take(
  job: VaultJob,
  keys: KeysAnswer,
  { secrets, refusal }: { readonly secrets: AccountSecrets; readonly refusal: WorkRefused },
): Promise<CipherOutcome> {
  const identity = await recordOf(secrets, keys.version)
  if (identity.accountKey !== keys.identity) throw refusal
  await putIdentity(job, identity)
  return { kind: 'publish', publish: { certificate: await setLinked(job, identity) } }
}

export async function resetIdentity(
  job: VaultJob,
  { keys }: WorkOf<'reset-identity'>,
): Promise<CipherOutcome> {
  const identity = await putIdentity(job, await newIdentity(keys))
  const certificate = await setLinked(job, identity)
  const { accountKey: key, version } = identity
  return { kind: 'publish', publish: { identity: { key, version }, certificate } }
}

export async function person(
  job: VaultJob,
  { keys }: WorkOf<'person'>,
): Promise<{ readonly user: string; readonly accountKey: Uint8Array } | undefined> {
  if (keys.identity === undefined) return undefined
  const accountKey = fromText(keys.identity)
  await meetAccount(job, keys.user, accountKey)
  return { user: keys.user, accountKey }
}

export async function verify(job: VaultJob, { keys, as }: WorkOf<'verify'>): Promise<void> {
  if (keys.identity === undefined) {
    throw new WorkRefused('no-identity', 'This person has no device that encrypts yet.')
  }
  const accountKey = fromText(keys.identity)
  await meetAccount(job, keys.user, accountKey)
  await setVerified(job, keys.user, as === 'verified' ? accountKey : undefined)
  if (as !== 'unverified') await acceptPin(job, keys.user)
}

async function linkedIdentity(job: VaultJob, keys: KeysAnswer): Promise<IdentityRecord> {
  const held = await identityOf(job)
  if (held !== undefined && held.accountKey === keys.identity) return held
  throw new WorkRefused('not-linked', 'This device is not linked; link it or restore first.')
}

/** What was done before, if the answer was lost. */
async function repeated(job: VaultJob, keys: KeysAnswer): Promise<CipherOutcome | undefined> {
  const held = await identityOf(job)
  if (held === undefined || held.accountKey !== keys.identity) return undefined
  if (keys.devices.some(({ device }) => device === job.me.device)) {
    throw new WorkRefused('already-linked', 'This device is linked already.')
  }
  return { kind: 'publish', publish: { certificate: await setLinked(job, held) } }
}

async function openedOr<T>(open: () => Promise<T>, refusal: WorkRefused): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof MlsError) throw refusal
    throw error
  }
}

function linkContext({ user, device }: Me): string {
  return JSON.stringify([user, device])
}

function secretsOf({
  accountSeed,
  archiveKey,
}: Pick<IdentityRecord, 'accountSeed' | 'archiveKey'>): AccountSecrets {
  return { accountSeed: fromText(accountSeed), archiveKey: fromText(archiveKey) }
}

function secretBytes({ accountSeed, archiveKey }: AccountSecrets): Uint8Array {
  return new ByteWriter().sized(accountSeed).sized(archiveKey).done()
}

function readSecrets(bytes: Uint8Array): AccountSecrets {
  const reader = new ByteReader(bytes)
  const secrets = { accountSeed: reader.sized(), archiveKey: reader.sized() }
  reader.end()
  return secrets
}
