/** Where a client finds what was written in encrypted rooms: what this device has read. */
import { findWords, markWords, wordsOf } from '@starling/core/room/search-words'
import type { Entry } from '@starling/protocol/entry'
import type { FoundMessage, FoundPlace } from './found-message.ts'

export interface LocalIndex {
  /** What was opened in the room, in any order, and perhaps again. */
  put(room: string, entries: readonly Entry[]): Promise<void>
  /** Messages of other rooms are forgotten. */
  keepOnly(rooms: readonly string[]): Promise<void>
  search(query: LocalQuery): Promise<readonly LocalHit[]>
  close(): Promise<void>
}

/** Each word of the text begins a word of the message, without regard to case or accents. */
export interface LocalQuery {
  readonly text: string
  readonly rooms: readonly string[]
  readonly before?: FoundPlace
  readonly limit: number
}

export interface LocalHit {
  readonly room: string
  readonly entry: Entry
  readonly excerpt: string
}

export const searchedWordsMax = 16

export function queryWords(text: string): readonly string[] {
  const bare = wordsOf(text).filter((word) => word !== '')
  return [...new Set(bare)].slice(0, searchedWordsMax)
}

export function hitOf(message: FoundMessage, words: readonly string[]): LocalHit {
  const { room, index, by, name, at, text, replyTo, changedAt } = message
  const reply = replyTo === undefined ? {} : { replyTo }
  const edited = changedAt === index ? {} : { editedAt: at }
  const entry: Entry = {
    index,
    at,
    by,
    name,
    kind: 'post',
    text,
    ...reply,
    ...edited,
    isSealed: true,
  }
  return { room, entry, excerpt: markWords(text, findWords(text, words) ?? []) }
}

/** Opened with the first use; nobody waits for it at the start. */
export function indexWhenUsed(open: () => LocalIndex): LocalIndex {
  let opened: LocalIndex | undefined
  const index = () => {
    opened ??= open()
    return opened
  }
  return {
    put: async (room, entries) => index().put(room, entries),
    keepOnly: async (rooms) => index().keepOnly(rooms),
    search: async (query) => index().search(query),
    close: async () => opened?.close(),
  }
}
