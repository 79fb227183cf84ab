/**
 * How what was sealed is shown: one divider for all that came before one could read, and a quiet
 * line, with its reason, for each message that cannot be read yet.
 */
import type { Entry } from '@starling/protocol/entry'
import type { DividerLine, MessageLine, SystemLine } from '../snapshot.ts'
import { type ChangedIdentities, isBeforeJoin } from './content.ts'
import { beforeJoin, unreadableCause } from './privacy-words.ts'

/**
 * The entries to be shown. All up to the last one that was written before one joined give way to
 * the divider; but not what one can read (who comes back to a room has read what was said before).
 */
export function readableOf(entries: readonly Entry[]): {
  readonly divider?: DividerLine
  readonly entries: readonly Entry[]
} {
  const last = entries.findLastIndex(isBeforeJoin)
  const hidden = entries[last]
  if (hidden === undefined) return { entries }
  const isRead = entries.slice(0, last).some((entry) => entry.kind === 'post')
  if (isRead) return { entries: entries.filter((entry) => !isBeforeJoin(entry)) }
  const { index, at } = hidden
  const key = `divider ${index}`
  const divider = { kind: 'divider', key, index, at, code: 'before-join', say: beforeJoin } as const
  return { divider, entries: entries.slice(last + 1) }
}

/** A message that cannot be read, undefined when it is anything else. */
export function unreadableLine(entry: Entry, me: string): MessageLine | undefined {
  if (!isUnread(entry)) return undefined
  const { index, at, by, name } = entry
  const why = entry.kind === 'unreadable' ? entry.why : undefined
  const about = { key: `${index}`, index, at, by, name, text: '' }
  const marks = { isOwn: by === me, isMention: false, reactions: [], isChanging: false }
  return { kind: 'message', ...about, ...marks, unreadable: unreadableCause(why) }
}

/** Counted when it is unread: whatever can be a message. */
export function isCounted(entry: Entry): boolean {
  if (entry.kind === 'post') return entry.deletedBy === undefined
  return isUnread(entry) && !isBeforeJoin(entry)
}

/** Somebody's identity is another one than it was. */
export function identitiesOf(
  entry: Entry & ChangedIdentities,
  nameOf: (user: string) => string,
): Extract<SystemLine['body'], { kind: 'identities' }> | undefined {
  const { identities = [] } = entry
  if (entry.kind !== 'commit' || identities.length === 0) return undefined
  const people = identities.map((user) => ({ user, name: nameOf(user) }))
  return { kind: 'identities', people }
}

function isUnread(entry: Entry): boolean {
  return entry.kind === 'unreadable' || (entry.kind === 'sealed' && entry.isSealed !== true)
}
