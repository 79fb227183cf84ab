/**
 * People, their devices and read markers. Ids and hashes come with the operation and follow from
 * the client's token, so that what is repeated finds itself: a device that is there belongs to
 * whoever asks again with the same token.
 *
 * A revoked device's leaves in encrypted rooms must go, in the same record.
 *
 * A person's self room is made with the account and tells their devices what concerns them alone.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { AccountOperation } from '../log/record.ts'
import { checkUserName } from '../names/fold-name.ts'
import type { Outcome } from './applied.ts'
import { archive, isArchived, mail } from './archives.ts'
import { claim } from './claims.ts'
import { leavesMustGo } from './pending-removals.ts'
import { publish } from './publications.ts'
import type { Settings } from './settings.ts'
import type { AccountRow, Store } from './store.ts'
import { isId, isLine, isStorable, isUserId } from './text-checks.ts'
import { doneBefore, refused, type Turn } from './turn.ts'

type Of<K extends AccountOperation['kind']> = Extract<AccountOperation, { kind: K }>
/** What an operation may be before it is looked at. */
type Untrusted<T> = { readonly [field in keyof T]?: unknown }

const labelCharactersMax = 64
const passwordHashCharactersMax = 1_024

type Appliers = {
  readonly [K in AccountOperation['kind']]: (turn: Turn, op: Untrusted<Of<K>>) => Outcome
}

export const accountAppliers: Appliers = {
  ...{ guest, register, login, revoke, password, read },
  ...{ publish, claim, archive, mail },
}

/** The state that an operation is judged by. */
interface Ground {
  readonly store: Store
  readonly settings: Settings
}

/** What the store shows of an operation that was applied already, or can never be accepted. */
export function knownAccountOutcome(store: Store, op: AccountOperation): Outcome | undefined {
  if (!isUserId(op.user)) return refused('invalid')
  switch (op.kind) {
    case 'guest':
    case 'register':
      return knownArrival({ store, settings: store.settings() }, op)
    case 'login':
      if (!isId(op.device)) return refused('invalid')
      return store.device(op.device)?.user === op.user ? doneBefore : undefined
    case 'revoke':
      // A device that is not there may be news that has not come yet: the log decides.
      return areIds(op.devices) ? undefined : refused('invalid')
    case 'read': {
      if (!isId(op.room) || !isIndex(op.upTo)) return refused('invalid')
      if (op.was !== undefined) return undefined
      const member = store.member(op.room, op.user)
      return member !== undefined && member.readUpTo >= op.upTo ? doneBefore : undefined
    }
    case 'claim':
      return isId(op.claim) && store.keys.claim(op.user, op.claim) ? doneBefore : undefined
    case 'archive':
      return isArchived(store, op) ? doneBefore : undefined
    case 'mail':
      return isId(op.to) && store.keys.device(op.to)?.linkMail === op.box ? doneBefore : undefined
    case 'password':
    case 'publish':
      return undefined
    default:
      return refused('invalid')
  }
}

interface Arrival {
  readonly user: string
  readonly device: string
  readonly name: string
  readonly folded: string
}

function guest(turn: Turn, op: Untrusted<Of<'guest'>>): Outcome {
  const found = foundAgain(turn.store, op)
  if (found !== undefined) return found
  const arrival = arrivalOf(turn, op, turn.settings.areGuestsAllowed ? undefined : 'guests-off')
  if (typeof arrival === 'string') return refused(arrival)
  return settleIn(turn, arrival, { label: '' })
}

/** A guest who registers with the token of their device stays who they are. */
function register(turn: Turn, op: Untrusted<Of<'register'>>): Outcome {
  const isOff = turn.settings.isRegistrationOpen ? undefined : 'registration-off'
  const own = guestOf(turn.store, op)
  const found = own === undefined ? foundAgain(turn.store, op) : undefined
  if (found !== undefined) return found
  const arrival = arrivalOf(turn, op, isOff)
  if (typeof arrival === 'string') return refused(arrival)
  const { passwordHash } = op
  if (!isPasswordHash(passwordHash)) return refused('invalid')
  if (own === undefined) {
    return settleIn(turn, arrival, { label: labelOf(op.label), passwordHash })
  }
  const { name, folded: foldedName } = arrival
  const account = { ...own, name, foldedName, isGuest: false, passwordHash }
  turn.store.putAccount(account)
  return turn.add(own.user, { by: account }, { kind: 'account', guest: false })
}

/** Without a look at whether the account is there: that is for the log to decide. */
function knownArrival(ground: Ground, op: Of<'guest'> | Of<'register'>): Outcome | undefined {
  const { store, settings } = ground
  const isGuest = op.kind === 'guest'
  const own = isGuest ? undefined : guestOf(store, op)
  const found = own === undefined ? foundAgain(store, op) : undefined
  if (found !== undefined) return found.ok ? found : undefined
  const isOff = isGuest ? !settings.areGuestsAllowed : !settings.isRegistrationOpen
  const off = isGuest ? 'guests-off' : 'registration-off'
  const arrival = arrivalOf(ground, op, isOff ? off : undefined)
  return typeof arrival === 'string' ? refused(arrival) : undefined
}

/** The guest who asks to be registered, on their own device. */
function guestOf(
  store: Store,
  { user, device }: Untrusted<Of<'register'>>,
): AccountRow | undefined {
  if (!isUserId(user) || !isId(device)) return undefined
  const account = store.device(device)?.user === user ? store.account(user) : undefined
  return account?.isGuest === true ? account : undefined
}

