/** What the stand-in does for a person: identity, certificates, key packages, linking, recovery. */
import { fromBase64url, toBase64url } from '../../mls/base64url.ts'
import { randomId } from '../random-id.ts'
import type {
  AccountWork,
  CipherFailure,
  CipherOutcome,
  KeysAnswer,
  Publication,
} from './cipher.ts'
import type { Maker } from './stand-in-commits.ts'
import {
  bytesOf,
  close,
  closeFor,
  hashOf,
  longHashOf,
  open,
  openOwn,
  publicOf,
  textOf,
} from './stand-in-crypto.ts'
import { meetPerson } from './stand-in-entries.ts'
import { identityOf, keyPackageOf } from './stand-in-leaves.ts'
import { type Account, keepKey, type PackageKeys, roomOf, type Vault } from './stand-in-vault.ts'

const packagesWanted = 12
const packagesLow = 6
/** Private keys of packages that were handed out long ago go first. */
const packagesKeptMax = 200

type WorkOf<K extends AccountWork['kind']> = Extract<AccountWork, { kind: K }>

export function prepare(maker: Maker, { me, keys }: WorkOf<'prepare'>) {
  const { vault, chance, nowMs } = maker
  if (vault.me === undefined) vault.createdMs = nowMs
  vault.me = me
  if (keys.identity === undefined && vault.account === undefined) {
    vault.account = { key: randomId(chance), version: 1, archiveKey: randomId(chance) }
  }
  if (keys.identity !== undefined && keys.identity !== accountText(vault)) {
    // Another device of the person was first, or the identity was reset there.
    vault.account = undefined
    return unlinked(vault, keys)
  }
  return {
    state: 'ready',
    hasRecoveryKey: vault.recovery !== undefined,
    ...missing(maker, keys),
  } as const
}

function unlinked(vault: Vault, { mine }: KeysAnswer) {
  const isKnown = mine?.unlinked.some(({ device }) => device === vault.me?.device) === true
  const publish: Publication | undefined = isKnown
    ? undefined
    : { linkKey: toBase64url(bytesOf(publicOf(vault.linkKey))) }
  return {
    state: 'unlinked',
    linkCode: linkCodeOf(publicOf(vault.linkKey)),
    hasRecoveryKey: mine?.recovery !== undefined,
    ...(publish === undefined ? {} : { publish }),
  } as const
}

/** What the servers lack of this device. */
function missing(maker: Maker, { identity, devices, mine }: KeysAnswer): { publish?: Publication } {
  const { vault } = maker
  const certificate = certificateOf(vault)
  const isCertified = devices.some((one) => one.certificate === certificate)
  const left = identity === undefined ? 0 : (mine?.packages ?? 0)
  const packages = left < packagesLow ? drawPackages(maker, packagesWanted - left) : []
  const lastResort = mine?.hasLastResort === true ? [] : drawPackages(maker, 1, true)
  const publish: Publication = {
    ...(identity === undefined ? { identity: publicIdentity(vault) } : {}),
    ...(isCertified ? {} : { certificate }),
    ...(packages.length === 0 ? {} : { packages }),
    ...(lastResort[0] === undefined ? {} : { lastResort: lastResort[0] }),
  }
  return Object.keys(publish).length === 0 ? {} : { publish }
}

function drawPackages({ vault, chance }: Maker, count: number, isLastResort = false): string[] {
  const drawn = Array.from({ length: count }, () => {
    const keys: PackageKeys = { init: randomId(chance), leaf: randomId(chance), isLastResort }
    vault.packages.set(publicOf(keys.init), keys)
    return toBase64url(keyPackageOf(vault, keys))
  })
  const over = vault.packages.size - packagesKeptMax
  for (const initKey of [...vault.packages.keys()].slice(0, Math.max(over, 0))) {
    vault.packages.delete(initKey)
  }
  return drawn
}

function publicIdentity({ account, recovery }: Vault): NonNullable<Publication['identity']> {
  if (account === undefined) throw new Error('the identity of a device that is not linked')
  const { key, version } = account
  const text = toBase64url(bytesOf(publicOf(key)))
  return { key: text, version, ...(recovery === undefined ? {} : { recovery }) }
}

function accountText({ account }: Vault): string | undefined {
  return account && toBase64url(bytesOf(publicOf(account.key)))
}

function certificateOf(vault: Vault): string {
  return toBase64url(identityOf(vault) ?? bytesOf(''))
}

export function learn(vault: Vault, { rows, isLast }: WorkOf<'learn'>): readonly string[] {
  const learned = new Set<string>()
  if (isLast) vault.wantsArchive = false
  for (const { key: row, box } of rows) {
    const [, name, gen, epoch] = /^e:(.+):(\d+):(\d+)$/.exec(row) ?? []
    const bytes = fromBase64url(box)
    const key = bytes && vault.account && open(vault.account.archiveKey, bytes)
    if (name === undefined || key === undefined) continue
    const isNew = keepKey(roomOf(vault, name), { gen: Number(gen), epoch: Number(epoch) }, key)
    if (isNew) learned.add(name)
  }
  return [...learned]
}

