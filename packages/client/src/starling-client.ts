/** The public methods, each in the words of the node: a send, a question, or a command. */
import type { AskResult, Question } from '@starling/core/client/client-io'
import { randomId } from '@starling/core/client/random-id'
import type { RoomSnapshot } from '@starling/core/client/snapshot'
import { foldTitle } from '@starling/core/names/check-title'
import type { Answer } from '@starling/protocol/down'
import { directRoomId, type Operation } from '@starling/protocol/operation'
import type { Refusal, Result, Sending, Sent, StarlingClient, Who } from './api.ts'
import { type ClientSide, closedRefusal } from './client-side.ts'
import { cryptographicChance } from './cryptographic-chance.ts'
import { privacyOf } from './privacy-methods.ts'
import { MergedSearch } from './search/merged-search.ts'

const historyEntriesDefault = 50

type Commands = Omit<
  StarlingClient,
  'snapshot' | 'subscribe' | 'on' | 'ready' | 'close' | 'privacy'
>

export function clientOf(side: ClientSide): StarlingClient {
  return {
    snapshot: () => side.snapshot(),
    subscribe: (listener) => side.subscribe(listener),
    on: (kind, listener) => side.on(kind, listener),
    ready: () => side.ready(),
    close: () => side.close(),
    ...sends(side),
    ...membership(side),
    ...timelines(side),
    ...questions(side),
    privacy: privacyOf(side, (who) => idOf(side, who)),
  }
}

function sends(
  side: ClientSide,
): Pick<
  Commands,
  'post' | 'edit' | 'delete' | 'react' | 'topic' | 'leave' | 'retry' | 'drop' | 'login' | 'tryNow'
> {
  return {
    post: (room, text, { replyTo } = {}) =>
      side.compose(room, { kind: 'post', text, ...(replyTo === undefined ? {} : { replyTo }) }),
    edit: (room, target, text) => side.compose(room, { kind: 'edit', target, text }),
    delete: (room, target) => side.compose(room, { kind: 'delete', target }),
    react: (room, target, { emoji, on }) =>
      side.compose(room, { kind: 'react', target, emoji, on }),
    topic: (room, topic) => side.compose(room, { kind: 'topic', topic }),
    leave: (room) => side.compose(room, { kind: 'leave' }),
    retry: (item) => side.retry(item),
    drop: (item) => side.command({ kind: 'drop', item }),
    login: (credentials) => side.login(credentials),
    tryNow: () => side.command({ kind: 'try-now' }),
  }
}

function membership(
  side: ClientSide,
): Pick<
  Commands,
  'createRoom' | 'openDirect' | 'join' | 'invite' | 'kick' | 'ban' | 'mute' | 'role'
> {
  const chance = cryptographicChance()
  const settled = (sending: Sending) => Promise.race([sending.settled, side.closing])
  /** The room, once one is in it. */
  const enter = async (room: string, op: Operation): Promise<Result<string>> => {
    const result = await settled(side.compose(room, op))
    if (!result.ok && result.code !== 'already-member') return result
    await side.entered(room)
    return { ok: true, value: room }
  }
  const about = async (
    room: string,
    who: Who,
    op: (user: string) => Operation,
  ): Promise<Result<Sent>> => {
    const user = await idOf(side, who)
    return user.ok ? settled(side.compose(room, op(user.value))) : user
  }
  return {
    createRoom: (options) => {
      const { title, kind = 'public', topic, encrypted = kind === 'private' } = options
      if (encrypted) return createEncrypted(side, options, enter)
      const op = { kind: 'create' as const, room: kind, name: title }
      return enter(randomId(chance), topic === undefined ? op : { ...op, topic })
    },
    openDirect: async (who, { encrypted = true } = {}) => {
      const user = await idOf(side, who)
      if (!user.ok) return user
      const welcome = await side.ready()
      if (!welcome.ok) return welcome
      const room = directRoomId(welcome.value.user, user.value)
      if (side.isInRoom(room)) return { ok: true, value: room }
      if (!encrypted) return enter(room, { kind: 'direct', user: user.value })
      if (!encrypts(side)) return doesNotEncrypt
      return enter(room, { kind: 'direct', user: user.value, encrypted })
    },
    join: async (roomOrTitle) => {
      if (side.isInRoom(roomOrTitle)) return { ok: true, value: roomOrTitle }
      if (!roomOrTitle.startsWith('#')) return enter(roomOrTitle, { kind: 'join' })
      const room = await roomOf(side, roomOrTitle.slice(1))
      if (!room.ok || side.isInRoom(room.value)) return room
      return enter(room.value, { kind: 'join' })
    },
    invite: (room, who) => about(room, who, (user) => ({ kind: 'invite', user })),
    kick: (room, who, reason) =>
      about(room, who, (user) => ({ kind: 'kick', user, ...because(reason) })),
    ban: (room, who, { on, reason }) =>
      about(room, who, (user) => ({ kind: 'ban', user, on, ...because(reason) })),
    mute: (room, who, on) => about(room, who, (user) => ({ kind: 'mute', user, on })),
    role: (room, who, role) => about(room, who, (user) => ({ kind: 'role', user, role })),
  }
}

type Enter = (room: string, op: Operation) => Promise<Result<string>>

/** The servers get no title. It is sealed, as the first that is said in the room. */
async function createEncrypted(
  side: ClientSide,
  { title, kind, topic, history }: Parameters<StarlingClient['createRoom']>[0],
  enter: Enter,
): Promise<Result<string>> {
  if (kind !== 'private') return publicIsPlain
  if (!encrypts(side)) return doesNotEncrypt
  const room = randomId(cryptographicChance())
  const shared = history === undefined ? {} : { history }
  const op = { kind: 'create' as const, room: kind, name: '', encrypted: true, ...shared }
  const entering = enter(room, op)
  side.compose(room, { kind: 'title', title })
  if (topic !== undefined) side.compose(room, { kind: 'topic', topic })
  const entered = await entering
  const made = side.snapshot().rooms.find((one) => one.room === room)
  return made !== undefined && made.isEncrypted !== true ? madePlain : entered
}

