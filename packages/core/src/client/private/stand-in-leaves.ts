/** The stand-in's leaves, key packages and trees: well-formed, with signatures that are hashes. */
import { fromBase64url, toBase64url } from '../../mls/base64url.ts'
import {
  type DeviceIdentity,
  readDeviceIdentity,
  writeDeviceIdentity,
} from '../../mls/device-identity.ts'
import { type KeyPackage, readKeyPackage, writeKeyPackage } from '../../mls/key-package.ts'
import type { LeafNode, LeafSource } from '../../mls/leaf-node.ts'
import { readTreeNode, writeTreeNode } from '../../mls/ratchet-tree.ts'
import { bytesOf, hashOf, longHashOf, publicOf, textOf } from './stand-in-crypto.ts'
import type { Group, PackageKeys, Vault } from './stand-in-vault.ts'

export const suite = 1
const signatureCharacters = 64
const lastResort = { type: 0x000a, data: new Uint8Array(0) }
const forEver = 2n ** 53n - 1n
const capabilities = {
  versions: [1],
  suites: [suite],
  extensions: [lastResort.type],
  proposals: [],
  credentials: [1],
}

export type Tree = Group['tree']

/** A leaf of a tree, taken apart. */
export interface TreeLeaf {
  readonly leaf: number
  readonly user: string
  readonly device: string
  readonly accountKey: string
  readonly encryptionKey: string
}

/** What says in a leaf whose device it is, and is published as its certificate. */
export function identityOf(vault: Vault): Uint8Array | undefined {
  const { me, account, createdMs } = vault
  if (me === undefined || account === undefined) return
  const accountKey = publicOf(account.key)
  const signature = signed(accountKey, me.user, me.device, publicOf(vault.signatureKey))
  return writeDeviceIdentity({ ...me, createdMs, accountKey: bytesOf(accountKey), signature })
}

export function leafNodeOf(vault: Vault, leafKey: string, source: LeafSource): LeafNode {
  const identity = identityOf(vault)
  if (identity === undefined) throw new Error('a leaf of a device that is not linked')
  return {
    encryptionKey: bytesOf(publicOf(leafKey)),
    signatureKey: bytesOf(publicOf(vault.signatureKey)),
    identity,
    capabilities,
    source,
    extensions: [],
    signature: signed(publicOf(vault.signatureKey), publicOf(leafKey)),
  }
}

export function keyPackageOf(vault: Vault, keys: PackageKeys): Uint8Array {
  const lifetime = { kind: 'key-package', notBefore: 0n, notAfter: forEver } as const
  const keyPackage: KeyPackage = {
    suite,
    initKey: bytesOf(publicOf(keys.init)),
    leaf: leafNodeOf(vault, keys.leaf, lifetime),
    extensions: keys.isLastResort ? [lastResort] : [],
    signature: signed(publicOf(vault.signatureKey), publicOf(keys.init)),
  }
  return writeKeyPackage(keyPackage)
}

/** A claimed package, if it is of the device that it is said to be of. */
export function checkedPackage(claimed: { user: string; device: string; package: string }) {
  const bytes = fromBase64url(claimed.package)
  const parts = bytes && readKeyPackage(bytes)
  const identity = parts && checkedIdentity(parts.leaf)
  if (identity?.user !== claimed.user || identity.device !== claimed.device) return
  return parts
}

/** Whose leaf it is, if that person's account key stands for it. */
export function checkedIdentity(leaf: LeafNode): DeviceIdentity | undefined {
  const identity = readDeviceIdentity(leaf.identity)
  if (identity === undefined) return
  const { user, device, accountKey, signature } = identity
  const expected = signed(textOf(accountKey), user, device, textOf(leaf.signatureKey))
  return textOf(signature) === textOf(expected) ? identity : undefined
}

/** The leaves of a tree, or nothing when one is no leaf of ours. */
export function leavesOf(tree: Tree): readonly TreeLeaf[] | undefined {
  const leaves: TreeLeaf[] = []
  for (let place = 0; place < tree.length; place += 2) {
    const text = tree[place] ?? null
    if (text === null) continue
    const bytes = fromBase64url(text)
    const node = bytes && readTreeNode(bytes)
    const identity = node?.kind === 'leaf' ? checkedIdentity(node.leaf) : undefined
    if (node?.kind !== 'leaf' || identity === undefined) return
    const { user, device, accountKey } = identity
    const encryptionKey = textOf(node.leaf.encryptionKey)
    leaves.push({ leaf: place / 2, user, device, accountKey: textOf(accountKey), encryptionKey })
  }
  return leaves
}

export function nodeText(leaf: LeafNode): string {
  return toBase64url(writeTreeNode({ kind: 'leaf', leaf }))
}

/** The leftmost blank leaf, else the first of a tree twice as wide. */
export function placeForLeaf(tree: Tree): number {
  for (let place = 0; place < tree.length; place += 2) {
    if ((tree[place] ?? null) === null) return place / 2
  }
  return (tree.length + 1) / 2
}

export function withLeaf(tree: Tree, leaf: number, node: string | null): Tree {
  let size = Math.max(tree.length, 1)
  while (size < leaf * 2 + 1) size = size * 2 + 1
  const next = Array.from({ length: size }, (_, place) => tree[place] ?? null)
  next[leaf * 2] = node
  return next
}

/** Without the right halves that hold nothing. */
export function trimmed(tree: Tree): Tree {
  let size = tree.length
  while (size > 1 && tree.slice((size - 1) / 2, size).every((node) => node === null)) {
    size = (size - 1) / 2
  }
  return tree.slice(0, size)
}

export function treeHashOf(tree: Tree): string {
  return hashOf(...tree.map((node) => node ?? ''), String(tree.length))
}

export function signed(publicKey: string, ...parts: readonly string[]): Uint8Array {
  return bytesOf(longHashOf(signatureCharacters, 'signed', publicKey, ...parts))
}
