/**
 * Commits: what makes the next epoch of a room's group (RFC 9420 §12.4). The first for an epoch in
 * the log's order stands; who comes after it is `stale-epoch` and tries again on top of it.
 *
 * The commit's own bytes say what it does, and it is held against the state: the sender's leaf is
 * the author's device; who is added was claimed and is a member; who is removed had to go, or is
 * the author's to remove; and nobody who had to go is left. GroupInfo and tree that come with it
 * must agree with that, as far as it can be seen without keys, so that whoever joins by them finds
 * the same leaves as are known here.
 */
import type { ErrorCode } from '@starling/protocol/error-codes'
import { limits } from '@starling/protocol/limits'
import type { Operation } from '@starling/protocol/operation'
import { fromBase64url, toBase64url } from '../mls/base64url.ts'
import { type CommitParts, readCommit } from '../mls/commit.ts'
import { readGroupInfo } from '../mls/group-info.ts'
import { type KeyPackageParts, readKeyPackage } from '../mls/key-package.ts'
import { isTreePatch, nodeOfLeaf, readTreeNode, treeSizeMax } from '../mls/ratchet-tree.ts'
import type { Outcome } from './applied.ts'
import { type GroupPlace, groupPlace } from './groups.ts'
import type { GroupRow, LeafRow, TreeBefore } from './room-groups.ts'
import { refused, rulesOver, type Send, type Turn } from './turn.ts'

/** Commits back to which the tree of an epoch can be told to whom a welcome brought in then. */
const treesKept = 500

type CommitOperation = Extract<Operation, { kind: 'commit' }>

/** A leaf as it is after the commit. */
interface NewLeaf {
  readonly leaf: number
  readonly user: string
  readonly device: string
  readonly certificate: string
}

interface Change {
  /** Where the commit's sender stands after it. */
  readonly sender: NewLeaf
  readonly isExternal: boolean
  readonly added: readonly NewLeaf[]
  readonly removed: readonly number[]
  /** The greatest leaf after it. */
  readonly lastLeaf: number
}

/** What the checks go by. */
interface Ground {
  readonly turn: Turn
  readonly send: Send
  readonly place: GroupPlace
  readonly group: GroupRow
  readonly certificate: string
  readonly op: CommitOperation
}

export function commit(turn: Turn, send: Send, op: CommitOperation): Outcome {
  const place = groupPlace(turn, send)
  if (typeof place === 'string') return refused(place)
  const { group, certificate } = place
  if (certificate === undefined) return refused('not-certified')
  if (group === undefined || op.gen !== group.gen || op.epoch !== group.epoch) {
    return refused('stale-epoch')
  }
  const ground = { turn, send, place, group, certificate, op }
  const parts = readParts(op, group)
  if (parts === undefined) return refused('bad-group')
  const change = parts.sender.kind === 'member' ? byMember(ground, parts) : external(ground, parts)
  if (typeof change === 'string') return refused(change)
  const fault = extentFault(ground, change) ?? publicStateFault(ground, parts, change)
  if (fault !== undefined) return refused(fault)
  return accept(ground, change)
}

function readParts(op: CommitOperation, group: GroupRow): CommitParts | undefined {
  const bytes = fromBase64url(op.commit)
  const parts = bytes && readCommit(bytes)
  if (parts === undefined || parts.others !== 0) return undefined
  const isOfGroup = toBase64url(parts.groupId) === group.groupId && parts.epoch === group.epoch
  return isOfGroup ? parts : undefined
}

/** A member's commit: Adds of who was claimed, Removes, and its own leaf anew. */
function byMember(ground: Ground, parts: CommitParts): Change | ErrorCode {
  const { place, send, group, certificate, turn } = ground
  const own = place.leaf
  if (own === undefined || group.removals.includes(own.leaf)) return 'no-leaf'
  if (parts.sender.kind !== 'member' || parts.sender.leaf !== own.leaf) return 'bad-group'
  if (parts.pathLeaf !== undefined && !isOf(parts.pathLeaf.identity, certificate)) {
    return 'bad-group'
  }
  const leaves = new Map(turn.store.groups.leaves(send.room).map((row) => [row.leaf, row]))
  for (const leaf of parts.removes) {
    const row = leaves.get(leaf)
    if (row === undefined) return 'bad-group'
    if (!mayRemove(ground, row)) return 'not-allowed'
    leaves.delete(leaf)
  }
  if (!group.removals.every((leaf) => parts.removes.includes(leaf))) return 'stale-epoch'
  const claimed = claimedPackages(ground, parts)
  if (typeof claimed === 'string') return claimed
  const added: NewLeaf[] = []
  for (const one of claimed) {
    const leaf = leftmostBlank(leaves)
    for (const row of leaves.values()) if (row.device === one.device) return 'bad-group'
    added.push({ leaf, ...one })
    leaves.set(leaf, { room: send.room, leaf, user: one.user, device: one.device })
  }
  const sender = { leaf: own.leaf, user: own.user, device: own.device, certificate }
  const lastLeaf = Math.max(...leaves.keys())
  return { sender, isExternal: false, added, removed: parts.removes, lastLeaf }
}

