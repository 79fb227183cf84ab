/**
 * What a client shows of an encrypted room, against what its members sealed: every message at whose
 * index its device had a leaf is shown as it was written, edited or deleted since; and every linked
 * device has its place in the group, without anybody doing anything.
 *
 * Not held to it: what was sealed in a group that was begun anew before the device had come into
 * it, and what was sealed for a device of an identity that its person has given up since.
 */
import type { Content } from '@starling/core/client/private/cipher'
import type { RoomSnapshot, TimelineLine } from '@starling/core/client/snapshot'
import type { Store } from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import { fakeSha256 } from '../random.ts'
import { LeavesByIndex, type SealedEntry } from './leaves-by-index.ts'
import { SealedTruth } from './sealed-truth.ts'
import { entriesOf } from './sends.ts'

type MessageLine = Extract<TimelineLine, { kind: 'message' }>

export class EncryptedClients {
  readonly #truth = new SealedTruth()
  readonly #leaves = new LeavesByIndex()
  /** Client, room and gen of the groups that the client was in. */
  readonly #groups = new Set<string>()

  see(seen: Observation): void {
    this.#truth.see(seen)
    if (seen.kind !== 'cipher' || !('room' in seen.work)) return
    const { client, work, result } = seen
    if (result.status?.state === 'member') {
      this.#groups.add(`${client} ${work.room} ${result.status.gen}`)
    }
  }

  /** Undefined when all is as it should be. */
  difference(
    cluster: Cluster,
    at: { readonly client: ClientProcess; readonly room: RoomSnapshot; readonly store: Store },
  ): string | undefined {
    const { client, room, store } = at
    const device = fakeSha256(client.token)
    // Whoever is not linked reads nothing new; that its person has to see to.
    const certificate = store.keys.device(device)?.certificate
    if (certificate === undefined) return undefined
    const where = `${client.name} in ${room.room}`
    if (store.groups.leafOf(room.room, device) === undefined) return `${where} has no leaf`
    const state = room.privacy?.state
    if (state !== 'ready' && state !== 'blocked') return `${where} is ${state}`
    const sealed = this.#leaves.sealedIn(cluster, store, room.room)
    const since = cameAt(store, room.room, client.node?.snapshot().me?.user ?? '')
    const present = store.groups.group(room.room)?.gen
    const own = sealed.filter(({ devices, entry: { gen, index } }) => {
      if (devices.get(device) !== certificate || index <= since) return false
      return gen === present || this.#groups.has(`${client.name} ${room.room} ${gen}`)
    })
    return this.#compare(where, room, { own, all: sealed })
  }

  #compare(
    where: string,
    { timeline }: RoomSnapshot,
    { own, all }: { own: readonly SealedEntry[]; all: readonly SealedEntry[] },
  ): string | undefined {
    const lines = new Map(timeline.lines.map((line) => [line.index, line]))
    const first = timeline.hasOlder ? (timeline.lines[0]?.index ?? 0) : 0
    const isMemberSince = memberSince(own, all)
    for (const { entry } of own) {
      if (entry.index < first) continue
      const content = this.#truth.contentOf(entry)
      if (content?.kind !== 'post') continue
      const line = lines.get(entry.index)
      if (line?.kind !== 'message') return `${where} does not show ${entry.index}`
      if (line.unreadable !== undefined) {
        return `${where} cannot read ${entry.index}: ${line.unreadable.code}`
      }
      const changes = all.filter((one) => this.#changes(one.entry, entry.index))
      const isExact = entry.index >= isMemberSince
      if (!this.#isShownAs(line, { entry, content, changes, isExact })) {
        return `${where} shows ${entry.index} as ${JSON.stringify(line.text)}`
      }
    }
    return undefined
  }

  #changes(entry: SealedEntry['entry'], target: number): boolean {
    const content = this.#truth.contentOf(entry)
    if (content?.kind !== 'edit' && content?.kind !== 'delete') return false
    return content.target === target && entry.index > target
  }

  #isShownAs(
    line: MessageLine,
    of: {
      readonly entry: Entry
      readonly content: Extract<Content, { kind: 'post' }>
      readonly changes: readonly SealedEntry[]
      readonly isExact: boolean
    },
  ): boolean {
    const { entry, content, changes, isExact } = of
    const texts = [content.text]
    let mustBeDeleted = false
    for (const change of changes) {
      const changed = this.#truth.contentOf(change.entry)
      if (change.entry.by !== entry.by) continue
      if (changed?.kind === 'edit') texts.push(changed.text)
      if (changed?.kind === 'delete') mustBeDeleted = true
    }
    if (line.deletedBy !== undefined) {
      return changes.some((one) => this.#truth.contentOf(one.entry)?.kind === 'delete')
    }
    if (!isExact) return texts.includes(line.text)
    return !mustBeDeleted && line.text === texts.at(-1)
  }
}

/** From this index on the device had a leaf at everything that was sealed. */
function memberSince(own: readonly SealedEntry[], all: readonly SealedEntry[]): number {
  const indexes = new Set(own.map(({ entry }) => entry.index))
  const missed = all.findLast(({ entry }) => !indexes.has(entry.index))
  return missed === undefined ? 0 : missed.entry.index + 1
}

/** Where the person came last; what they had of the room before went when they left. */
function cameAt(store: Store, room: string, user: string): number {
  const came = entriesOf(store, room).findLast(
    (entry) => entry.by === user && (entry.kind === 'join' || entry.kind === 'create'),
  )
  return came?.index ?? 0
}
