/**
 * Reads: a table from the kind of question to the function that answers it from the store. Each
 * checks that the asker may know. Answers are bounded in entries and in bytes.
 */
import type { Answer } from '@starling/protocol/down'
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Limits } from '@starling/protocol/limits'
import type { FedEntry, Reply } from '../link/down.ts'
import type { AskFrame, RequestBody } from '../link/up.ts'
import { foldTitle } from '../names/check-title.ts'
import { foldName } from '../names/fold-name.ts'
import type { Store } from '../room/store.ts'
import { fedEntry } from './fed-entry.ts'
import { archived, commits, group, keys } from './key-answers.ts'
import type { Presence } from './presence.ts'

/** JSON characters of the entries in one answer; at least one entry goes however long it is. */
const answerCharactersMax = 512 * 1024

export interface Asker {
  readonly user: string
  readonly device: string
}

export interface AnswerContext {
  readonly store: Store
  readonly presence: Presence
  readonly limits: Limits
}

type ReadFrame = Extract<
  AskFrame,
  | { t: 'history' | 'members' | 'rooms' | 'user' | 'search' | 'devices' }
  | { t: 'keys' | 'group' | 'commits' | 'archived' }
>
type Found = Answer | ErrorCode
type Answers = {
  readonly [T in ReadFrame['t']]: (
    context: AnswerContext,
    asker: Asker,
    frame: Extract<ReadFrame, { t: T }>,
  ) => Found
}

const answers: Answers = {
  ...{ history, members, rooms, user, search, devices },
  ...{ keys, group, commits, archived },
}

export function isRead(frame: AskFrame): frame is ReadFrame {
  return Object.hasOwn(answers, frame.t)
}

export function isReading(body: RequestBody): boolean {
  return body.kind === 'catch-up' || (body.kind === 'ask' && isRead(body.frame))
}

export function answerRead(context: AnswerContext, asker: Asker, frame: ReadFrame): Reply {
  const answer = answers[frame.t] as (c: AnswerContext, a: Asker, f: ReadFrame) => Found
  const found = answer(context, asker, frame)
  return typeof found === 'string'
    ? { kind: 'refused', code: found }
    : { kind: 'answer', answer: found }
}

/** Entries after an index as the feeds carry them, for a session that fell behind. */
export function answerCatchUp(
  store: Store,
  body: { by: string; room: string; after: number; limit: number },
): Reply {
  const row = store.room(body.room)
  if (row === undefined) return { kind: 'refused', code: 'unknown-room' }
  if (!mayRead(store, body.room, body.by)) return { kind: 'refused', code: 'not-member' }
  const entries: FedEntry[] = []
  let characters = 0
  for (const entry of store.entries(body.room, body.after + 1, body.limit)) {
    const fed = fedEntry(entry)
    characters += fed.json.length
    if (entries.length > 0 && characters > answerCharactersMax) break
    entries.push(fed)
  }
  return { kind: 'catch-up', from: body.after + 1, entries, head: row.head }
}

function mayRead(store: Store, room: string, by: string): boolean {
  return room === by || store.member(room, by) !== undefined
}

function history(
  { store, limits }: AnswerContext,
  asker: Asker,
  frame: Extract<ReadFrame, { t: 'history' }>,
): Found {
  const row = store.room(frame.room)
  if (row === undefined) return 'unknown-room'
  if (!mayRead(store, frame.room, asker.user)) return 'not-member'
  const limit = Math.min(frame.limit ?? 50, limits.historyEntriesMax)
  const { from, anchor } = historyRange(frame, row.head, limit)
  const entries = withinBytes(store.entries(frame.room, from, limit), anchor).filter(
    (entry) => frame.before === undefined || entry.index < frame.before,
  )
  return { kind: 'history', room: frame.room, entries, head: row.head }
}

