/** The public methods, each in the words of the node: a send, a question, or a command. */
import type { AskResult, Question } from '@starling/core/client/client-io'
import { randomId } from '@starling/core/client/random-id'
import { foldTitle } from '@starling/core/names/check-title'
import type { Answer } from '@starling/protocol/down'
import { directRoomId, type Operation } from '@starling/protocol/operation'
import type { Refusal, Result, Sending, Sent, StarlingClient, Who } from './api.ts'
import { type ClientShell, closedRefusal } from './client-shell.ts'
import { cryptographicChance } from './device-identity.ts'
import { now } from './turns.ts'

const historyEntriesDefault = 50

type Commands = Omit<StarlingClient, 'snapshot' | 'subscribe' | 'on' | 'ready' | 'close'>

export function clientOf(shell: ClientShell): StarlingClient {
  return {
    snapshot: () => shell.snapshot(),
    subscribe: (listener) => shell.subscribe(listener),
    on: (kind, listener) => shell.on(kind, listener),
    ready: () => shell.ready(),
    close: () => shell.close(),
    ...sends(shell),
    ...membership(shell),
    ...timelines(shell),
    ...questions(shell),
  }
}

function sends(
  shell: ClientShell,
): Pick<
  Commands,
  'post' | 'edit' | 'delete' | 'react' | 'topic' | 'leave' | 'retry' | 'drop' | 'login' | 'tryNow'
> {
  return {
    post: (room, text, { replyTo } = {}) =>
      shell.compose(room, { kind: 'post', text, ...(replyTo === undefined ? {} : { replyTo }) }),
    edit: (room, target, text) => shell.compose(room, { kind: 'edit', target, text }),
    delete: (room, target) => shell.compose(room, { kind: 'delete', target }),
    react: (room, target, { emoji, on }) =>
      shell.compose(room, { kind: 'react', target, emoji, on }),
    topic: (room, topic) => shell.compose(room, { kind: 'topic', topic }),
    leave: (room) => shell.compose(room, { kind: 'leave' }),
    retry: (item) => shell.retry(item),
    drop: (item) => shell.act((node) => node.dropItem(now(), item)),
    login: (credentials) => shell.login(credentials),
    tryNow: () => shell.act((node) => node.tryNow(now())),
  }
}

function membership(
  shell: ClientShell,
): Pick<
  Commands,
  'createRoom' | 'openDirect' | 'join' | 'invite' | 'kick' | 'ban' | 'mute' | 'role'
> {
  const chance = cryptographicChance()
  const settled = (sending: Sending) => Promise.race([sending.settled, shell.closing])
  /** The room, once one is in it. */
  const enter = async (room: string, op: Operation): Promise<Result<string>> => {
    const result = await settled(shell.compose(room, op))
    if (!result.ok && result.code !== 'already-member') return result
    await shell.entered(room)
    return { ok: true, value: room }
  }
  const about = async (
    room: string,
    who: Who,
    op: (user: string) => Operation,
  ): Promise<Result<Sent>> => {
    const user = await idOf(shell, who)
    return user.ok ? settled(shell.compose(room, op(user.value))) : user
  }
  return {
    createRoom: ({ title, kind = 'public', topic }) => {
      const op = { kind: 'create' as const, room: kind, name: title }
      return enter(randomId(chance), topic === undefined ? op : { ...op, topic })
    },
    openDirect: async (who) => {
      const user = await idOf(shell, who)
      if (!user.ok) return user
      const welcome = await shell.ready()
      if (!welcome.ok) return welcome
      const room = directRoomId(welcome.value.user, user.value)
      if (shell.node.isInRoom(room)) return { ok: true, value: room }
      return enter(room, { kind: 'direct', user: user.value })
    },
    join: async (roomOrTitle) => {
      if (shell.node.isInRoom(roomOrTitle)) return { ok: true, value: roomOrTitle }
      if (!roomOrTitle.startsWith('#')) return enter(roomOrTitle, { kind: 'join' })
      const room = await roomOf(shell, roomOrTitle.slice(1))
      if (!room.ok || shell.node.isInRoom(room.value)) return room
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

function timelines(
  shell: ClientShell,
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
    open: (room) => shell.act((node) => node.openRoom(now(), room)),
    loadOlder: (room) => shell.act((node) => node.loadOlder(now(), room)),
    loadNewer: (room) => shell.act((node) => node.loadNewer(now(), room)),
    loadAround: async (room, index) => {
      const result = await shell.answer((node) => node.loadAround(now(), room, index))
      if (result.ok) return { ok: true, value: true }
      return result.code === 'unknown-message' ? { ok: true, value: false } : refusalOf(result)
    },
    showNewest: (room) => shell.act((node) => node.showNewest(now(), room)),
    markRead: (room, upTo) => shell.act((node) => node.markRead(now(), room, upTo)),
    markUnreadFrom: (room, index) => shell.act((node) => node.markUnreadFrom(now(), room, index)),
    typing: (room, isTyping) => shell.act((node) => node.setTyping(now(), room, isTyping)),
  }
}

function questions(
  shell: ClientShell,
): Pick<
  Commands,
  'history' | 'members' | 'directory' | 'user' | 'search' | 'devices' | 'revoke' | 'changePassword'
> {
  const ask = <K extends Answer['kind']>(kind: K, question: Question) =>
    answerOf(shell, kind, question)
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
    search: async (text, query = {}) => {
      const answer = await ask('search', { t: 'search', text, ...query })
      return answer.ok
        ? { ok: true, value: { items: answer.value.hits, more: answer.value.more } }
        : answer
    },
    devices: async () => {
      const answer = await ask('devices', { t: 'devices' })
      return answer.ok ? { ok: true, value: answer.value.devices } : answer
    },
    revoke: async (device) => nothing(await ask('done', { t: 'revoke', device })),
    changePassword: async (change) => nothing(await ask('done', { t: 'password', ...change })),
  }
}

async function answerOf<K extends Answer['kind']>(
  shell: ClientShell,
  kind: K,
  question: Question,
): Promise<Result<Extract<Answer, { kind: K }>>> {
  const result: AskResult | Refusal = await shell.ask(question)
  if (!result.ok) return refusalOf(result)
  if (!('answer' in result) || result.answer.kind !== kind) return closedRefusal
  return { ok: true, value: result.answer as Extract<Answer, { kind: K }> }
}

async function idOf(shell: ClientShell, who: Who): Promise<Result<string>> {
  if (typeof who !== 'string') return { ok: true, value: who.user }
  const answer = await answerOf(shell, 'user', { t: 'user', name: who.replace(/^@/, '') })
  return answer.ok ? { ok: true, value: answer.value.user } : answer
}

/** A public room by its title, as far as the directory has to be read for it. */
async function roomOf(shell: ClientShell, title: string): Promise<Result<string>> {
  const folded = foldTitle(title)
  const find = title.slice(0, 64)
  let after: string | undefined
  for (;;) {
    const question = { t: 'rooms' as const, find, ...(after === undefined ? {} : { after }) }
    const answer = await answerOf(shell, 'rooms', question)
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
