/**
 * The ratchet tree as servers keep it: opaque nodes in an array, a blank one being null. A commit
 * changes few of them, so it goes with a patch instead of the tree: 175 bytes for an added device
 * where the tree of a thousand has 200,000. Servers apply patches without any cryptography; who
 * joins checks the tree against the hash that a member has signed.
 *
 * A patch says the tree's new size and the nodes that are not as they were, in rising order:
 *
 *   patch = size u32 ‖ count u32 ‖ count × (index u32 ‖ length u32 ‖ node)
 *   tree  = size u32 ‖ size × (length u32 ‖ node)
 *
 * Numbers are big-endian, and a node of length 0 is blank. To apply: cut or fill with blanks to
 * `size`, then put each node. A size is 2^k − 1; leaf number n is the node 2n. A node is the
 * standard's `Node` (RFC 9420 §12.4.3.3).
 */
import { ByteReader, type Bytes, ByteWriter } from './bytes.ts'
import { MlsError } from './mls-error.ts'

/** Above a thousand devices a group is no secret, and the library's costs grow too high. */
export const leavesMax = 1000
export const treeNodesMax = 2047
const nodeBytesMax = 8192

export type Tree = readonly (Uint8Array | null)[]

export interface TreePatch {
  readonly size: number
  readonly changed: readonly (readonly [index: number, node: Uint8Array | null])[]
}

export function applyTreePatch(tree: Tree, { size, changed }: TreePatch): Tree {
  const patched = Array.from({ length: size }, (_, at) => tree[at] ?? null)
  for (const [index, node] of changed) patched[index] = node
  return patched
}

export function encodeTree(tree: Tree): Bytes {
  const writer = new ByteWriter().number(tree.length, 4)
  for (const node of tree) writer.sized(node ?? new Uint8Array())
  return writer.done()
}

export function decodeTree(bytes: Uint8Array): Tree {
  const reader = new ByteReader(bytes)
  const tree = Array.from({ length: readSize(reader) }, () => readNode(reader))
  reader.end()
  return tree
}

export function encodeTreePatch({ size, changed }: TreePatch): Bytes {
  const writer = new ByteWriter().number(size, 4).number(changed.length, 4)
  for (const [index, node] of changed) writer.number(index, 4).sized(node ?? new Uint8Array())
  return writer.done()
}

export function decodeTreePatch(bytes: Uint8Array): TreePatch {
  const reader = new ByteReader(bytes)
  const size = readSize(reader)
  const count = reader.number(4)
  if (count > size) throw new MlsError('malformed', `a patch of ${count} of ${size} nodes`)
  let last = -1
  const changed = Array.from({ length: count }, () => {
    const index = reader.number(4)
    if (index <= last || index >= size) throw new MlsError('malformed', `node ${index} of ${size}`)
    last = index
    return [index, readNode(reader)] as const
  })
  reader.end()
  return { size, changed }
}

function readSize(reader: ByteReader): number {
  const size = reader.number(4)
  if (size > treeNodesMax) throw new MlsError('too-large', `a tree of ${size} nodes`)
  if (size === 0 || (size & (size + 1)) !== 0) {
    throw new MlsError('malformed', `a tree has 2^k - 1 nodes, not ${size}`)
  }
  return size
}

function readNode(reader: ByteReader): Bytes | null {
  const node = reader.sized()
  if (node.length > nodeBytesMax) throw new MlsError('too-large', `a node of ${node.length} bytes`)
  return node.length === 0 ? null : node
}