/** `anchor` is the index that must be in the answer when it has to be shortened. */
function historyRange(
  frame: Extract<ReadFrame, { t: 'history' }>,
  head: number,
  limit: number,
): { from: number; anchor: number } {
  if (frame.around !== undefined) {
    const from = Math.max(1, Math.min(frame.around - (limit >> 1), head - limit + 1))
    return { from, anchor: frame.around }
  }
  if (frame.after !== undefined) return { from: frame.after + 1, anchor: frame.after + 1 }
  const end = Math.min(frame.before ?? head + 1, head + 1)
  return { from: Math.max(1, end - limit), anchor: end - 1 }
}

/** Grows from the anchor to both sides while there is room; stays dense. */
function withinBytes(entries: readonly Entry[], anchor: number): readonly Entry[] {
  if (entries.length === 0) return entries
  const at = Math.min(Math.max(anchor - entries[0]!.index, 0), entries.length - 1)
  let [low, high] = [at, at]
  let characters = JSON.stringify(entries[at]).length
  for (;;) {
    const before = characters
    for (const next of [low - 1, high + 1]) {
      const entry = entries[next]
      if (entry === undefined) continue
      const length = JSON.stringify(entry).length
      if (characters + length > answerCharactersMax) continue
      characters += length
      if (next < low) low = next
      else high = next
    }
    if (characters === before) return entries.slice(low, high + 1)
  }
}

function members(
  { store, presence, limits }: AnswerContext,
  asker: Asker,
  frame: Extract<ReadFrame, { t: 'members' }>,
): Found {
  const row = store.room(frame.room)
  if (row === undefined || row.kind === 'self') return 'unknown-room'
  if (row.kind !== 'public' && !mayRead(store, frame.room, asker.user)) return 'unknown-room'
  const rows = store.members(frame.room, {
    after: frame.after ?? '',
    limit: limits.membersPageMax + 1,
  })
  return {
    kind: 'members',
    members: rows.slice(0, limits.membersPageMax).map((member) => ({
      user: member.user,
      name: store.account(member.user)?.name ?? member.user,
      role: member.role,
      isMuted: member.isMuted,
      isOnline: presence.isOnline(frame.room, member.user),
    })),
    more: rows.length > limits.membersPageMax,
  }
}

function rooms(
  { store, limits }: AnswerContext,
  asker: Asker,
  frame: Extract<ReadFrame, { t: 'rooms' }>,
): Found {
  const rows = store.publicRooms({
    find: foldTitle(frame.find ?? ''),
    after: frame.after ?? '',
    limit: limits.roomsPageMax + 1,
  })
  return {
    kind: 'rooms',
    rooms: rows.slice(0, limits.roomsPageMax).map((row) => ({
      room: row.room,
      title: row.title,
      topic: row.topic,
      members: row.members,
      isMember: store.member(row.room, asker.user) !== undefined,
    })),
    more: rows.length > limits.roomsPageMax,
  }
}

function user(
  { store }: AnswerContext,
  _asker: Asker,
  frame: Extract<ReadFrame, { t: 'user' }>,
): Found {
  const account = store.accountByName(foldName(frame.name))
  if (account === undefined) return 'unknown-user'
  return { kind: 'user', user: account.user, name: account.name, isGuest: account.isGuest }
}

function search(
  { store, limits }: AnswerContext,
  asker: Asker,
  frame: Extract<ReadFrame, { t: 'search' }>,
): Found {
  if (frame.room !== undefined && !mayRead(store, frame.room, asker.user)) return 'not-member'
  const among =
    frame.room === undefined ? store.roomsOf(asker.user).map((row) => row.room) : [frame.room]
  const rows = store.search({
    text: frame.text,
    rooms: among,
    limit: limits.searchHitsMax + 1,
    ...(frame.before === undefined ? {} : { before: frame.before }),
  })
  return {
    kind: 'search',
    hits: rows.slice(0, limits.searchHitsMax).map(({ room, entry, excerpt, cursor }) => ({
      room,
      entry,
      excerpt,
      cursor,
    })),
    more: rows.length > limits.searchHitsMax,
  }
}

function devices({ store }: AnswerContext, asker: Asker): Found {
  return {
    kind: 'devices',
    devices: store.devicesOf(asker.user).map((row) => ({
      device: row.device,
      label: row.label,
      addedAt: row.addedAt,
      isThis: row.device === asker.device,
    })),
  }
}
