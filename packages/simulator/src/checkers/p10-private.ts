/**
 * P10: whoever has a leaf in the group at the index of what was sealed reads it, in the end and
 * without doing anything; no other ever does. Others are: devices of those people, who share what
 * they can read (linking), and the members of a room whose history is for all. Nothing that people
 * say in an encrypted room goes out in plain; a key package lets in once.
 */
import type { Store } from '@starling/core/room/store'
import type { UpFrame } from '@starling/protocol/up'
import { BrokenPromise } from '../broken-promise.ts'
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import { fakeSha256 } from '../random.ts'
import type { Checker } from './checker.ts'
import { LeavesByIndex, type SealedEntry } from './leaves-by-index.ts'
import { entriesOf, roomsInLog, storesUp } from './sends.ts'

type Send = Extract<UpFrame, { t: 'send' }>

/** Goes out in the place of what can be sealed no more; refused by every server. */
const nobodysMessage = 2_147_483_647
const sayingKinds: readonly string[] = ['post', 'edit', 'delete', 'react', 'topic']

export class PrivateChecker implements Checker {
  readonly #leaves = new LeavesByIndex()
  /** Client → room → indexes whose boxes its cipher opened. */
  readonly #opened = new Map<string, Map<string, Set<number>>>()
  /** Room → what went out in plain there first. */
  readonly #inPlain = new Map<string, { readonly client: string; readonly send: Send }>()

  see(seen: Observation): void {
    if (seen.kind === 'cipher') this.#seeCipher(seen)
    if (seen.kind !== 'up' || seen.frame.t !== 'send') return
    const { client, frame } = seen
    const { room, op } = frame
    if (!sayingKinds.includes(op.kind) || this.#inPlain.has(room)) return
    if (op.kind === 'delete' && op.target === nobodysMessage) return
    this.#inPlain.set(room, { client, send: frame })
  }

  atRest(cluster: Cluster): void {
    const store = storesUp(cluster)[0]?.store
    if (store === undefined) return
    const initKeys = new Set<string>()
    for (const room of encryptedRooms(cluster, store)) {
      const plain = this.#inPlain.get(room)
      if (plain !== undefined) {
        const { client, send } = plain
        throw new BrokenPromise('P10', `${client} said in plain in ${room}: ${send.op.kind}`)
      }
      const sealed = this.#leaves.sealedIn(cluster, store, room)
      for (const { entry, overdue } of sealed) {
        if (overdue.length === 0) continue
        const who = `${overdue.length} devices that had to go`
        throw new BrokenPromise('P10', `${room} ${entry.index} is sealed for ${who}`)
      }
      for (const client of cluster.clients) this.#judgeOpened(client, { store, room, sealed })
      for (const key of this.#leaves.initKeysIn(store, room)) {
        if (initKeys.has(key)) throw new BrokenPromise('P10', `${room}: a key package used twice`)
        initKeys.add(key)
      }
    }
  }

  #seeCipher({ client, work, result }: Extract<Observation, { kind: 'cipher' }>): void {
    if (work.kind !== 'open' || result.outcome.kind !== 'opened') return
    const rooms = this.#opened.get(client) ?? new Map<string, Set<number>>()
    this.#opened.set(client, rooms)
    const indexes = rooms.get(work.room) ?? new Set<number>()
    rooms.set(work.room, indexes)
    for (const box of result.outcome.boxes) if (box.ok) indexes.add(box.index)
  }

  #judgeOpened(
    client: ClientProcess,
    { store, room, sealed }: { store: Store; room: string; sealed: readonly SealedEntry[] },
  ): void {
    const opened = this.#opened.get(client.name)?.get(room)
    if (opened === undefined) return
    const device = fakeSha256(client.token)
    const user = store.device(device)?.user ?? client.node?.snapshot().me?.user ?? ''
    const isForAll = store.room(room)?.history === 'all'
    for (const { entry, devices, users } of sealed) {
      if (!opened.has(entry.index) || devices.has(device) || users.has(user)) continue
      if (isForAll && wasEverIn(store, room, user)) continue
      const who = [...users].join(', ')
      throw new BrokenPromise(
        'P10',
        `${client.name} reads ${room} ${entry.index}, meant for ${who}`,
      )
    }
  }
}

export function encryptedRooms(cluster: Cluster, store: Store): readonly string[] {
  return roomsInLog(cluster).filter((room) => store.room(room)?.isEncrypted)
}

function wasEverIn(store: Store, room: string, user: string): boolean {
  return entriesOf(store, room).some(
    (entry) => entry.by === user && (entry.kind === 'join' || entry.kind === 'create'),
  )
}
