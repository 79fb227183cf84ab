/**
 * What somebody's commit would do, read before the library works on it. The library trusts numbers
 * that come from outside (for a leaf far beyond the tree it eats all memory), takes any proposal,
 * and does not ask whether the committer's new leaf is the same device. So what may pass is narrow:
 * members add and remove by value or only renew their own keys; a device without a leaf may come
 * in, taking the place of its own former leaf at most, which may have had other keys: that the new
 * ones are the person's is what their account key signs for.
 */
import type { Proposal } from 'ts-mls/proposal.js'
import type { PublicMessage } from 'ts-mls/publicMessage.js'
import type { RatchetTree } from 'ts-mls/ratchetTree.js'
import { type Device, isSameDevice, isSameName } from './credential.ts'
import { deviceOf, leafAt, leavesOf } from './leaf.ts'
import { MlsError } from './mls-error.ts'
import { leavesMax } from './tree.ts'

export interface CommitOutline {
  readonly by: Device
  /** The committer's leaf; undefined for a device that comes in by itself. */
  readonly fromLeaf: number | undefined
  readonly removedLeaves: readonly number[]
}

export function outlineOf({ content }: PublicMessage, tree: RatchetTree): CommitOutline {
  if (content.contentType !== 'commit') {
    throw new MlsError('malformed', `${content.contentType} instead of a commit`)
  }
  const { commit, sender } = content
  const proposals = commit.proposals.map((proposal) => {
    if (proposal.proposalOrRefType === 'proposal') return proposal.proposal
    throw new MlsError('refused', 'a proposal by reference')
  })
  const removedLeaves = removesIn(proposals, tree)
  const newLeaf = commit.path === undefined ? undefined : deviceOf(commit.path.leafNode)
  if (sender.senderType === 'member') {
    const by = memberAt(tree, sender.leafIndex)
    checkMemberProposals(proposals, leavesOf(tree).length - removedLeaves.length)
    if (newLeaf !== undefined && !isSameDevice(by, newLeaf)) {
      throw new MlsError('credential', `leaf ${sender.leafIndex} would become another device`)
    }
    return { by, fromLeaf: sender.leafIndex, removedLeaves }
  }
  if (sender.senderType !== 'new_member_commit' || newLeaf === undefined) {
    throw new MlsError('refused', `a commit by ${sender.senderType}, or without a path`)
  }
  checkComingIn(proposals, newLeaf, { tree, removedLeaves })
  return { by: newLeaf, fromLeaf: undefined, removedLeaves }
}

function memberAt(tree: RatchetTree, index: number): Device {
  const leaf = leafAt(tree, index)
  if (leaf === undefined) throw new MlsError('refused', `there is no member at leaf ${index}`)
  return deviceOf(leaf)
}

function removesIn(proposals: readonly Proposal[], tree: RatchetTree): readonly number[] {
  const removed = proposals.flatMap((proposal) =>
    proposal.proposalType === 'remove' ? [proposal.remove.removed] : [],
  )
  for (const index of removed) memberAt(tree, index)
  if (new Set(removed).size === removed.length) return removed
  throw new MlsError('refused', 'a leaf is removed twice')
}

function checkMemberProposals(proposals: readonly Proposal[], leavesLeft: number): void {
  const adds = proposals.filter(({ proposalType }) => proposalType === 'add').length
  const others = proposals.find(
    ({ proposalType }) => !['add', 'remove'].includes(`${proposalType}`),
  )
  if (others !== undefined) throw new MlsError('refused', `a proposal ${others.proposalType}`)
  if (leavesLeft + adds <= leavesMax) return
  throw new MlsError('too-large', `${leavesLeft + adds} devices, ${leavesMax} are the limit`)
}

interface Place {
  readonly tree: RatchetTree
  readonly removedLeaves: readonly number[]
}

function checkComingIn(
  proposals: readonly Proposal[],
  device: Device,
  { tree, removedLeaves }: Place,
): void {
  const types = proposals.map(({ proposalType }) => proposalType)
  const inits = types.filter((type) => type === 'external_init').length
  if (inits !== 1 || inits + removedLeaves.length !== types.length) {
    throw new MlsError('refused', `a device comes in with ${types.join(', ')}`)
  }
  for (const index of removedLeaves) {
    if (isSameName(memberAt(tree, index), device)) continue
    throw new MlsError('credential', `a device comes in for the other one at leaf ${index}`)
  }
  if (removedLeaves.length === 0 && leavesOf(tree).length >= leavesMax) {
    throw new MlsError('too-large', `${leavesMax} devices are the limit`)
  }
}
