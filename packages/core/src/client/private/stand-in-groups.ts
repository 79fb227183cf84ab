/**
 * How the stand-in's groups go from epoch to epoch, by MLS's rules. The secret of an epoch follows
 * from that of the one before and, when the commit has a path, from one more that the committer
 * draws and closes for each leaf that stays. So whoever was removed lacks the second, and whoever
 * was never in lacks the first: they get it in a welcome, closed for the key package that was used,
 * or put one in its place by an external commit, closed for the key of the group's present epoch.
 * The confirmation tag of a commit shows whether both ends came to the same secret.
 */
import { fromBase64url, toBase64url } from '../../mls/base64url.ts'
import { type PublicCommit, readPublicCommit, type UpdatePath } from '../../mls/commit.ts'
import {
  externalPubOf,
  readGroupInfo,
  readWholeGroupInfo,
  writeGroupInfo,
} from '../../mls/group-info.ts'
import type { ProposalOrReference } from '../../mls/proposals.ts'
import type { GroupAnswer } from './cipher.ts'
import { bytesOf, closeFor, hashOf, openOwn, publicOf, textOf } from './stand-in-crypto.ts'
import {
  checkedIdentity,
  leavesOf,
  nodeText,
  placeForLeaf,
  signed,
  suite,
  type Tree,
  treeHashOf,
  trimmed,
  withLeaf,
} from './stand-in-leaves.ts'
import type { Group } from './stand-in-vault.ts'

export type Device = { readonly user: string; readonly device: string }

/** What a commit makes of a tree, before anything secret. */
export interface TreeAfter {
  readonly tree: Tree
  readonly added: readonly (Device & { readonly leaf: number; readonly accountKey: string })[]
  /** Of the committer. */
  readonly sender: number
  /** Those who know the secret of the epoch before and stay, but for the committer. */
  readonly staying: readonly { readonly leaf: number; readonly encryptionKey: string }[]
}

/** Removes, then adds, then the committer's own leaf (RFC 9420 §12.3). */
export function treeAfter(before: Tree, commit: CommitContent): TreeAfter | undefined {
  let tree = before
  const added: (Device & { leaf: number; accountKey: string })[] = []
  for (const proposal of commit.proposals) {
    if (proposal.kind !== 'remove') continue
    if ((tree[proposal.removed * 2] ?? null) === null) return
    tree = withLeaf(tree, proposal.removed, null)
  }
  tree = trimmed(tree)
  const staying = leavesOf(tree)
  if (staying === undefined) return
  for (const proposal of commit.proposals) {
    if (proposal.kind !== 'add') continue
    const identity = checkedIdentity(proposal.keyPackage.leaf)
    if (identity === undefined) return
    const leaf = placeForLeaf(tree)
    tree = withLeaf(tree, leaf, nodeText(proposal.keyPackage.leaf))
    const { user, device, accountKey } = identity
    added.push({ user, device, leaf, accountKey: textOf(accountKey) })
  }
  const sender = commit.sender.kind === 'member' ? commit.sender.leaf : placeForLeaf(tree)
  if (commit.path !== undefined) {
    const identity = checkedIdentity(commit.path.leaf)
    if (identity === undefined) return
    tree = withLeaf(tree, sender, nodeText(commit.path.leaf))
    const { user, device, accountKey } = identity
    const joined = { user, device, leaf: sender, accountKey: textOf(accountKey) }
    if (commit.sender.kind === 'new-member') added.push(joined)
  }
  return { tree, added, sender, staying: staying.filter(({ leaf }) => leaf !== sender) }
}

export type CommitContent = Pick<PublicCommit, 'sender' | 'proposals'> & {
  readonly path?: Pick<UpdatePath, 'leaf'>
}

/** The secret after a commit. */
export function secretAfter(
  group: Pick<Group, 'gen' | 'groupId' | 'epoch'>,
  tree: Tree,
  parts: { readonly init: string; readonly path: string },
): string {
  const context = `${group.gen} ${group.groupId} ${group.epoch + 1} ${treeHashOf(tree)}`
  return hashOf('epoch', context, parts.init, parts.path)
}

export function initSecretOf(group: Group): string {
  return hashOf('init', group.secret)
}

