/**
 * The part of the store that holds the groups of encrypted rooms as the servers see them: the
 * present epoch, its public tree node by node, and whose each leaf is.
 * Contract: room/room-groups.test-suite.ts.
 */
import type { Leaf } from '@starling/protocol/down'

export interface GroupRow {
  readonly room: string
  readonly gen: number
  readonly groupId: string
  readonly epoch: number
  /** The epoch that the newest coming or going made: what was sealed before it counts no more. */
  readonly membershipEpoch: number
  readonly groupInfo: string
  /** Places in the tree, blank ones too. */
  readonly treeSize: number
  /** Leaves that the next member's commit must remove, ascending. */
  readonly removals: readonly number[]
}

/** A device has one leaf in a room at most. */
export interface LeafRow extends Leaf {
  readonly room: string
}

/** What leads from the tree after a commit back to the one before. */
export interface TreeBefore {
  /** Before the commit that followed it. */
  readonly epoch: number
  readonly size: number
  readonly changed: readonly (readonly [number, string | null])[]
}

export interface AbsentDevice {
  readonly user: string
  readonly device: string
}

export interface RoomGroups {
  group(room: string): GroupRow | undefined
  putGroup(row: GroupRow): void

  leaf(room: string, leaf: number): LeafRow | undefined
  leafOf(room: string, device: string): LeafRow | undefined
  /** By leaf. */
  leaves(room: string): readonly LeafRow[]
  leavesOfUser(room: string, user: string): readonly LeafRow[]
  /** Its leaves in all rooms, by room. */
  leavesOfDevice(device: string): readonly LeafRow[]
  /** Neither the leaf nor the device has a row in the room. */
  putLeaf(row: LeafRow): void
  deleteLeaf(room: string, leaf: number): void

  /** The nodes that are not blank, by place. */
  nodes(room: string): readonly (readonly [number, string])[]
  node(room: string, place: number): string | null
  /** Null: blank. */
  putNode(room: string, place: number, node: string | null): void
  /** Blanks all from that place on. */
  cutNodes(room: string, from: number): void

  putTreeBefore(room: string, row: TreeBefore): void
  /** From the newest back to that of `epoch`. */
  treesBefore(room: string, epoch: number): readonly TreeBefore[]
  /** Those of the epochs before `epoch`. */
  forgetTreesBefore(room: string, epoch: number): void

  /** The entry of the commit that followed this epoch. */
  putCommit(room: string, gen: number, epoch: number, index: number): void
  /** Indexes of the entries, by epoch, from that of `epoch` on. */
  commits(room: string, gen: number, epoch: number, limit: number): readonly number[]

  /** Certified devices of the room's members that have no leaf in it, by user and device. */
  absent(room: string, limit: number): readonly AbsentDevice[]
}
