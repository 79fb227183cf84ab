/**
 * What runs in a tab: its part of the client that all tabs of the profile share, and little
 * commands for the test. How it comes in stands in the page's address.
 */
import type { StarlingClient } from '@starling/client/api'
import { connectShared } from '@starling/client/connect-shared'

export interface TabShown {
  readonly connection: string
  /** `index text` of the messages of the only room. */
  readonly lines: readonly string[]
  /** Own sends that are not in the timeline yet. */
  readonly sends: readonly string[]
  readonly waiting: number
  readonly unread: number
}

export interface TabCommands {
  createRoom(title: string): Promise<string>
  post(...texts: readonly string[]): void
  /** The number under which the last of them stands, once all do. */
  postAndWait(...texts: readonly string[]): Promise<number>
  markRead(): void
  shown(): TabShown
  /** `index text` of each post that came as an event, and `gap from-to`. */
  readonly seen: readonly string[]
  readonly troubles: readonly string[]
  readonly notKept: string
  history(): Promise<readonly string[]>
  /** Ends the client in all tabs and forgets the profile. */
  forget(): Promise<void>
}

declare global {
  interface Window {
    tab?: TabCommands
  }
}

async function begin(): Promise<TabCommands> {
  const given = new URLSearchParams(location.search)
  const name = given.get('name')
  const client = await connectShared({
    addresses: [given.get('address')!],
    ...(name === null ? {} : { auth: { kind: 'guest', name } }),
    profile: 'test',
    tuning: { backoffMsMax: 500 },
    ...(given.get('way') === 'leader'
      ? {}
      : { openWorker: () => new SharedWorker('/tab-worker.js', { type: 'module' }) }),
  })
  const seen: string[] = []
  const troubles: string[] = []
  client.on('entry', ({ entry }) => {
    if (entry.kind === 'post') seen.push(`${entry.index} ${entry.text}`)
  })
  client.on('gap', ({ from, to }) => void seen.push(`gap ${from}-${to}`))
  client.on('error', ({ code, say }) => void troubles.push(`${code}: ${say}`))
  const room = () => client.snapshot().rooms[0]!.room
  return {
    createRoom: async (title) => {
      const created = await client.createRoom({ title })
      if (!created.ok) throw new Error(created.say)
      return created.value
    },
    post: (...texts) => {
      for (const text of texts) client.post(room(), text)
    },
    postAndWait: async (...texts) => {
      const sendings = texts.map((text) => client.post(room(), text).settled)
      const settled = await Promise.all(sendings)
      const last = settled.at(-1)!
      if (!last.ok) throw new Error(last.say)
      return last.value.index
    },
    markRead: () => client.markRead(room()),
    shown: () => shown(client),
    seen,
    troubles,
    notKept: client.notKept,
    history: async () => {
      const page = await client.history(room(), { limit: 200 })
      if (!page.ok) throw new Error(page.say)
      return page.value.flatMap((entry) =>
        entry.kind === 'post' ? [`${entry.index} ${entry.text}`] : [],
      )
    },
    forget: () => client.forget(),
  }
}

function shown(client: StarlingClient): TabShown {
  const { connection, rooms, waiting } = client.snapshot()
  const [room] = rooms
  return {
    connection: connection.kind,
    lines: (room?.timeline.lines ?? []).flatMap((line) =>
      line.kind === 'message' ? [`${line.index} ${line.text}`] : [],
    ),
    sends: (room?.timeline.sends ?? []).map(({ text, state }) => `${state} ${text}`),
    waiting,
    unread: room?.unread ?? 0,
  }
}

window.tab = await begin()
