/** What a person's devices keep for each other and send each other, sealed. */
import { limits } from '@starling/protocol/limits'
import { archiving, mailing } from '@starling/protocol/up'
import type { KeyOperation } from '../log/record.ts'
import type { Outcome } from './applied.ts'
import { noIdentity } from './publications.ts'
import type { Store } from './store.ts'
import { isUserId } from './text-checks.ts'
import { doneBefore, refused, type Turn } from './turn.ts'

type Of<K extends KeyOperation['kind']> = {
  readonly [field in keyof Extract<KeyOperation, { kind: K }>]?: unknown
}

/**
 * Of a key the first row stands, so what comes again changes nothing. Rows belong to the identity
 * key under which they came: after a new one nobody could open them, and they would be in its way.
 */
export function archive(turn: Turn, op: Of<'archive'>): Outcome {
  const { user, version } = op
  const parsed = archiving.safeParse(op)
  if (!isUserId(user) || !isVersion(version) || !parsed.success) return refused('invalid')
  if (turn.store.account(user) === undefined) return refused('unknown-user')
  const { keys } = turn.store
  const identity = keys.identity(user) ?? noIdentity(user)
  if (version > identity.version) return refused('invalid')
  const fresh = new Map(parsed.data.rows.toReversed().map((row) => [row.key, row] as const))
  for (const key of [...fresh.keys()]) if (keys.isArchived(user, version, key)) fresh.delete(key)
  if (fresh.size === 0) return doneBefore
  const archived = identity.archived + fresh.size
  if (archived > limits.archiveRowsPerPersonMax) return refused('archive-full')
  for (const row of fresh.values()) keys.addArchived(user, version, row)
  keys.putIdentity({ ...identity, archived })
  return doneBefore
}

export function isArchived(store: Store, op: Of<'archive'>): boolean {
  const { user, version } = op
  const parsed = archiving.safeParse(op)
  if (!isUserId(user) || !isVersion(version) || !parsed.success) return false
  return parsed.data.rows.every(({ key }) => store.keys.isArchived(user, version, key))
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** To one device of the person's own. The newest is known, so that a repeat makes no second. */
export function mail(turn: Turn, op: Of<'mail'>): Outcome {
  const { store } = turn
  const { user } = op
  const parsed = mailing.safeParse({ device: op.to, box: op.box })
  if (!isUserId(user) || !parsed.success) return refused('invalid')
  const account = store.account(user)
  if (account === undefined) return refused('unknown-user')
  const { device, box } = parsed.data
  if (store.device(device)?.user !== user) return refused('not-allowed')
  const row = store.keys.device(device) ?? { device, user }
  if (row.linkMail === box) return doneBefore
  store.keys.putDevice({ ...row, linkMail: box })
  return turn.add(user, { by: account }, { kind: 'mail', device, mail: { kind: 'link', box } })
}
