/**
 * The ratchet tree as the servers keep it (RFC 9420 §7.8 and appendix C): an array of opaque nodes,
 * leaves at even places, parents at odd ones, nothing where a node is blank. After each commit they
 * apply the committer's patch: the new size, and what changed. Whether the tree is right is checked
 * by whoever joins, against the hash that the committer signed.
 */
import { type LeafNode, putLeafNode, takeLeafNode } from './leaf-node.ts'
import { readWhole, type WireReader, type WireWriter, writeWhole } from './wire.ts'

export interface ParentNode {
  readonly encryptionKey: Uint8Array
  readonly parentHash: Uint8Array
  readonly unmergedLeaves: readonly number[]
}

export type TreeNode =
  | { readonly kind: 'leaf'; readonly leaf: LeafNode }
  | { readonly kind: 'parent'; readonly parent: ParentNode }

export type TreeNodes = readonly (Uint8Array | null)[]

export interface TreePatch {
  /** Of the array after the commit: 2^k - 1, blank nodes at its end included. */
  readonly size: number
  /** By ascending place. */
  readonly changed: readonly (readonly [number, Uint8Array | null])[]
}

export function nodeOfLeaf(leaf: number): number {
  return leaf * 2
}

/** One node as it stands in the array (Node, RFC 9420 §7.8). */
export function readTreeNode(bytes: Uint8Array): TreeNode | undefined {
  return readWhole(bytes, takeTreeNode)
}

export function writeTreeNode(node: TreeNode): Uint8Array {
  return writeWhole(node, putTreeNode)
}

/** Is it one of a full tree with at most so many leaves, each node where its kind may stand? */
export function isTreePatch(patch: TreePatch, leavesMax: number): boolean {
  const { size } = patch
  if (!Number.isSafeInteger(size) || size < 1 || size > treeSizeMax(leavesMax)) return false
  if ((size & (size + 1)) !== 0) return false
  let last = -1
  for (const [place, bytes] of patch.changed) {
    if (!Number.isSafeInteger(place) || place <= last || place >= size) return false
    last = place
    const kind = place % 2 === 0 ? 'leaf' : 'parent'
    if (bytes !== null && readTreeNode(bytes)?.kind !== kind) return false
  }
  return true
}

/** Nodes of the full tree that has room for so many leaves. */
export function treeSizeMax(leavesMax: number): number {
  let width = 1
  while (width < leavesMax) width *= 2
  return 2 * width - 1
}

export function applyTreePatch(nodes: TreeNodes, patch: TreePatch): TreeNodes {
  const next = Array.from({ length: patch.size }, (_, place) => nodes[place] ?? null)
  for (const [place, bytes] of patch.changed) next[place] = bytes
  return next
}

/** What makes `after` of `before`. */
export function treePatchBetween(before: TreeNodes, after: TreeNodes): TreePatch {
  const changed: [number, Uint8Array | null][] = []
  after.forEach((bytes, place) => {
    if (!isSameNode(before[place] ?? null, bytes)) changed.push([place, bytes])
  })
  return { size: after.length, changed }
}

function isSameNode(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}

export function takeTreeNode(reader: WireReader): TreeNode {
  const kind = reader.u8()
  if (kind === 1) return { kind: 'leaf', leaf: takeLeafNode(reader) }
  if (kind !== 2) reader.fail()
  const encryptionKey = reader.opaque()
  const parentHash = reader.opaque()
  const unmergedLeaves = reader.vector((inner) => inner.u32())
  return { kind: 'parent', parent: { encryptionKey, parentHash, unmergedLeaves } }
}

export function putTreeNode(writer: WireWriter, node: TreeNode): void {
  writer.u8(node.kind === 'leaf' ? 1 : 2)
  if (node.kind === 'leaf') return putLeafNode(writer, node.leaf)
  writer.opaque(node.parent.encryptionKey)
  writer.opaque(node.parent.parentHash)
  writer.vector(node.parent.unmergedLeaves, (inner, leaf) => inner.u32(leaf))
}