/** The answer for a user or device that is there already; undefined for a newcomer. */
function foundAgain(store: Store, { user, device }: Untrusted<Of<'guest'>>): Outcome | undefined {
  if (!isUserId(user) || !isId(device)) return refused('invalid')
  const row = store.device(device)
  if (row !== undefined) return row.user === user ? doneBefore : refused('invalid')
  if (store.account(user) !== undefined) return refused('bad-token')
  return store.room(user) === undefined ? undefined : refused('invalid')
}

/** Shapes of `user` and `device` are right. `off`: nobody may arrive like this. */
function arrivalOf(
  { store, settings }: Ground,
  op: Untrusted<Of<'guest'>>,
  off: ErrorCode | undefined,
): Arrival | ErrorCode {
  if (off !== undefined) return off
  const checked = checkUserName(op.name, settings.limits.userNameCharactersMax)
  if (!checked.ok) return checked.code
  const [user, device] = [op.user as string, op.device as string]
  const namesake = store.accountByName(checked.folded)
  if (namesake !== undefined && namesake.user !== user) return 'name-taken'
  return { user, device, name: checked.name, folded: checked.folded }
}

function settleIn(
  turn: Turn,
  { user, device, name, folded }: Arrival,
  { label, passwordHash }: { label: string; passwordHash?: string },
): Outcome {
  const { store, recordAt: addedAt } = turn
  const isGuest = passwordHash === undefined
  const row = { user, name, foldedName: folded, isGuest, addedAt }
  const account = isGuest ? row : { ...row, passwordHash }
  store.putAccount(account)
  store.putDevice({ device, user, label, addedAt })
  const texts = { title: '', foldedTitle: '', topic: '' }
  store.putRoom({ room: user, kind: 'self', ...texts, head: 0, lastAt: 0, members: 1, owners: 0 })
  return turn.add(user, { by: account }, { kind: 'account', guest: isGuest })
}

function login(turn: Turn, { user, device, label }: Untrusted<Of<'login'>>): Outcome {
  const { store, limits } = turn
  if (!isUserId(user) || !isId(device)) return refused('invalid')
  const row = store.device(device)
  if (row !== undefined) return row.user === user ? doneBefore : refused('invalid')
  if (store.isBanned(user, device)) return refused('bad-token')
  const account = store.account(user)
  if (account?.passwordHash === undefined) return refused('bad-credentials')
  if (store.devicesOf(user).length >= limits.devicesPerAccountMax) {
    return refused('too-many-devices')
  }

  const added = { device, label: labelOf(label) }
  store.putDevice({ ...added, user, addedAt: turn.recordAt })
  return turn.add(user, { by: account }, { kind: 'device-added', ...added })
}

/**
 * Devices that are not theirs, or gone already, are passed over. What is revoked is banned from the
 * self room for ever: a login that a frozen backend or the log brings back late is of an old token,
 * and who logs in anew makes a new one.
 */
function revoke(turn: Turn, { user, devices }: Untrusted<Of<'revoke'>>): Outcome {
  const { store } = turn
  if (!isUserId(user) || !areIds(devices)) return refused('invalid')
  const account = store.account(user)
  if (account === undefined) return refused('unknown-user')

  let outcome = doneBefore
  for (const device of devices) {
    if (store.device(device)?.user !== user) continue
    store.deleteDevice(device)
    store.putBan(user, device)
    leavesMustGo(store, store.groups.leavesOfDevice(device))
    store.keys.deleteDevice(device)
    outcome = turn.add(user, { by: account }, { kind: 'device-removed', device })
  }
  return outcome
}

function password(turn: Turn, { user, passwordHash }: Untrusted<Of<'password'>>): Outcome {
  const { store } = turn
  if (!isUserId(user) || !isPasswordHash(passwordHash)) return refused('invalid')
  const account = store.account(user)
  if (account === undefined) return refused('unknown-user')
  if (account.isGuest) return refused('not-allowed')

  store.putAccount({ ...account, passwordHash })
  return turn.add(user, { by: account }, { kind: 'password-changed' })
}

/**
 * The greatest marker wins, never beyond the room's newest entry. It goes back only from where it
 * was seen to stand, so that a repeat, or one that comes after another device read on, does
 * nothing.
 */
function read(turn: Turn, op: Untrusted<Of<'read'>>): Outcome {
  const { store } = turn
  const { user, room, upTo, was } = op
  if (!isUserId(user) || !isId(room)) return refused('invalid')
  if (!isIndex(upTo) || (was !== undefined && !isIndex(was))) return refused('invalid')
  const account = store.account(user)
  if (account === undefined) return refused('unknown-user')
  const row = store.room(room)
  if (row === undefined || row.kind === 'self') return refused('unknown-room')
  const member = store.member(room, user)
  if (member === undefined) return refused('not-member')
  const readUpTo = Math.min(upTo, row.head)
  const isMoving =
    was === undefined ? readUpTo > member.readUpTo : member.readUpTo === was && readUpTo < was
  if (!isMoving) return doneBefore

  store.putMember({ ...member, readUpTo })
  const wentBack = was === undefined ? {} : { was }
  return turn.add(user, { by: account }, { kind: 'read', room, upTo: readUpTo, ...wentBack })
}

/** 0 stands before the first entry. */
function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function areIds(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => isId(one))
}

function isPasswordHash(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= passwordHashCharactersMax &&
    isStorable(value)
  )
}

/** Only for people's eyes: what is not fit is left out. */
function labelOf(label: unknown): string {
  return typeof label === 'string' && isLine(label, labelCharactersMax) ? label : ''
}