export function person(vault: Vault, keys: KeysAnswer): CipherOutcome {
  const accountKey = keys.identity && textOf(fromBase64url(keys.identity) ?? bytesOf(''))
  if (accountKey === undefined || vault.account === undefined) {
    const none = { safetyNumber: undefined, isVerified: false, isChanged: false }
    return { kind: 'person', ...none }
  }
  meetPerson(vault, keys.user, accountKey)
  const both = [publicOf(vault.account.key), accountKey].sort()
  const digits = longHashOf(60, ...both).replace(/[a-f]/g, (letter) =>
    String(letter.charCodeAt(0) % 10),
  )
  const { isVerified = false, isChanged = false } = vault.people.get(keys.user) ?? {}
  return {
    kind: 'person',
    safetyNumber: digits.replace(/(\d{5})(?=\d)/g, '$1 '),
    isVerified,
    isChanged,
  }
}

export function verify(vault: Vault, { keys, as }: WorkOf<'verify'>): CipherOutcome {
  person(vault, keys)
  const known = vault.people.get(keys.user)
  if (known === undefined) return failed('no-identity')
  const { accountKey } = known
  vault.people.set(keys.user, { accountKey, isVerified: as === 'verified', isChanged: false })
  return person(vault, keys)
}

export function recoveryKey({ vault, chance }: Maker): CipherOutcome {
  if (vault.account === undefined) return failed('not-linked')
  const recoveryKey = randomId(chance)
  vault.recovery = toBase64url(
    close(hashOf('recovery', recoveryKey), JSON.stringify(vault.account)),
  )
  return { kind: 'recovery', recoveryKey, publish: { identity: publicIdentity(vault) } }
}

export function restore(maker: Maker, { recoveryKey, keys }: WorkOf<'restore'>): CipherOutcome {
  const { vault } = maker
  if (vault.account !== undefined) return failed('already-linked')
  const recovery = keys.mine?.recovery
  if (recovery === undefined) return failed('no-recovery-key')
  const bytes = fromBase64url(recovery)
  const text = bytes && open(hashOf('recovery', recoveryKey), bytes)
  if (text === undefined || !takeAccount(vault, text, keys)) return failed('wrong-recovery-key')
  vault.recovery = recovery
  return { kind: 'publish', publish: missing(maker, keys).publish ?? {} }
}

/** Each time another box, as with keys that are drawn. */
export function linkAccept(maker: Maker, { code, keys }: WorkOf<'link-accept'>): CipherOutcome {
  const { vault, chance } = maker
  if (vault.account === undefined) return failed('not-linked')
  const waiting = keys.mine?.unlinked ?? []
  for (const { device, linkKey } of waiting) {
    const publicKey = textOf(fromBase64url(linkKey) ?? bytesOf(''))
    if (linkCodeOf(publicKey) !== code) continue
    const closed = closeFor(
      publicKey,
      JSON.stringify({ ...vault.account, drawn: randomId(chance) }),
    )
    return { kind: 'link', device, box: toBase64url(closed.ciphertext) }
  }
  return failed('wrong-link-code')
}

export function linkMail(maker: Maker, { box, keys }: WorkOf<'link-mail'>): CipherOutcome {
  const { vault } = maker
  if (vault.account !== undefined) return failed('already-linked')
  const ciphertext = fromBase64url(box) ?? bytesOf('')
  const kemOutput = bytesOf(publicOf(vault.linkKey))
  const text = openOwn(vault.linkKey, { kemOutput, ciphertext })
  if (text === undefined || !takeAccount(vault, text, keys)) return failed('unusable')
  return { kind: 'publish', publish: missing(maker, keys).publish ?? {} }
}

function takeAccount(vault: Vault, text: string, keys: KeysAnswer): boolean {
  const { key, version, archiveKey } = JSON.parse(text) as Account
  vault.account = { key, version, archiveKey }
  if (accountText(vault) === keys.identity) {
    vault.wantsArchive = true
    return true
  }
  vault.account = undefined
  return false
}

/** All certificates of the identity before are void with it, this device's own too. */
export function resetIdentity(maker: Maker, { keys }: WorkOf<'reset-identity'>): CipherOutcome {
  const { vault, chance } = maker
  const account = { key: randomId(chance), version: keys.version + 1, archiveKey: randomId(chance) }
  vault.account = account
  vault.recovery = undefined
  vault.packages.clear()
  const { identity: _, mine: __, ...others } = keys
  return { kind: 'publish', publish: missing(maker, { ...others, devices: [] }).publish ?? {} }
}

function linkCodeOf(publicKey: string): string {
  return hashOf('link', publicKey).slice(0, 8)
}

function failed(code: CipherFailure): CipherOutcome {
  return { kind: 'failed', code, say: `the stand-in cipher: ${code}` }
}
