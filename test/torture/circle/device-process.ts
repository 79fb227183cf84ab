/**
 * One device of somebody in encrypted rooms, in a process of its own: the SDK with its profile, the
 * vault in its thread. It does what it is told, and tells all that it sees. Killed, it goes on from
 * its profile when it is started again.
 */
import { flushCompileCache } from 'node:module'
import type { Credentials, Result, StarlingClient } from '@starling/client/api'
import { connect } from '@starling/client/node'
import type { Entry } from '@starling/protocol/entry'

export interface DeviceStart {
  readonly addresses: readonly string[]
  readonly directory: string
  /** Left out when the profile knows who it is. */
  readonly auth?: Credentials
}

export interface DeviceState {
  readonly user: string | undefined
  readonly device: string | undefined
  readonly connection: string
  readonly account: string
  readonly linkCode: string | undefined
  /** Room → how its encryption stands. */
  readonly rooms: { readonly [room: string]: string }
  /** Who was invited where and did not answer. */
  readonly invitations: readonly string[]
  /** Sends that are not acknowledged. */
  readonly waiting: number
  readonly texts: readonly string[]
}

export type DeviceSays =
  | { readonly t: 'state'; readonly state: DeviceState }
  | { readonly t: 'entry'; readonly room: string; readonly entry: Entry }
  | { readonly t: 'gap'; readonly room: string; readonly from: number; readonly to: number }
  | { readonly t: 'left'; readonly room: string }
  | { readonly t: 'acked'; readonly room: string; readonly text: string; readonly index: number }
  | { readonly t: 'refused'; readonly room: string; readonly text: string; readonly code: string }
  | { readonly t: 'answer'; readonly call: number; readonly result: Result<unknown> }

/** `verb` with up to three words. */
export interface DeviceCall {
  readonly call: number
  readonly verb: Verb
  readonly words: readonly string[]
}

/** What is shown of a room that cannot be read. */
export interface Unread {
  readonly index: number
  readonly code: string
}

const pageEntries = 200
const done: Result<unknown> = { ok: true, value: undefined }

const verbs: Readonly<Record<Verb, Act>> = {
  /** Stored when it is answered. */
  post: (client, [room = '', text = '']) => {
    client.post(room, text)
    return done
  },
  leave: (client, [room = '']) => {
    client.leave(room)
    return done
  },
  create: (client, [title = '', shared]) => {
    const history = shared === 'all' ? ('all' as const) : ('none' as const)
    return client.createRoom({ title, kind: 'private', history })
  },
  invite: (client, [room = '', user = '']) => client.invite(room, { user }),
  join: (client, [room = '']) => client.join(room),
  kick: (client, [room = '', user = '']) => client.kick(room, { user }),
  link: (client, [code = '']) => client.privacy.link(code),
  recoveryKey: (client) => client.privacy.recoveryKey(),
  restore: (client, [key = '']) => client.privacy.restore(key),
  revoke: (client, [device = '']) => client.revoke(device),
  history: (client, [room = '']) => wholeHistory(client, room),
  unread: (client, [room = '']) => ({ ok: true, value: unreadOf(client, room) }),
  close: async (client) => {
    await client.close()
    return done
  },
}

type Act = (
  client: StarlingClient,
  words: readonly string[],
) => Result<unknown> | Promise<Result<unknown>>

export type Verb =
  | 'post'
  | 'leave'
  | 'create'
  | 'invite'
  | 'join'
  | 'kick'
  | 'link'
  | 'recoveryKey'
  | 'restore'
  | 'revoke'
  | 'history'
  | 'unread'
  | 'close'

async function wholeHistory(client: StarlingClient, room: string): Promise<Result<Entry[]>> {
  const entries: Entry[] = []
  for (;;) {
    const after = entries.at(-1)?.index ?? 0
    const page = await client.history(room, { after, limit: pageEntries })
    if (!page.ok) return page
    if (page.value.length === 0) return { ok: true, value: entries }
    entries.push(...page.value)
  }
}

function unreadOf(client: StarlingClient, room: string): readonly Unread[] {
  const lines = client.snapshot().rooms.find((one) => one.room === room)?.timeline.lines ?? []
  return lines.flatMap((line) => {
    if (line.kind !== 'message' || line.unreadable === undefined) return []
    return [{ index: line.index, code: line.unreadable.code }]
  })
}

function stateOf(client: StarlingClient): DeviceState {
  const { connection, me, rooms, invitations, waiting, privacy } = client.snapshot()
  const sends = rooms.flatMap(({ timeline }) => timeline.sends)
  return {
    user: me?.user,
    device: me?.device,
    connection: connection.kind === 'refused' ? `refused: ${connection.code}` : connection.kind,
    account: privacy?.state ?? 'off',
    linkCode: privacy?.linkCode,
    rooms: Object.fromEntries(
      rooms.filter((one) => one.isEncrypted).map((one) => [one.room, one.privacy?.code ?? 'none']),
    ),
    invitations: invitations.map(({ room }) => room),
    waiting,
    texts: sends.flatMap(({ state, text }) => (state === 'pending' ? [text] : [])),
  }
}

function say(what: DeviceSays): void {
  if (process.connected) process.send?.(what)
}

function watch(client: StarlingClient): void {
  client.on('entry', ({ room, entry }) => say({ t: 'entry', room, entry }))
  client.on('gap', ({ room, from, to }) => say({ t: 'gap', room, from, to }))
  client.on('acked', ({ item, index }) => {
    if (item.op.kind === 'post') say({ t: 'acked', room: item.room, text: item.op.text, index })
  })
  client.on('refused', ({ item, code }) => {
    if (item.op.kind === 'post') say({ t: 'refused', room: item.room, text: item.op.text, code })
  })
  let told = ''
  let rooms: readonly string[] = []
  const look = () => {
    const state = stateOf(client)
    const now = Object.keys(state.rooms)
    for (const room of rooms) if (!now.includes(room)) say({ t: 'left', room })
    rooms = now
    const text = JSON.stringify(state)
    if (text === told) return
    told = text
    say({ t: 'state', state })
  }
  client.subscribe(look)
  look()
}

async function main(): Promise<void> {
  const start = JSON.parse(process.argv[2] ?? '') as DeviceStart
  const client = await connect(start)
  watch(client)
  // Whoever is killed writes nothing.
  flushCompileCache()
  process.on('message', async ({ call, verb, words }: DeviceCall) => {
    say({ t: 'answer', call, result: await verbs[verb](client, words) })
    if (verb === 'close') process.disconnect?.()
  })
}

process.on('disconnect', () => process.exit(0))
if (process.send !== undefined) await main()
