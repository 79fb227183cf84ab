/**
 * The members' leaves of a ratchet tree, and the rules for them that the library does not hold: no
 * two leaves are of one device, no key stands in the tree twice, and a group has a greatest size.
 */
import type { LeafNode } from 'ts-mls/leafNode.js'
import { decodeNode, encodeNode, type Node, type RatchetTree } from 'ts-mls/ratchetTree.js'
import { hex, plain } from './bytes.ts'
import { type Device, readDevice } from './credential.ts'
import { MlsError } from './mls-error.ts'
import { leavesMax, type Tree, type TreePatch, treeNodesMax } from './tree.ts'
import { decodeWhole } from './wire.ts'

export interface Leaf {
  readonly index: number
  readonly device: Device
}

export function deviceOf({ credential, signaturePublicKey }: LeafNode): Device {
  if (credential.credentialType === 'basic') {
    return readDevice(credential.identity, signaturePublicKey)
  }
  throw new MlsError('credential', `a credential of type ${credential.credentialType}`)
}

export function leavesOf(tree: RatchetTree): readonly Leaf[] {
  return tree.flatMap((node, at) =>
    node?.nodeType === 'leaf' ? [{ index: at / 2, device: deviceOf(node.leaf) }] : [],
  )
}

/** The leaf's node; undefined where it is blank or beyond the tree. */
export function leafAt(tree: RatchetTree, index: number): LeafNode | undefined {
  const node = tree[index * 2]
  return node?.nodeType === 'leaf' ? node.leaf : undefined
}

/** Whatever a commit or a server made of the tree. */
export function checkLeaves(tree: RatchetTree): void {
  const leaves = leavesOf(tree)
  if (leaves.length > leavesMax) {
    throw new MlsError('too-large', `${leaves.length} devices, ${leavesMax} are the limit`)
  }
  const keys = tree.flatMap((node) => (node === undefined ? [] : [hex(encryptionKeyOf(node))]))
  if (new Set(keys).size < keys.length) throw new MlsError('refused', 'a key stands in it twice')
  for (const what of [
    leaves.map(({ device }) => hex(device.signatureKey)),
    leaves.map(({ device }) => JSON.stringify([device.userId, device.deviceId])),
  ]) {
    if (new Set(what).size < what.length) throw new MlsError('refused', 'a device is in it twice')
  }
}

function encryptionKeyOf(node: Node): Uint8Array {
  return node.nodeType === 'leaf' ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey
}

export function toTree(nodes: RatchetTree): Tree {
  return Array.from(nodes, (node) => (node === undefined ? null : plain(encodeNode(node))))
}

export function fromTree(tree: Tree): RatchetTree {
  const size = tree.length
  if (size > treeNodesMax) throw new MlsError('too-large', `a tree of ${size} nodes`)
  if (size === 0 || (size & (size + 1)) !== 0) {
    throw new MlsError('malformed', `a tree has 2^k - 1 nodes, not ${size}`)
  }
  return tree.map((node, at) => {
    if (node === null) return undefined
    const found = decodeWhole(decodeNode, node, `node ${at} of the tree`)
    if ((found.nodeType === 'leaf') === (at % 2 === 0)) return found
    throw new MlsError('malformed', `node ${at} of the tree is a ${found.nodeType}`)
  })
}

/** What has to be put into the one to have the other. */
export function patchBetween(before: RatchetTree, after: RatchetTree): TreePatch {
  const changed = Array.from(after, (node, at) => ({ node, at }))
    .filter(({ node, at }) => node !== before[at])
    .map(({ node, at }) => [at, node === undefined ? null : plain(encodeNode(node))] as const)
  return { size: after.length, changed }
}
