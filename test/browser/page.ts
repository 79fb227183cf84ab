/**
 * What runs in the page: one client that keeps everything in the browser, and little commands for
 * the test. Where it comes in stands in the page's address.
 */
import type { OutboxItem, StarlingClient } from '@starling/client/api'
import { connect } from '@starling/client/browser'

export interface Shown {
  readonly connection: string
  /** `index text` of the messages of the only room. */
  readonly lines: readonly string[]
  /** Own sends that are not in the timeline yet. */
  readonly sends: readonly { readonly text: string; readonly state: string }[]
  readonly waiting: number
}

export interface PageCommands {
  createRoom(title: string): Promise<string>
  post(text: string): void
  /** The first picture, taken before anything could come from a server. */
  readonly first: Shown
  shown(): Shown
  /** `index text` of each post that came as an event, since the page was loaded. */
  readonly seen: readonly string[]
  /** What the client reported. */
  readonly troubles: readonly string[]
  /** Texts of the sends that are on disk, of all tabs. */
  stored(): Promise<readonly string[]>
}

declare global {
  interface Window {
    starling?: PageCommands
  }
}

async function begin(): Promise<PageCommands> {
  const given = new URLSearchParams(location.search)
  const troubles: string[] = []
  const client = await connect({
    addresses: [given.get('address')!],
    auth: { kind: 'guest', name: 'ada' },
    profile: 'test',
    tuning: { backoffMsMax: Number(given.get('backoffMsMax')) },
  })
  const first = shown(client)
  const seen: string[] = []
  client.on('entry', ({ entry }) => {
    if (entry.kind === 'post') seen.push(`${entry.index} ${entry.text}`)
  })
  client.on('error', ({ code, say }) => troubles.push(`${code}: ${say}`))
  return {
    createRoom: async (title) => {
      const created = await client.createRoom({ title })
      if (!created.ok) throw new Error(created.say)
      return created.value
    },
    post: (text) => void client.post(client.snapshot().rooms[0]!.room, text),
    first,
    shown: () => shown(client),
    seen,
    troubles,
    stored,
  }
}

function shown(client: StarlingClient): Shown {
  const { connection, rooms, waiting } = client.snapshot()
  const timeline = rooms[0]?.timeline
  return {
    connection: connection.kind,
    lines: (timeline?.lines ?? []).flatMap((line) =>
      line.kind === 'message' ? [`${line.index} ${line.text}`] : [],
    ),
    sends: (timeline?.sends ?? []).map(({ text, state }) => ({ text, state })),
    waiting,
  }
}

/** Read past the SDK: what is not here would be lost with the page. */
async function stored(): Promise<readonly string[]> {
  const database = await answered(indexedDB.open('starling:test'))
  const items = await answered(database.transaction('items').objectStore('items').getAll())
  database.close()
  return (items as OutboxItem[]).flatMap(({ op }) => (op.kind === 'post' ? [op.text] : []))
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

window.starling = await begin()