export function contentKeyOf(group: Group): string {
  return hashOf('content', group.secret)
}

export function confirmationTagOf(secret: string): string {
  return hashOf('confirm', secret)
}

function externalKeyOf(secret: string): string {
  return hashOf('external', secret)
}

export type Advanced =
  | {
      readonly kind: 'advanced'
      readonly group: Group
      readonly added: TreeAfter['added']
    }
  | { readonly kind: 'removed' }
  | { readonly kind: 'broken' }

/** Another's commit, on the epoch where the group stands. */
export function advance(group: Group, text: string): Advanced {
  const bytes = fromBase64url(text)
  const commit = bytes && readPublicCommit(bytes)
  if (commit === undefined || textOf(commit.groupId) !== group.groupId) return { kind: 'broken' }
  const removes = commit.proposals.some(
    (proposal) => proposal.kind === 'remove' && proposal.removed === group.leaf,
  )
  if (removes) return { kind: 'removed' }
  const after = treeAfter(group.tree, commit)
  const init = initOf(group, commit)
  const path = commit.path === undefined ? '' : pathSecretOf(group, commit.path)
  if (after === undefined || init === undefined || path === undefined) return { kind: 'broken' }
  const secret = secretAfter(group, after.tree, { init, path })
  if (confirmationTagOf(secret) !== textOf(commit.confirmationTag)) return { kind: 'broken' }
  const next = { ...group, epoch: group.epoch + 1, secret, tree: after.tree }
  return { kind: 'advanced', group: next, added: after.added }
}

function initOf(group: Group, commit: PublicCommit): string | undefined {
  if (commit.sender.kind === 'member') return initSecretOf(group)
  const external = commit.proposals.find(({ kind }) => kind === 'external-init')
  if (external?.kind !== 'external-init') return
  const closed = { kemOutput: bytesOf(publicOf(externalKeyOf(group.secret))) }
  return openOwn(externalKeyOf(group.secret), { ...closed, ciphertext: external.kemOutput })
}

function pathSecretOf(group: Group, path: UpdatePath): string | undefined {
  for (const node of path.nodes) {
    for (const closed of node.encryptedSecrets) {
      const secret = openOwn(group.leafKey, closed)
      if (secret !== undefined) return secret
    }
  }
  return
}

export function externalInitFor(externalPub: string, init: string): ProposalOrReference {
  return { kind: 'external-init', kemOutput: closeFor(externalPub, init).ciphertext }
}

export function pathNodesFor(leaves: TreeAfter['staying'], secret: string): UpdatePath['nodes'] {
  if (leaves.length === 0) return []
  const encryptedSecrets = leaves.map(({ encryptionKey }) => closeFor(encryptionKey, secret))
  return [{ encryptionKey: bytesOf(publicOf(secret)), encryptedSecrets }]
}

export function groupInfoOf(group: Group, signatureKey: string): string {
  const { secret, groupId, tree, epoch, leaf } = group
  const bytes = writeGroupInfo({
    suite,
    groupId: bytesOf(groupId),
    epoch: BigInt(epoch),
    treeHash: bytesOf(treeHashOf(tree)),
    confirmedTranscriptHash: bytesOf(hashOf('transcript', secret)),
    contextExtensions: [],
    extensions: [externalPubOf(bytesOf(publicOf(externalKeyOf(secret))))],
    confirmationTag: bytesOf(confirmationTagOf(secret)),
    signer: leaf,
    signature: signed(publicOf(signatureKey), groupId, String(epoch), treeHashOf(tree)),
  })
  return toBase64url(bytes)
}

/** What the servers say of a group, if the tree is the one that a member signed. */
export function checkedGroup(answer: GroupAnswer) {
  const bytes = fromBase64url(answer.groupInfo)
  const info = bytes && readWholeGroupInfo(bytes)
  const parts = bytes && readGroupInfo(bytes)
  const leaves = leavesOf(answer.tree)
  if (info === undefined || parts?.externalPub === undefined || leaves === undefined) return
  if (parts.epoch !== answer.epoch || textOf(info.treeHash) !== treeHashOf(answer.tree)) return
  return { groupId: textOf(info.groupId), externalPub: textOf(parts.externalPub), leaves }
}
