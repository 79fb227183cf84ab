/** Which new messages call for attention, and what the notification says. */
import type { RoomSnapshot } from '@starling/client/api'
import type { Entry } from '@starling/protocol/entry'
import type { RoomKind } from '@starling/protocol/operation'

export const notificationLevels = ['all', 'mentions', 'none'] as const
export type NotificationLevel = (typeof notificationLevels)[number]

const textCharactersMax = 200
/** What is older arrived while one was away: the counts tell of it. */
const freshMsMax = 60_000

export function defaultLevel(kind: RoomKind): NotificationLevel {
  return kind === 'direct' ? 'all' : 'mentions'
}

export interface NotificationFacts {
  readonly entry: Entry
  readonly room: RoomSnapshot
  readonly me: { readonly user: string; readonly name: string }
  readonly level: NotificationLevel
  /** Some tab shows the room and has the focus. */
  readonly isLookedAt: boolean
  readonly nowMs: number
}

export interface NotificationText {
  readonly title: string
  readonly body: string
  /** One of a kind: a later one of the same room takes its place. */
  readonly tag: string
}

export function notificationFor(facts: NotificationFacts): NotificationText | undefined {
  const { entry, room, me, level, isLookedAt, nowMs } = facts
  if (entry.kind !== 'post' || entry.by === me.user || entry.deletedBy !== undefined) return
  if (level === 'none' || isLookedAt || entry.index <= room.readUpTo) return
  if (nowMs - entry.at > freshMsMax) return
  const isForMe = room.kind === 'direct' || names(entry.text, me.name)
  if (level === 'mentions' && !isForMe) return
  const body = oneLine(entry.text)
  const title = room.kind === 'direct' ? entry.name : `${entry.name} · #${room.title}`
  return { title, body, tag: tagOf(room.room) }
}

export function tagOf(room: string): string {
  return `starling:${room}`
}

export function names(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const mention = `(?<![\\p{L}\\p{N}_@])@${escaped}(?![\\p{L}\\p{N}_])`
  return new RegExp(mention, 'iu').test(text)
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > textCharactersMax ? `${line.slice(0, textCharactersMax)}…` : line
}
