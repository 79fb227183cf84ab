/**
 * In the end every client that is online shows, of every room its person is in, what the stores
 * hold: the newest page without a hole, each message in its present state (text, edited, deleted,
 * reactions), whatever way its entries came: live, replayed, or as pages of history.
 */
import type { ClientNode } from '@starling/core/client/client-node'
import type { RoomSnapshot, TimelineLine } from '@starling/core/client/snapshot'
import type { Store } from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import { BrokenPromise } from '../broken-promise.ts'
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import { EncryptedClients } from './encrypted-clients.ts'
import { storesUp } from './sends.ts'

export class ClientsEqualChecker implements Checker {
  readonly #encrypted = new EncryptedClients()

  see(seen: Observation): void {
    this.#encrypted.see(seen)
  }

  atRest(cluster: Cluster): void {
    const difference = this.difference(cluster)
    if (difference !== undefined) throw new BrokenPromise('clients', difference)
  }

  /** Undefined when all show what is there. */
  difference(cluster: Cluster): string | undefined {
    const store = storesUp(cluster)[0]?.store
    if (store === undefined) return undefined
    for (const client of cluster.clients) {
      if (client.node === undefined || !client.isOnline) continue
      const found = this.#compare(cluster, { client, node: client.node, store })
      if (found !== undefined) return found
    }
    return undefined
  }

  #compare(
    cluster: Cluster,
    { client, node, store }: { client: ClientProcess; node: ClientNode; store: Store },
  ): string | undefined {
    const snapshot = node.snapshot()
    const shown = snapshot.rooms.map((room) => room.room).sort()
    const user = snapshot.me?.user ?? ''
    const expected = store.roomsOf(user).map((row) => row.room)
    if (shown.join(' ') !== expected.join(' ')) {
      return `${client.name} is in ${expected}, but shows ${shown}`
    }
    for (const room of snapshot.rooms) {
      const found =
        this.#compareRoom(client.name, room, store) ??
        (room.isEncrypted
          ? this.#encrypted.difference(cluster, { client, room, store })
          : undefined)
      if (found !== undefined) return found
    }
    return undefined
  }

  #compareRoom(client: string, room: RoomSnapshot, store: Store): string | undefined {
    const head = store.room(room.room)?.head ?? 0
    const where = `${client} in ${room.room}`
    if (room.head !== head) return `${where} shows the head ${room.head}, it is ${head}`
    const { lines, hasOlder, hasNewer } = room.timeline
    if (hasNewer) return `${where} shows a piece of the past`
    if (room.isEncrypted) return undefined
    const first = hasOlder ? (lines[0]?.index ?? head + 1) : 1
    const entries = store.entries(room.room, first, head).filter(isShown)
    const expected = entries.map(describeEntry)
    const shown = lines.map(describeLine)
    const at = expected.findIndex((line, i) => line !== shown[i])
    if (at === -1 && shown.length === expected.length) return undefined
    return `${where} shows ${shown.length} lines: ${shown[at]}, the store ${expected[at]}`
  }
}

function isShown(entry: Entry): boolean {
  return entry.kind !== 'edit' && entry.kind !== 'delete' && entry.kind !== 'react'
}

function describeEntry(entry: Entry): string {
  if (entry.kind !== 'post') return `${entry.index} ${entry.at} ${entry.kind}`
  const isDeleted = entry.deletedBy !== undefined
  const reactions = isDeleted ? [] : (entry.reactions ?? [])
  return describe(entry, reactions)
}

function describeLine(line: TimelineLine): string {
  if (line.kind !== 'message') return `${line.index} ${line.at} ${line.body.kind}`
  return describe(line, line.reactions)
}

interface Shown {
  readonly index: number
  readonly at: number
  readonly text: string
  readonly deletedBy?: string
  readonly editedAt?: number
}

function describe(
  { index, at, text, deletedBy, editedAt }: Shown,
  reactions: readonly { readonly emoji: string; readonly users: readonly string[] }[],
): string {
  const counted = reactions
    .filter(({ users }) => users.length > 0)
    .map(({ emoji, users }) => `${emoji} ${[...users].sort().join(' ')}`)
    .sort()
  const edited = deletedBy === undefined ? editedAt : undefined
  return JSON.stringify([index, at, text, deletedBy, edited, counted])
}
