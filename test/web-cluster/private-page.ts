/** What runs in a tab of somebody who writes in encrypted rooms, with commands for the test. */
import type { Result } from '@starling/client/api'
import { connectShared } from '@starling/client/connect-shared'

export interface PrivateCommands {
  /** Of this device, or of the room. */
  state(room?: string): string
  user(): string
  openDirect(name: string): Promise<string>
  say(room: string, text: string): Promise<number>
  reads(room: string): readonly string[]
  find(text: string): Promise<readonly string[]>
  /** Names of the databases of this site, and what keys there are that a script could read. */
  kept(): Promise<readonly string[]>
  readonly troubles: readonly string[]
}

declare global {
  interface Window {
    mine?: PrivateCommands
  }
}

async function begin(): Promise<PrivateCommands> {
  const given = new URLSearchParams(location.search)
  const client = await connectShared({
    addresses: [given.get('address')!],
    auth: { kind: 'register', name: given.get('name')!, password: 'correct horse battery' },
    profile: 'test',
    openVault: () => new Worker('/vault-worker.js', { type: 'module' }),
    ...(given.get('way') === 'leader'
      ? {}
      : { openWorker: () => new SharedWorker('/tab-worker.js', { type: 'module' }) }),
  })
  const troubles: string[] = []
  client.on('error', ({ code, say }) => void troubles.push(`${code}: ${say}`))
  const roomOf = (room: string) => client.snapshot().rooms.find((one) => one.room === room)
  return {
    state: (room) =>
      (room === undefined ? client.snapshot().privacy : roomOf(room)?.privacy)?.state ?? 'none',
    user: () => client.snapshot().me!.user,
    openDirect: async (name) => granted(await client.openDirect(name)),
    say: async (room, text) => granted(await client.post(room, text).settled).index,
    reads: (room) =>
      (roomOf(room)?.timeline.lines ?? []).flatMap((line) =>
        line.kind === 'message' ? [line.unreadable?.code ?? line.text] : [],
      ),
    find: async (text) =>
      granted(await client.search(text)).items.flatMap(({ entry }) =>
        entry.kind === 'post' ? [entry.text] : [],
      ),
    kept,
    troubles,
  }
}

async function kept(): Promise<readonly string[]> {
  const databases = await indexedDB.databases()
  const names = databases.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const keys = names.find((name) => name.endsWith('/keys'))
  if (keys === undefined) return names
  const database = await answer(indexedDB.open(keys))
  const facts = await answer(database.transaction('facts').objectStore('facts').getAll())
  database.close()
  const readable = facts
    .flatMap((fact) => (fact instanceof CryptoKey ? [fact] : [fact?.privateKey]))
    .filter((key) => key instanceof CryptoKey && key.extractable)
  return [...names, ...readable.map(() => 'a readable key')]
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function granted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.code}: ${result.say}`)
  return result.value
}

window.mine = await begin()
