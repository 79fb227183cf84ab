/**
 * Who had a leaf in an encrypted room's group at each index, told from the log and from the bytes
 * of the commits alone, apart from what the stores keep of it.
 */
import { fromBase64url, toBase64url } from '@starling/core/mls/base64url'
import { type CommitParts, readCommit } from '@starling/core/mls/commit'
import { readDeviceIdentity } from '@starling/core/mls/device-identity'
import type { LeafNode } from '@starling/core/mls/leaf-node'
import { readTreeNode } from '@starling/core/mls/ratchet-tree'
import type { Store } from '@starling/core/room/store'
import type { Entry } from '@starling/protocol/entry'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { entriesOf, sendKey } from './sends.ts'

export interface LeafDevice {
  readonly user: string
  readonly device: string
  readonly certificate: string
}

/** Leaf → device. */
type Leaves = ReadonlyMap<number, LeafDevice>

export interface SealedEntry {
  readonly entry: Extract<Entry, { kind: 'sealed' }>
  /** Devices that had a leaf, with the certificate in it. */
  readonly devices: ReadonlyMap<string, string>
  readonly users: ReadonlySet<string>
  /** Devices among them that had to go: their people had left, or they were revoked. */
  readonly overdue: readonly string[]
}

export class LeavesByIndex {
  readonly #devices = new Map<string, string>()
  /** Send that began a group → the certificate of its first leaf. */
  readonly #begun = new Map<string, string>()
  /** Box → position of the first record that holds it. */
  readonly #boxes = new Map<string, number>()
  /** Device and person → position of the record that revoked it. */
  readonly #revoked = new Map<string, number>()
  #recordsRead = 0
  readonly #commits = new Map<string, CommitParts>()

  /** Every sealed entry of a room, with who could read it. */
  sealedIn(cluster: Cluster, store: Store, room: string): readonly SealedEntry[] {
    this.#readLog(cluster)
    const sealed: SealedEntry[] = []
    let leaves: Leaves = new Map()
    /** Leaves of people who left since. */
    const left = new Set<number>()
    for (const entry of entriesOf(store, room)) {
      for (const leaf of leavesOf(leaves, departedIn(entry))) left.add(leaf)
      if (entry.kind === 'group') {
        leaves = new Map([[0, this.#authorOf(room, entry)]])
        left.clear()
      }
      if (entry.kind === 'commit') {
        const parts = this.#partsOf(entry)
        for (const leaf of parts.removes) left.delete(leaf)
        leaves = this.#after(leaves, parts)
      }
      if (entry.kind !== 'sealed') continue
      const all = [...leaves.values()]
      const devices = new Map(all.map(({ device, certificate }) => [device, certificate]))
      const users = new Set(all.map(({ user }) => user))
      sealed.push({ entry, devices, users, overdue: this.#overdue(entry, leaves, left) })
    }
    return sealed
  }

  /** Init keys of all key packages that the room's commits used, but for those of last resort. */
  initKeysIn(store: Store, room: string): readonly string[] {
    return entriesOf(store, room).flatMap((entry) => {
      if (entry.kind !== 'commit') return []
      const once = this.#partsOf(entry).adds.filter(({ isLastResort }) => !isLastResort)
      return once.map(({ initKey }) => String.fromCharCode(...initKey))
    })
  }

  #readLog(cluster: Cluster): void {
    for (const { position, record } of cluster.log.records.slice(this.#recordsRead)) {
      for (const op of record.ops) {
        if (op.kind === 'revoke') {
          for (const device of op.devices)
            this.#note(this.#revoked, `${device} ${op.user}`, position)
        }
        if (op.kind !== 'room' || op.device === undefined) continue
        this.#devices.set(sendKey(op), op.device)
        if (op.op.kind === 'group') this.#begun.set(sendKey(op), certificateIn(op.op.tree[0] ?? ''))
        if (op.op.kind === 'sealed') this.#note(this.#boxes, op.op.box, position)
      }
    }
    this.#recordsRead = cluster.log.records.length
  }

  #note(firsts: Map<string, number>, key: string, position: number): void {
    if (!firsts.has(key)) firsts.set(key, position)
  }

  #overdue(entry: SealedEntry['entry'], leaves: Leaves, left: ReadonlySet<number>): string[] {
    const position = this.#boxes.get(entry.box) ?? 0
    return [...leaves].flatMap(([leaf, { user, device }]) => {
      const revoked = this.#revoked.get(`${device} ${user}`) ?? Number.POSITIVE_INFINITY
      return left.has(leaf) || revoked < position ? [device] : []
    })
  }

  #authorOf(room: string, { by, outbox = '', number = 0 }: Entry): LeafDevice {
    const device = this.#devices.get(sendKey({ room, outbox, number })) ?? ''
    return {
      user: by,
      device,
      certificate: this.#begun.get(sendKey({ room, outbox, number })) ?? '',
    }
  }

  #partsOf(entry: Extract<Entry, { kind: 'commit' }>): CommitParts {
    const known = this.#commits.get(entry.commit)
    if (known !== undefined) return known
    const bytes = fromBase64url(entry.commit)
    const parts = bytes && readCommit(bytes)
    if (parts === undefined) {
      throw new BrokenPromise('P10', `the commit ${entry.id} stands and cannot be read`)
    }
    this.#commits.set(entry.commit, parts)
    return parts
  }

  #after(before: Leaves, { sender, adds, removes, pathLeaf }: CommitParts): Leaves {
    const leaves = new Map(before)
    for (const leaf of removes) leaves.delete(leaf)
    for (const { leaf } of adds) leaves.set(leftmostBlank(leaves), deviceOf(leaf))
    if (sender.kind === 'new-member' && pathLeaf !== undefined) {
      leaves.set(leftmostBlank(leaves), deviceOf(pathLeaf))
    }
    return leaves
  }
}

function leftmostBlank(leaves: Leaves): number {
  let leaf = 0
  while (leaves.has(leaf)) leaf++
  return leaf
}

function deviceOf(leaf: LeafNode): LeafDevice {
  const { user = '', device = '' } = readDeviceIdentity(leaf.identity) ?? {}
  return { user, device, certificate: toBase64url(leaf.identity) }
}

function certificateIn(node: string): string {
  const bytes = fromBase64url(node)
  const read = bytes && readTreeNode(bytes)
  return read?.kind === 'leaf' ? toBase64url(read.leaf.identity) : ''
}

function leavesOf(leaves: Leaves, user: string | undefined): readonly number[] {
  return [...leaves].flatMap(([leaf, one]) => (one.user === user ? [leaf] : []))
}

/** Who left or was turned away by it. */
function departedIn(entry: Entry): string | undefined {
  if (entry.kind === 'leave') return entry.by
  if (entry.kind === 'kick') return entry.user
  return entry.kind === 'ban' && entry.on ? entry.user : undefined
}
