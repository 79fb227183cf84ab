/** `RoomGroups` in memory. Puts go through the store, which can undo them. */
import type { SetRow } from './memory-people-keys.ts'
import type { DeviceKeysRow } from './people-keys.ts'
import type { AbsentDevice, GroupRow, LeafRow, RoomGroups, TreeBefore } from './room-groups.ts'

export interface GroupsSurroundings {
  readonly set: SetRow
  readonly membersOf: (room: string) => readonly string[]
  readonly devicesOf: (user: string) => readonly DeviceKeysRow[]
}

export class MemoryRoomGroups implements RoomGroups {
  readonly #around: GroupsSurroundings
  readonly #groups: Map<string, GroupRow> = new Map()
  /** Room → leaves, ascending; replaced, never changed. So are the others. */
  readonly #leaves: Map<string, readonly LeafRow[]> = new Map()
  readonly #nodes: Map<string, readonly (readonly [number, string])[]> = new Map()
  /** Newest first. */
  readonly #treesBefore: Map<string, readonly TreeBefore[]> = new Map()
  /** Room and generation → index of the entry, by epoch. */
  readonly #commits: Map<string, readonly number[]> = new Map()

  constructor(around: GroupsSurroundings) {
    this.#around = around
  }

  group(room: string): GroupRow | undefined {
    return this.#groups.get(room)
  }

  putGroup(row: GroupRow): void {
    this.#around.set(this.#groups, row.room, row)
  }

  leaf(room: string, leaf: number): LeafRow | undefined {
    return this.leaves(room).find((row) => row.leaf === leaf)
  }

  leafOf(room: string, device: string): LeafRow | undefined {
    return this.leaves(room).find((row) => row.device === device)
  }

  leaves(room: string): readonly LeafRow[] {
    return this.#leaves.get(room) ?? []
  }

  leavesOfUser(room: string, user: string): readonly LeafRow[] {
    return this.leaves(room).filter((row) => row.user === user)
  }

  leavesOfDevice(device: string): readonly LeafRow[] {
    return [...this.#leaves.keys()].sort().flatMap((room) => this.leafOf(room, device) ?? [])
  }

  putLeaf(row: LeafRow): void {
    const others = this.leaves(row.room).filter((one) => one.leaf !== row.leaf)
    const all = [...others, row].sort((a, b) => a.leaf - b.leaf)
    this.#around.set(this.#leaves, row.room, all)
  }

  deleteLeaf(room: string, leaf: number): void {
    const others = this.leaves(room).filter((one) => one.leaf !== leaf)
    this.#around.set(this.#leaves, room, others.length > 0 ? others : undefined)
  }

  nodes(room: string): readonly (readonly [number, string])[] {
    return this.#nodes.get(room) ?? []
  }

  node(room: string, place: number): string | null {
    return this.nodes(room).find(([other]) => other === place)?.[1] ?? null
  }

  putNode(room: string, place: number, node: string | null): void {
    const others = this.nodes(room).filter(([other]) => other !== place)
    const added = node === null ? [] : [[place, node] as const]
    const all = [...others, ...added].sort(([a], [b]) => a - b)
    this.#around.set(this.#nodes, room, all.length > 0 ? all : undefined)
  }

  cutNodes(room: string, from: number): void {
    const kept = this.nodes(room).filter(([place]) => place < from)
    this.#around.set(this.#nodes, room, kept.length > 0 ? kept : undefined)
  }

  putTreeBefore(room: string, row: TreeBefore): void {
    const others = this.#treesOf(room).filter(({ epoch }) => epoch !== row.epoch)
    const all = [...others, row].sort((a, b) => b.epoch - a.epoch)
    this.#around.set(this.#treesBefore, room, all)
  }

  treesBefore(room: string, epoch: number): readonly TreeBefore[] {
    return this.#treesOf(room).filter((row) => row.epoch >= epoch)
  }

  forgetTreesBefore(room: string, epoch: number): void {
    const kept = this.treesBefore(room, epoch)
    this.#around.set(this.#treesBefore, room, kept.length > 0 ? kept : undefined)
  }

  #treesOf(room: string): readonly TreeBefore[] {
    return this.#treesBefore.get(room) ?? []
  }

  putCommit(room: string, gen: number, epoch: number, index: number): void {
    const before = this.#commits.get(`${room} ${gen}`) ?? []
    this.#around.set(this.#commits, `${room} ${gen}`, before.toSpliced(epoch, 1, index))
  }

  commits(room: string, gen: number, epoch: number, limit: number): readonly number[] {
    return (this.#commits.get(`${room} ${gen}`) ?? []).slice(epoch, epoch + limit)
  }

  absent(room: string, limit: number): readonly AbsentDevice[] {
    return this.#around
      .membersOf(room)
      .flatMap((user) => this.#around.devicesOf(user))
      .filter(({ certificate }) => certificate !== undefined)
      .filter(({ device }) => this.leafOf(room, device) === undefined)
      .slice(0, limit)
      .map(({ user, device }) => ({ user, device }))
  }

  tables(): Record<string, Map<unknown, unknown>> {
    return {
      groups: this.#groups,
      leaves: this.#leaves,
      nodes: this.#nodes,
      treesBefore: this.#treesBefore,
      commits: this.#commits,
    }
  }
}
