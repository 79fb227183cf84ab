import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PublicCommit, readCommit, writePublicCommit } from './commit.ts'
import { externalPubOf, type GroupInfo, readGroupInfo, writeGroupInfo } from './group-info.ts'
import { type KeyPackage, keyPackageParts, readKeyPackage, writeKeyPackage } from './key-package.ts'
import type { LeafNode, LeafSource } from './leaf-node.ts'
import type { ProposalOrReference } from './proposals.ts'
import { isTreePatch, type TreePatch, treeSizeMax, writeTreeNode } from './ratchet-tree.ts'

const none = new Uint8Array(0)
const key = Uint8Array.of(1, 2, 3)
const capabilities = { versions: [1], suites: [1], extensions: [], proposals: [], credentials: [1] }

function leafOf(source: LeafSource): LeafNode {
  const keys = { encryptionKey: key, signatureKey: key, identity: key }
  return { ...keys, capabilities, source, extensions: [], signature: key }
}

const ofPackage = leafOf({ kind: 'key-package', notBefore: 0n, notAfter: 50n })
const ofCommit = leafOf({ kind: 'commit', parentHash: none })
const path = { leaf: ofCommit, nodes: [] }

const keyPackage: KeyPackage = {
  suite: 1,
  initKey: key,
  leaf: ofPackage,
  extensions: [],
  signature: key,
}
const add: ProposalOrReference = { kind: 'add', keyPackage }
const externalInit: ProposalOrReference = { kind: 'external-init', kemOutput: key }

function remove(removed: number): ProposalOrReference {
  return { kind: 'remove', removed }
}

function read(part: Partial<PublicCommit>) {
  const commit: PublicCommit = {
    groupId: key,
    epoch: 4n,
    sender: { kind: 'member', leaf: 2 },
    authenticatedData: none,
    proposals: [],
    signature: key,
    confirmationTag: key,
    membershipTag: none,
    ...part,
  }
  return readCommit(writePublicCommit(commit))
}

const newMember = { kind: 'new-member' } as const

test('a commit tells its sender, whom it adds and removes, and how much else it does', () => {
  assert.deepEqual(read({ proposals: [add, remove(1), remove(0)], path }), {
    groupId: key,
    epoch: 4,
    sender: { kind: 'member', leaf: 2 },
    adds: [keyPackageParts(keyPackage)],
    removes: [1, 0],
    others: 0,
    pathLeaf: ofCommit,
    confirmationTag: key,
  })
  const others: ProposalOrReference[] = [
    { kind: 'reference', reference: key },
    { kind: 'group-context-extensions', extensions: [] },
    { kind: 'update', leaf: leafOf({ kind: 'update' }) },
    { kind: 'add', keyPackage: { ...keyPackage, leaf: ofCommit } },
  ]
  assert.equal(read({ proposals: others, path })?.others, others.length)
})

test('[P8] a commit that removes or changes keys without a path is none', () => {
  for (const proposals of [[remove(1)], [add, remove(1)], []]) {
    assert.equal(read({ proposals }), undefined)
    assert.notEqual(read({ proposals, path }), undefined)
  }
  assert.notEqual(read({ proposals: [add, add] }), undefined)
})

test('[P8] a commit that removes its sender or somebody twice is none', () => {
  assert.equal(read({ proposals: [remove(2)], path }), undefined)
  assert.equal(read({ proposals: [remove(1), remove(1)], path }), undefined)
})

test('[P8] who joins by a commit has one external init, a path, one old leaf at most', () => {
  const sender = newMember
  assert.equal(read({ sender, proposals: [externalInit], path })?.others, 0)
  assert.deepEqual(read({ sender, proposals: [externalInit, remove(2)], path })?.removes, [2])
  assert.equal(read({ sender, proposals: [externalInit, add], path })?.adds.length, 1)
  assert.equal(read({ sender, proposals: [externalInit] }), undefined)
  assert.equal(read({ sender, proposals: [], path }), undefined)
  assert.equal(read({ sender, proposals: [externalInit, externalInit], path }), undefined)
  assert.equal(read({ sender, proposals: [externalInit, remove(1), remove(2)], path }), undefined)
  assert.equal(read({ proposals: [externalInit], path }), undefined)
})

test('[P8] an epoch that no number holds is refused', () => {
  assert.equal(read({ proposals: [add], epoch: 2n ** 53n }), undefined)
  assert.equal(read({ proposals: [add], epoch: 2n ** 53n - 1n })?.epoch, Number.MAX_SAFE_INTEGER)
})

test('a key package tells when it ends and whether it is the last resort', () => {
  const parts = readKeyPackage(
    writeKeyPackage({ ...keyPackage, extensions: [{ type: 0x000a, data: none }] }),
  )
  assert.deepEqual([parts?.notAfter, parts?.isLastResort], [50, true])
  assert.equal(readKeyPackage(writeKeyPackage({ ...keyPackage, leaf: ofCommit })), undefined)
})

test('[P8] a group info has one external key or none', () => {
  const info = (extensions: GroupInfo['extensions']) =>
    readGroupInfo(
      writeGroupInfo({
        ...{ suite: 1, groupId: key, epoch: 3n, treeHash: key, confirmedTranscriptHash: key },
        ...{ contextExtensions: [], extensions, confirmationTag: key, signer: 2, signature: key },
      }),
    )
  const parts = { suite: 1, groupId: key, epoch: 3, confirmationTag: key, signer: 2 }
  assert.deepEqual(info([externalPubOf(key)]), { ...parts, externalPub: key })
  assert.deepEqual(info([]), parts)
  assert.equal(info([externalPubOf(key), externalPubOf(key)]), undefined)
  assert.equal(info([{ type: 4, data: key }]), undefined)
})

test('[P8] a tree patch has a full size, ascending places and fitting nodes', () => {
  const leaf = writeTreeNode({ kind: 'leaf', leaf: ofPackage })
  const parent = writeTreeNode({
    kind: 'parent',
    parent: { encryptionKey: key, parentHash: key, unmergedLeaves: [] },
  })
  const is = (size: number, changed: TreePatch['changed']) => isTreePatch({ size, changed }, 4)
  assert.equal(treeSizeMax(4), 7)
  assert.equal(
    is(7, [
      [0, leaf],
      [1, parent],
      [4, null],
    ]),
    true,
  )
  for (const size of [0, 2, 5, 15, -1, 1.5, Number.NaN]) assert.equal(is(size, []), false)
  assert.equal(is(3, [[3, null]]), false)
  assert.equal(
    is(3, [
      [1, parent],
      [0, leaf],
    ]),
    false,
  )
  assert.equal(is(3, [[0, parent]]), false)
  assert.equal(is(3, [[1, leaf]]), false)
  assert.equal(is(3, [[0, none]]), false)
})