/** Who has to go, one's own other devices, and whom one rules over. */
function mayRemove({ turn, send, place, group }: Ground, row: LeafRow): boolean {
  if (group.removals.includes(row.leaf) || row.user === send.by.user) return true
  const other = turn.store.member(send.room, row.user)
  return other !== undefined && rulesOver(place.member, other)
}

/** Whose key packages the Adds are, in their order. */
function claimedPackages(
  { turn, send, op }: Ground,
  { adds }: CommitParts,
): readonly Omit<NewLeaf, 'leaf'>[] | ErrorCode {
  if (adds.length > limits.groupAddsMax) return 'bad-group'
  const { keys } = turn.store
  const claims = (op.claims ?? []).map((claim) => keys.claim(send.by.user, claim))
  const packages =
    adds.length === 0
      ? []
      : claims.flatMap((claim) => (claim?.room === send.room ? claim.packages : []))
  const found: Omit<NewLeaf, 'leaf'>[] = []
  for (const add of adds) {
    const certificate = toBase64url(add.leaf.identity)
    const one = packages.find((other) => {
      return other.certificate === certificate && isSamePackage(add, other.package)
    })
    if (one === undefined) return 'bad-group'
    const { user, device } = one
    // They were claimed; who has left since, or is certified anew, is no fault of the bytes.
    if (turn.store.member(send.room, user) === undefined) return 'stale-epoch'
    if (keys.device(device)?.certificate !== certificate) return 'stale-epoch'
    found.push({ user, device, certificate })
  }
  return found
}

function isSamePackage(add: KeyPackageParts, claimed: string): boolean {
  const bytes = fromBase64url(claimed)
  const parts = bytes && readKeyPackage(bytes)
  return parts !== undefined && toBase64url(parts.raw) === toBase64url(add.raw)
}

/** A device joins by itself. Its old leaf, if there is one, goes; what had to go still has to. */
function external(
  { turn, send, place, certificate }: Ground,
  parts: CommitParts,
): Change | ErrorCode {
  const { leaf: old } = place
  const removed = old === undefined ? [] : [old.leaf]
  if (parts.adds.length > 0 || parts.removes.join() !== removed.join()) return 'bad-group'
  if (parts.pathLeaf === undefined || !isOf(parts.pathLeaf.identity, certificate)) {
    return 'bad-group'
  }
  const rows = turn.store.groups.leaves(send.room).filter((row) => row.leaf !== old?.leaf)
  const leaves = new Map(rows.map((row) => [row.leaf, row]))
  const leaf = leftmostBlank(leaves)
  const lastLeaf = Math.max(leaf, ...leaves.keys())
  const sender = { leaf, user: send.by.user, device: send.device, certificate }
  return { sender, isExternal: true, added: [sender], removed, lastLeaf }
}

function leftmostBlank(leaves: ReadonlyMap<number, unknown>): number {
  let leaf = 0
  while (leaves.has(leaf)) leaf += 1
  return leaf
}

function extentFault({ turn, send, op }: Ground, change: Change): ErrorCode | undefined {
  const { added, removed, isExternal } = change
  const leavesBefore = turn.store.groups.leaves(send.room).length
  if (leavesBefore - removed.length + added.length > limits.groupLeavesMax) return 'group-full'
  const toWelcome = new Set(isExternal ? [] : added.map(({ device }) => device))
  const areForAdded = (op.welcomes ?? []).every(({ device }) => toWelcome.delete(device))
  return areForAdded ? undefined : 'bad-group'
}

