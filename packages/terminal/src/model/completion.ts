/**
 * What the word at the cursor could become: a command after `/`, a person after `@`, a room after
 * `#`, an emoji after `:`. People rank by how lately they spoke in the room, rooms by activity.
 */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { bestMatches } from '@starling/client/navigation/match'
import { byActivity } from '@starling/client/navigation/room-order'
import type { Member } from '@starling/protocol/down'
import { roles } from '@starling/protocol/operation'
import type { Completes } from '../commands/command.ts'
import { commandNamed, commands } from '../commands/commands.ts'
import { emojis } from '../text/emoji.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import type { Composer } from './composer.ts'
import type { Candidate, Completion } from './state.ts'

const candidatesMax = 50
/** One letter after a colon is a smiley more often than a name. */
const emojiLettersMin = 2

export interface CompletionWorld {
  readonly world: ClientSnapshot
  readonly room: RoomSnapshot | undefined
  readonly people: readonly Member[]
}

export function completionOf(composer: Composer, at: CompletionWorld): Completion | undefined {
  const before = composer.text.slice(0, composer.cursor)
  const start = before.search(/\S*$/)
  const word = before.slice(start)
  const found = candidatesFor(before, word, at)
  if (found.length === 0) return undefined
  if (found.length === 1 && found[0]?.text.trimEnd() === word) return undefined
  return { start, candidates: found.slice(0, candidatesMax), picked: 0, isChosen: false }
}

function candidatesFor(before: string, word: string, at: CompletionWorld): readonly Candidate[] {
  const typed = word.slice(1)
  if (before === word && word.startsWith('/')) return word === '//' ? [] : commandCandidates(typed)
  const expected = argumentKind(before)
  if (word.startsWith('@')) return personCandidates(typed, at)
  if (word.startsWith('#')) return roomCandidates(typed, at.world)
  if (word.startsWith(':')) {
    return typed.length < emojiLettersMin && expected !== 'emoji' ? [] : emojiCandidates(typed)
  }
  switch (expected) {
    case 'person':
      return personCandidates(word, at)
    case 'room':
      return roomCandidates(word, at.world)
    case 'command':
      return commandCandidates(word)
    case 'emoji':
      return emojiCandidates(word)
    case 'role':
      return bestMatches(roles, word, (role) => role).map((text) => ({ text, detail: '' }))
    default:
      return []
  }
}

/** What the word under the cursor should be, when it is an argument of a command. */
function argumentKind(before: string): Completes {
  const match = /^\/(\S+)\s+(.*)$/.exec(before)
  if (match === null) return 'nothing'
  const command = commandNamed(match[1] ?? '')
  const isFirst = !/\s/.test(match[2] ?? '')
  if (!isFirst) return command?.name === 'role' ? 'role' : 'nothing'
  return command?.completes ?? 'nothing'
}

function commandCandidates(typed: string): readonly Candidate[] {
  return commands
    .filter(({ name, aliases }) =>
      [name, ...(aliases ?? [])].some((one) => one.startsWith(typed.toLowerCase())),
    )
    .map(({ name, usage, summary }) => ({
      text: `/${name} `,
      detail: usage === '' ? summary : `${usage} · ${summary}`,
    }))
}

function personCandidates(typed: string, at: CompletionWorld): readonly Candidate[] {
  const online = new Set(at.room?.online)
  const names = new Map<string, string>()
  const add = (name: string, detail: string) => {
    if (name !== at.world.me?.name && !names.has(name)) names.set(name, detail)
  }
  for (const line of [...(at.room?.timeline.lines ?? [])].reverse()) {
    if (line.kind === 'message') add(line.name, online.has(line.by) ? 'here' : '')
  }
  const here = (member: Member) => online.has(member.user) || member.isOnline
  for (const member of at.people) if (here(member)) add(member.name, 'here')
  for (const member of at.people) add(member.name, '')
  for (const { peer } of at.world.rooms) if (peer !== undefined) add(peer.name, '')
  return bestMatches([...names], typed, ([name]) => name).map(([name, detail]) => ({
    text: `@${sanitiseLine(name)} `,
    detail,
  }))
}

function roomCandidates(typed: string, world: ClientSnapshot): readonly Candidate[] {
  const rooms = world.rooms.filter(({ kind }) => kind !== 'direct').sort(byActivity)
  const invited = world.invitations.map(({ title }) => ({ title, topic: 'you are invited' }))
  return bestMatches([...invited, ...rooms], typed, ({ title }) => title).map((room) => ({
    text: `#${sanitiseLine(room.title)} `,
    detail: sanitiseLine(room.topic),
  }))
}

function emojiCandidates(typed: string): readonly Candidate[] {
  const name = typed.replace(/^:/, '')
  return bestMatches(emojis, name, (one) => one.name).map((one) => ({
    text: `${one.emoji} `,
    detail: `:${one.name}:`,
  }))
}
