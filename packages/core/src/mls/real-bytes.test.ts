import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acceptAll,
  type ClientState,
  createCommit,
  createGroup,
  createGroupInfoWithExternalPub,
  defaultCapabilities,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroupExternal,
  type Proposal,
  processMessage,
} from 'ts-mls'
import { encodeNode } from 'ts-mls/ratchetTree.js'
import { readCommit } from './commit.ts'
import { type DeviceIdentity, readDeviceIdentity, writeDeviceIdentity } from './device-identity.ts'
import { readGroupInfo } from './group-info.ts'
import { readKeyPackage } from './key-package.ts'
import {
  applyTreePatch,
  isTreePatch,
  readTreeNode,
  type TreeNodes,
  treePatchBetween,
} from './ratchet-tree.ts'
import { readWelcome, splitWelcome } from './welcome.ts'

/** A group as the library makes it, and what the servers would read of it. */
const suite = await getCiphersuiteImpl(
  getCiphersuiteFromName('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519'),
)
const groupId = Uint8Array.of(1, 2, 3)

function identity(device: string): DeviceIdentity {
  const accountKey = new Uint8Array(32).fill(5)
  return { user: 'ann', device, createdMs: 7, accountKey, signature: new Uint8Array(64).fill(6) }
}

async function device(name: string, isLastResort = false) {
  const made = await generateKeyPackage(
    { credentialType: 'basic', identity: writeDeviceIdentity(identity(name)) },
    defaultCapabilities(),
    { notBefore: 0n, notAfter: 2n ** 63n },
    isLastResort ? [{ extensionType: 10, extensionData: new Uint8Array() }] : [],
    suite,
  )
  const message = encodeMlsMessage({
    version: 'mls10',
    wireformat: 'mls_key_package',
    keyPackage: made.publicPackage,
  })
  return { ...made, parts: readKeyPackage(message) }
}

async function commit(state: ClientState, extraProposals: Proposal[]) {
  const { newState, commit, welcome } = await createCommit(
    { state, cipherSuite: suite },
    { wireAsPublicMessage: true, extraProposals },
  )
  return { state: newState, bytes: encodeMlsMessage(commit), welcome }
}

async function infoOf(state: ClientState) {
  const groupInfo = await createGroupInfoWithExternalPub(state, [], suite)
  const message = { version: 'mls10', wireformat: 'mls_group_info', groupInfo } as const
  return { groupInfo, parts: readGroupInfo(encodeMlsMessage(message)) }
}

function nodesOf(state: ClientState): TreeNodes {
  return state.ratchetTree.map((node) => (node === undefined ? null : encodeNode(node)))
}

test('a key package of the library tells its device, its keys and its time', async () => {
  const phone = await device('phone')
  const { initKey, leafNode } = phone.publicPackage
  assert.deepEqual(phone.parts?.initKey, initKey)
  assert.deepEqual(phone.parts?.leaf.signatureKey, leafNode.signaturePublicKey)
  assert.deepEqual(readDeviceIdentity(phone.parts!.leaf.identity), identity('phone'))
  assert.equal(phone.parts?.notAfter, Number.MAX_SAFE_INTEGER)
  assert.equal(phone.parts?.isLastResort, false)
  assert.equal((await device('desk', true)).parts?.isLastResort, true)
})

test('commits of the library tell what they do, and group infos where that leads', async () => {
  const [phone, desk, book] = [await device('phone'), await device('desk'), await device('book')]
  const own = phone.privatePackage
  const begun = await createGroup(groupId, phone.publicPackage, own, [], suite)
  assert.equal((await infoOf(begun)).parts?.epoch, 0)

  const added = await commit(
    begun,
    [desk, book].map(({ publicPackage }) => ({
      proposalType: 'add',
      add: { keyPackage: publicPackage },
    })),
  )
  const adds = readCommit(added.bytes)
  assert.deepEqual(adds?.groupId, groupId)
  assert.deepEqual(adds?.sender, { kind: 'member', leaf: 0 })
  assert.deepEqual([adds?.epoch, adds?.removes, adds?.others], [0, [], 0])
  assert.deepEqual(
    adds?.adds.map(({ raw }) => raw),
    [desk.parts?.raw, book.parts?.raw],
  )
  const { parts } = await infoOf(added.state)
  assert.equal(parts?.epoch, 1)
  assert.deepEqual(parts?.confirmationTag, adds?.confirmationTag)
  assert.equal(parts?.externalPub?.length, 32)
  const welcomeMessage = { version: 'mls10', wireformat: 'mls_welcome' } as const
  const welcome = readWelcome(encodeMlsMessage({ ...welcomeMessage, welcome: added.welcome! }))
  assert.equal(splitWelcome(welcome!).length, 2)

  const removed = await commit(added.state, [{ proposalType: 'remove', remove: { removed: 1 } }])
  const removes = readCommit(removed.bytes)
  assert.deepEqual([removes?.epoch, removes?.removes], [1, [1]])
  assert.equal(readDeviceIdentity(removes!.pathLeaf!.identity)?.device, 'phone')
})

test('a tree of the library follows from its patches when a device joins by itself', async () => {
  const [phone, desk] = [await device('phone'), await device('desk')]
  const own = phone.privatePackage
  const begun = await createGroup(groupId, phone.publicPackage, own, [], suite)
  const { groupInfo } = await infoOf(begun)
  const joined = await joinGroupExternal(
    groupInfo,
    desk.publicPackage,
    desk.privatePackage,
    false,
    suite,
    begun.ratchetTree,
  )
  const publicMessage = joined.publicMessage
  const bytes = encodeMlsMessage({
    version: 'mls10',
    wireformat: 'mls_public_message',
    publicMessage,
  })
  const parts = readCommit(bytes)
  assert.deepEqual(parts?.sender, { kind: 'new-member' })
  assert.equal(parts?.others, 0)
  assert.equal(readDeviceIdentity(parts!.pathLeaf!.identity)?.device, 'desk')
  const { newState } = await processMessage(
    { wireformat: 'mls_public_message', publicMessage },
    begun,
    emptyPskIndex,
    acceptAll,
    suite,
  )
  const [before, after] = [nodesOf(begun), nodesOf(newState)]
  const patch = treePatchBetween(before, after)
  assert.equal(isTreePatch(patch, 1_000), true)
  assert.deepEqual(applyTreePatch(before, patch), after)
  assert.equal(readTreeNode(after[2]!)?.kind, 'leaf')
  assert.equal(readTreeNode(after[1]!)?.kind, 'parent')
})