/** The GroupInfo and the tree that came with the commit say what it says. */
function publicStateFault(
  { op, group }: Ground,
  parts: CommitParts,
  change: Change,
): ErrorCode | undefined {
  const infoBytes = fromBase64url(op.groupInfo)
  const info = infoBytes && readGroupInfo(infoBytes)
  const isInfoRight =
    info?.externalPub !== undefined &&
    toBase64url(info.groupId) === group.groupId &&
    info.epoch === group.epoch + 1 &&
    info.signer === change.sender.leaf &&
    toBase64url(info.confirmationTag) === toBase64url(parts.confirmationTag)
  return isInfoRight && isTreeRight(op, parts, change) ? undefined : 'bad-group'
}

function isTreeRight({ tree }: CommitOperation, parts: CommitParts, change: Change): boolean {
  const changed: [number, Uint8Array | null][] = []
  for (const [place, node] of tree.changed) {
    const bytes = node === null ? null : fromBase64url(node)
    if (bytes === undefined) return false
    changed.push([place, bytes])
  }
  if (tree.size !== treeSizeMax(change.lastLeaf + 1)) return false
  if (!isTreePatch({ size: tree.size, changed }, limits.groupLeavesMax)) return false
  const expected = new Map<number, string | null>()
  for (const leaf of change.removed) expected.set(nodeOfLeaf(leaf), null)
  for (const { leaf, certificate } of change.added) expected.set(nodeOfLeaf(leaf), certificate)
  if (parts.pathLeaf !== undefined) {
    expected.set(nodeOfLeaf(change.sender.leaf), change.sender.certificate)
  }
  for (const [place, bytes] of changed) {
    if (place % 2 === 1) continue
    const certificate = expected.get(place)
    if (certificate === undefined || identityOf(bytes) !== certificate) return false
    expected.delete(place)
  }
  // What is beyond the tree's end was cut off with it.
  return [...expected].every(([place, certificate]) => certificate === null && place >= tree.size)
}

/** Null for a blank leaf. */
function identityOf(node: Uint8Array | null): string | null | undefined {
  if (node === null) return null
  const read = readTreeNode(node)
  return read?.kind === 'leaf' ? toBase64url(read.leaf.identity) : undefined
}

function isOf(identity: Uint8Array, certificate: string): boolean {
  return toBase64url(identity) === certificate
}

/** Every node that the commit changes or cuts off, as it was. */
function treeBefore(
  { store: { groups } }: Turn,
  { room, epoch, treeSize }: GroupRow,
  { tree }: CommitOperation,
): TreeBefore {
  const cut = tree.size < treeSize ? groups.nodes(room) : []
  const changed = tree.changed
    .filter(([place]) => place < treeSize)
    .map(([place]) => [place, groups.node(room, place)] as const)
  return {
    epoch,
    size: treeSize,
    changed: [...changed, ...cut.filter(([place]) => place >= tree.size)],
  }
}

function accept({ turn, send, group, op }: Ground, change: Change): Outcome {
  const { groups } = turn.store
  const { room } = send
  const { gen, epoch, id } = op
  for (const leaf of change.removed) groups.deleteLeaf(room, leaf)
  for (const { leaf, user, device } of change.added) groups.putLeaf({ room, leaf, user, device })
  groups.putTreeBefore(room, treeBefore(turn, group, op))
  groups.forgetTreesBefore(room, epoch - treesKept)
  groups.cutNodes(room, op.tree.size)
  for (const [place, node] of op.tree.changed) groups.putNode(room, place, node)
  const isMembership = change.added.length > 0 || change.removed.length > 0
  groups.putGroup({
    ...group,
    epoch: epoch + 1,
    membershipEpoch: isMembership ? epoch + 1 : group.membershipEpoch,
    groupInfo: op.groupInfo,
    treeSize: op.tree.size,
    removals: group.removals.filter((leaf) => !change.removed.includes(leaf)),
  })
  const outcome = turn.add(room, send, { kind: 'commit', gen, epoch, id, commit: op.commit })
  groups.putCommit(room, gen, epoch, outcome.index)
  for (const { device, bytes } of op.welcomes ?? []) {
    const receiver = change.added.find((one) => one.device === device)!
    const mail = { kind: 'welcome', room, gen, epoch: epoch + 1, bytes } as const
    turn.add(receiver.user, { by: send.by }, { kind: 'mail', device, mail })
  }
  return outcome
}
