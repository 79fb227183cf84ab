/**
 * What the word at the cursor could become: a person after `@`, a room after `#`, an emoji after
 * `:`, a command after `/` at the beginning. People rank by how lately they spoke in the room,
 * rooms by activity.
 */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { bestMatches } from '@starling/client/navigation/match'
import { byActivity } from '@starling/client/navigation/room-order'
import type { Member } from '@starling/protocol/down'
import { texts } from '../texts.ts'
import { commands } from './commands.ts'

const candidatesMax = 8
/** One letter after a colon is a smiley more often than a name. */
const emojiLettersMin = 2

export interface NamedEmoji {
  readonly emoji: string
  readonly name: string
}

export interface Candidate {
  readonly key: string
  /** Takes the place of what was typed. */
  readonly text: string
  readonly label: string
  readonly detail: string
}

export interface Completion {
  /** Where the word begins that is being completed. */
  readonly start: number
  readonly end: number
  readonly candidates: readonly Candidate[]
}

export interface CompletionPlace {
  readonly world: Pick<ClientSnapshot, 'rooms' | 'invitations' | 'me'>
  readonly room: RoomSnapshot
  readonly members: readonly Member[]
  /** Empty until they were loaded. */
  readonly emojis: readonly NamedEmoji[]
}

export function completionOf(
  text: string,
  cursor: number,
  place: CompletionPlace,
): Completion | undefined {
  const before = text.slice(0, cursor)
  const start = before.search(/\S*$/)
  const word = before.slice(start)
  const found = candidatesFor(word, start === 0, place)
  const [first] = found
  if (first === undefined || (found.length === 1 && first.text.trimEnd() === word)) return undefined
  return { start, end: cursor, candidates: found.slice(0, candidatesMax) }
}

/** Is an emoji being named? Then their names should be loaded. */
export function wantsEmoji(text: string, cursor: number): boolean {
  return /(?:^|\s):[\p{L}\d_+-]*$/u.test(text.slice(0, cursor))
}

/** The text with the candidate in the place of the word, and where the cursor is then. */
export function completed(
  text: string,
  { start, end }: Completion,
  candidate: Candidate,
): { readonly text: string; readonly cursor: number } {
  const after = text.slice(end)
  const taken = after.startsWith(' ') ? candidate.text.trimEnd() : candidate.text
  const cursor = start + taken.length + (after.startsWith(' ') ? 1 : 0)
  return { text: text.slice(0, start) + taken + after, cursor }
}

function candidatesFor(
  word: string,
  isFirst: boolean,
  place: CompletionPlace,
): readonly Candidate[] {
  const typed = word.slice(1)
  switch (word[0]) {
    case '@':
      return people(typed, place)
    case '#':
      return rooms(typed, place.world)
    case ':':
      return typed.length < emojiLettersMin ? [] : emoji(typed.replace(/:$/, ''), place.emojis)
    case '/':
      return isFirst ? commandNames(typed) : []
    default:
      return []
  }
}

function people(typed: string, { world, room, members }: CompletionPlace): readonly Candidate[] {
  const online = new Set(room.online)
  const names = new Map<string, string>()
  const add = (name: string, isHere: boolean) => {
    if (name !== world.me?.name && !names.has(name)) names.set(name, isHere ? texts.online : '')
  }
  for (const line of room.timeline.lines.toReversed()) {
    if (line.kind === 'message') add(line.name, online.has(line.by))
  }
  const isHere = (member: Member) => online.has(member.user) || member.isOnline
  for (const member of members) if (isHere(member)) add(member.name, true)
  for (const member of members) add(member.name, false)
  if (room.peer !== undefined) add(room.peer.name, online.has(room.peer.user))
  return bestMatches([...names], typed, ([name]) => name).map(([name, detail]) => ({
    key: name,
    text: `@${name} `,
    label: `@${name}`,
    detail,
  }))
}

function rooms(
  typed: string,
  world: Pick<ClientSnapshot, 'rooms' | 'invitations'>,
): readonly Candidate[] {
  const own = world.rooms.filter(({ kind }) => kind !== 'direct').sort(byActivity)
  return bestMatches(own, typed, ({ title }) => title).map(({ room, title, topic }) => ({
    key: room,
    text: `#${title} `,
    label: `#${title}`,
    detail: topic,
  }))
}

function emoji(typed: string, emojis: readonly NamedEmoji[]): readonly Candidate[] {
  return bestMatches(emojis, typed, ({ name }) => name)
    .slice(0, candidatesMax)
    .map((one) => ({
      key: one.name,
      text: `${one.emoji} `,
      label: one.emoji,
      detail: `:${one.name}:`,
    }))
}

function commandNames(typed: string): readonly Candidate[] {
  return commands
    .filter(({ name }) => name.startsWith(typed.toLowerCase()))
    .map(({ name, usage, summary }) => ({
      key: name,
      text: `/${name} `,
      label: `/${name}`,
      detail: usage === '' ? summary : `${usage} · ${summary}`,
    }))
}
