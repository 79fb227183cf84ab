/**
 * The messages of encrypted rooms as they can be found here: no server can search them. Entries
 * come in any order (history comes after what is live, and all again when more keys come), so each
 * message knows the index of the change that it shows, and an edit may be there before its post.
 */

import { wordsOf } from '@starling/core/room/search-words'
import type { Entry } from '@starling/protocol/entry'

export interface FoundMessage {
  readonly room: string
  readonly index: number
  /** Empty while its post was not seen. */
  readonly by: string
  readonly name: string
  readonly at: number
  /** Empty when it is deleted. */
  readonly text: string
  readonly replyTo?: number
  /** Index of the entry that set the text, and who wrote that. */
  readonly changedAt: number
  readonly changedBy: string
}

/** The index of the message that the entry tells of; undefined when it tells of none. */
export function messageOf(entry: Entry): number | undefined {
  if (entry.kind === 'post') return entry.index
  return entry.kind === 'edit' || entry.kind === 'delete' ? entry.target : undefined
}

/** The message after the entry. What somebody else edits stays as it is. */
export function changed(
  room: string,
  held: FoundMessage | undefined,
  entry: Entry,
): FoundMessage | undefined {
  if (entry.kind === 'post') return posted(room, held, entry)
  const index = messageOf(entry)
  if (index === undefined || (held !== undefined && held.changedAt >= entry.index)) return held
  const isOthers = held !== undefined && held.by !== '' && held.by !== entry.by
  if (entry.kind === 'edit' && isOthers) return held
  const message = held ?? { room, index, by: '', name: '', at: 0 }
  const text = entry.kind === 'edit' ? entry.text : ''
  // Nothing comes after a deletion.
  const changedAt = entry.kind === 'edit' ? entry.index : Number.MAX_SAFE_INTEGER
  return { ...message, text, changedAt, changedBy: entry.by }
}

function posted(
  room: string,
  held: FoundMessage | undefined,
  entry: Extract<Entry, { kind: 'post' }>,
): FoundMessage {
  const { index, by, name, at, text, replyTo } = entry
  const reply = replyTo === undefined ? {} : { replyTo }
  const own = { room, index, by, name, at, ...reply }
  const isChanged = held !== undefined && held.changedAt > index
  const stands = isChanged && (held.text === '' || held.changedBy === by)
  if (!stands) return { ...own, text, changedAt: index, changedBy: by }
  const { changedAt, changedBy } = held
  return { ...own, text: held.text, changedAt, changedBy }
}

/** By which it is found; none while it cannot be shown. */
export function searchWords({ by, text }: FoundMessage): readonly string[] {
  return by === '' ? [] : [...new Set(wordsOf(text))]
}

/** Newest first: those after it are older. */
export interface FoundPlace {
  readonly at: number
  readonly room: string
  readonly index: number
}

export function isOlder(message: FoundPlace, than: FoundPlace): boolean {
  if (message.at !== than.at) return message.at < than.at
  if (message.room !== than.room) return message.room < than.room
  return message.index < than.index
}