const madePlain: Refusal = {
  ok: false,
  code: 'not-encrypted',
  say: 'The servers made this room without encryption. Leave it, and tell the operator.',
}

function encrypts(side: ClientSide): boolean {
  return (side.snapshot().privacy?.state ?? 'off') !== 'off'
}

const doesNotEncrypt: Refusal = {
  ok: false,
  code: 'vault-unavailable',
  say: 'This program does not encrypt. Ask for a room that is not: encrypted: false.',
}

const publicIsPlain: Refusal = {
  ok: false,
  code: 'invalid',
  say: 'A public room cannot be encrypted: whoever comes in may read it.',
}

function timelines(
  side: ClientSide,
): Pick<
  Commands,
  | 'open'
  | 'loadOlder'
  | 'loadNewer'
  | 'loadAround'
  | 'showNewest'
  | 'markRead'
  | 'markUnreadFrom'
  | 'typing'
> {
  return {
    open: (room) => side.command({ kind: 'open', room }),
    loadOlder: (room) => side.command({ kind: 'load-older', room }),
    loadNewer: (room) => side.command({ kind: 'load-newer', room }),
    loadAround: async (room, index) => {
      const result = await side.loadAround(room, index)
      if (result.ok) return { ok: true, value: true }
      return result.code === 'unknown-message' ? { ok: true, value: false } : refusalOf(result)
    },
    showNewest: (room) => side.command({ kind: 'show-newest', room }),
    markRead: (room, upTo) => side.command({ kind: 'mark-read', room, upTo }),
    markUnreadFrom: (room, index) => side.command({ kind: 'mark-unread-from', room, index }),
    typing: (room, isTyping) => side.command({ kind: 'typing', room, isTyping }),
  }
}

function questions(
  side: ClientSide,
): Pick<
  Commands,
  'history' | 'members' | 'directory' | 'user' | 'search' | 'devices' | 'revoke' | 'changePassword'
> {
  const ask = <K extends Answer['kind']>(kind: K, question: Question) =>
    answerOf(side, kind, question)
  const merged = new MergedSearch({
    encryptedRooms: () => side.snapshot().rooms.flatMap(encryptedId),
    local: (query) => side.searchLocal(query),
    servers: (query) => ask('search', { t: 'search', ...query }),
  })
  return {
    history: async (room, query = {}) => {
      const limit = query.limit ?? historyEntriesDefault
      const answer = await ask('history', { t: 'history', room, ...query, limit })
      return answer.ok ? { ok: true, value: answer.value.entries } : answer
    },
    members: async (room, after) => {
      const question = { t: 'members' as const, room }
      const answer = await ask('members', after === undefined ? question : { ...question, after })
      return answer.ok
        ? { ok: true, value: { items: answer.value.members, more: answer.value.more } }
        : answer
    },
    directory: async (query = {}) => {
      const answer = await ask('rooms', { t: 'rooms', ...query })
      return answer.ok
        ? { ok: true, value: { items: answer.value.rooms, more: answer.value.more } }
        : answer
    },
    user: (name) => ask('user', { t: 'user', name }),
    search: (text, { room, before } = {}) => merged.search({ text, room, before }),
    devices: async () => {
      const answer = await ask('devices', { t: 'devices' })
      return answer.ok ? { ok: true, value: answer.value.devices } : answer
    },
    revoke: async (device) => nothing(await ask('done', { t: 'revoke', device })),
    changePassword: async (change) => nothing(await ask('done', { t: 'password', ...change })),
  }
}

function encryptedId({ room, isEncrypted }: RoomSnapshot): readonly string[] {
  return isEncrypted === true ? [room] : []
}

async function answerOf<K extends Answer['kind']>(
  side: ClientSide,
  kind: K,
  question: Question,
): Promise<Result<Extract<Answer, { kind: K }>>> {
  const result: AskResult | Refusal = await side.ask(question)
  if (!result.ok) return refusalOf(result)
  if (!('answer' in result) || result.answer.kind !== kind) return closedRefusal
  return { ok: true, value: result.answer as Extract<Answer, { kind: K }> }
}

async function idOf(side: ClientSide, who: Who): Promise<Result<string>> {
  if (typeof who !== 'string') return { ok: true, value: who.user }
  const answer = await answerOf(side, 'user', { t: 'user', name: who.replace(/^@/, '') })
  return answer.ok ? { ok: true, value: answer.value.user } : answer
}

/** A public room by its title, as far as the directory has to be read for it. */
async function roomOf(side: ClientSide, title: string): Promise<Result<string>> {
  const folded = foldTitle(title)
  const find = title.slice(0, 64)
  let after: string | undefined
  for (;;) {
    const question = { t: 'rooms' as const, find, ...(after === undefined ? {} : { after }) }
    const answer = await answerOf(side, 'rooms', question)
    if (!answer.ok) return answer
    const { rooms, more } = answer.value
    const found = rooms.find((room) => foldTitle(room.title) === folded)
    if (found !== undefined) return { ok: true, value: found.room }
    after = rooms.at(-1)?.room
    if (!more || after === undefined) break
  }
  return { ok: false, code: 'unknown-room', say: `There is no public room #${title}.` }
}

function because(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason }
}

function nothing(result: Result<unknown>): Result<void> {
  return result.ok ? { ok: true, value: undefined } : result
}

function refusalOf({ code, say }: Omit<Refusal, 'ok'>): Refusal {
  return { ok: false, code, say }
}
