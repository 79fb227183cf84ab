import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientState, decodeGroupStateWithoutTree } from 'ts-mls/clientState.js'
import { createCommit, joinGroupExternal } from 'ts-mls/createCommit.js'
import { signFramedContentTBS, toTbs } from 'ts-mls/framedContent.js'
import type { GroupContext } from 'ts-mls/groupContext.js'
import type { Proposal } from 'ts-mls/proposal.js'
import { emptyPskIndex } from 'ts-mls/pskIndex.js'
import type { PublicMessage } from 'ts-mls/publicMessage.js'
import { encodeNode, type RatchetTree } from 'ts-mls/ratchetTree.js'
import { ByteReader } from './bytes.ts'
import { certifyDevice } from './credential.ts'
import type { Group } from './group.ts'
import { createOwnGroup, joinByCommit, joinByWelcome } from './joining.ts'
import { generatePackage, verifyKeyPackage } from './key-package.ts'
import { checkLeaves, fromTree } from './leaf.ts'
import { MlsError } from './mls-error.ts'
import { noPrivateKey, type OwnDevice } from './own-device.ts'
import { Dice } from './run/dice.ts'
import { createDevice, createPerson, groupId, keyPackageOf, Members, nowMs } from './run/members.ts'
import { decodeTree, leavesMax, type Tree } from './tree.ts'
import { commitBytesMax, decodeWhole, readGroupInfo, writeMessage } from './wire.ts'

const changesOfEach = 60

/** A few bits, a number made huge, an end cut off, bytes put in: never what it was. */
function changed(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.upTo(bytes.length) - 1
  const copy = bytes.slice()
  const kind = dice.upTo(4)
  if (kind === 1) return bytes.slice(0, at)
  if (kind === 2)
    return Uint8Array.of(...bytes.slice(0, at), dice.upTo(256) - 1, ...bytes.slice(at))
  if (kind === 3) {
    const part = copy.subarray(at, at + 4)
    if (part.some((byte) => byte !== 0xff)) part.fill(0xff)
    else part.fill(0)
  } else copy[at]! ^= 1 << (dice.upTo(8) - 1)
  return copy
}

/** Refused; or, where the change only wrote a length in another way, taken for what it was. */
async function isTaken(act: () => Promise<Group>): Promise<Group | undefined> {
  try {
    return await act()
  } catch (error) {
    assert.ok(error instanceof MlsError, String(error))
    return undefined
  }
}

test('whatever is changed in a commit, it is refused', async () => {
  const names = ['ann', 'bob', 'cyd', 'dan', 'eve']
  const [ann, bob, cyd, dan, eve] = await Promise.all(names.map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!, cyd!] })
  await members.change(bob!)
  const added = await keyPackageOf(dan!)
  const group = members.at(ann!)
  const made = [
    await group.commit({}),
    await group.commit({ add: [added.bytes] }),
    await group.commit({ remove: [members.leafOf(cyd!)] }),
    await joinByCommit(eve!, members.held.door),
  ]
  for (const [kind, { commit, group: after }] of made.entries()) {
    const dice = new Dice(kind + 1)
    for (let turn = 0; turn < changesOfEach; turn += 1) {
      const taken = await isTaken(async () => {
        const processed = await members.at(bob!).process(changed(commit, dice))
        assert.equal(processed.kind, 'next')
        return processed.kind === 'next' ? processed.group : after
      })
      if (taken !== undefined) assert.deepEqual(taken.authenticator, after.authenticator)
    }
  }
})

test('whatever is changed in a welcome, a GroupInfo or a tree, nobody joins by it', async () => {
  const names = ['ann', 'bob', 'cyd', 'dan']
  const [ann, bob, cyd, dan] = await Promise.all(names.map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!] })
  await members.change(bob!)
  const keyPackage = await keyPackageOf(cyd!)
  const made = await members.at(ann!).commit({ add: [keyPackage.bytes] })
  const tree = made.group.tree()
  const invitation = { groupId, welcome: made.welcomes[0]!.bytes, tree, keyPackage }
  const dice = new Dice(1)
  const changedTree = () => {
    const at = dice.upTo(tree.length) - 1
    return tree.map((node, index) =>
      index === at ? changed(node ?? Uint8Array.of(1), dice) : node,
    )
  }
  for (let turn = 0; turn < changesOfEach; turn += 1) {
    const welcome = changed(invitation.welcome, dice)
    const groupInfo = changed(members.held.groupInfo, dice)
    const other = changedTree()
    for (const [what, act] of Object.entries({
      welcome: () => joinByWelcome(cyd!, { ...invitation, welcome }),
      tree: () => joinByWelcome(cyd!, { ...invitation, tree: other }),
    })) {
      const taken = await isTaken(act)
      if (taken !== undefined) assert.deepEqual(taken.tree(), tree, what)
    }
    const entered = await isTaken(async () => {
      return (await joinByCommit(dan!, { ...members.held.door, groupInfo })).group
    })
    if (entered !== undefined) assert.equal(entered.epoch, members.at(ann!).epoch + 1n)
  }
})

test('whatever is changed in a key package, it is not added', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const { bytes, ref } = await keyPackageOf(bob!)
  const dice = new Dice(1)
  for (let turn = 0; turn < changesOfEach; turn += 1) {
    try {
      const verified = await verifyKeyPackage(ann!, changed(bytes, dice), nowMs)
      assert.deepEqual(verified.ref, ref)
    } catch (error) {
      assert.ok(error instanceof MlsError, String(error))
    }
  }
})

/** What a member has who uses the library without our rules. */
function libraryState(own: OwnDevice, group: Group): ClientState {
  const reader = new ByteReader(group.encode())
  reader.number(1)
  const tree = fromTree(decodeTree(reader.sized()))
  const state = decodeWhole(decodeGroupStateWithoutTree(tree), reader.rest(), 'a state')
  return { ...state, clientConfig: own.config }
}

async function lawless(own: OwnDevice, state: ClientState, extraProposals: Proposal[]) {
  const context = { state, cipherSuite: own.suite, pskIndex: emptyPskIndex }
  const made = await createCommit(context, { wireAsPublicMessage: true, extraProposals })
  assert.equal(made.commit.wireformat, 'mls_public_message')
  if (made.commit.wireformat !== 'mls_public_message') throw new Error('a hidden commit')
  return writeMessage(made.commit)
}

async function pair(): Promise<{ ann: OwnDevice; bob: OwnDevice; members: Members }> {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!] })
  return { ann: ann!, bob: bob!, members }
}

test('a member who proposes anything but to add and to remove is refused', async () => {
  const { ann, bob, members } = await pair()
  const state = libraryState(ann, members.at(ann))
  const context: Proposal = {
    proposalType: 'group_context_extensions',
    groupContextExtensions: { extensions: [] },
  }
  const other: Proposal = { proposalType: 0xf000, proposalData: Uint8Array.of(1) }
  for (const proposal of [context, other]) {
    const commit = await lawless(ann, state, [proposal])
    await assert.rejects(members.at(bob).process(commit), { code: 'refused' })
  }
})

test('a member cannot become another person, though they sign for it', async () => {
  const { ann, bob, members } = await pair()
  const { signatureKey } = ann.device
  const statement = { userId: 'bob', deviceId: 'phone', signatureKey, createdMs: nowMs }
  const identity = await certifyDevice(await createPerson(), statement)
  const state = libraryState(ann, members.at(ann))
  const ratchetTree: RatchetTree = state.ratchetTree.map((node, at) => {
    if (node?.nodeType !== 'leaf' || at !== state.privatePath.leafIndex * 2) return node
    return { ...node, leaf: { ...node.leaf, credential: { credentialType: 'basic', identity } } }
  })
  const commit = await lawless(ann, { ...state, ratchetTree }, [])
  await assert.rejects(members.at(bob).process(commit), { code: 'credential' })
})

test('a device cannot come in by taking the place of another', async () => {
  const { bob, ann, members } = await pair()
  const eve = await createDevice('eve')
  const victim = ann.device.signatureKey
  const isVictim = (key: Uint8Array) => Buffer.from(key).equals(victim)
  const config = {
    ...eve.config,
    keyPackageEqualityConfig: {
      ...eve.config.keyPackageEqualityConfig,
      compareKeyPackageToLeafNode: (_: unknown, leaf: { signaturePublicKey: Uint8Array }) =>
        isVictim(leaf.signaturePublicKey),
    },
  }
  const { publicPackage, privatePackage } = await generatePackage(eve, false, {
    notBefore: 0n,
    notAfter: 0n,
  })
  const { publicMessage } = await joinGroupExternal(
    readGroupInfo(members.held.groupInfo),
    publicPackage,
    privatePackage,
    true,
    eve.suite,
    fromTree(members.held.tree),
    config,
  )
  const commit = writeMessage({ wireformat: 'mls_public_message', publicMessage })
  await assert.rejects(members.at(bob).process(commit), { code: 'credential' })
  const { groupContext } = libraryState(bob, members.at(bob))
  const far = await removingFar(publicMessage, eve, groupContext)
  await assert.rejects(members.at(bob).process(far), {
    code: 'refused',
    message: 'there is no member at leaf 4294967295',
  })
})

/** Signed anew, so that nothing but our own rule stands between it and the library. */
async function removingFar(message: PublicMessage, own: OwnDevice, context: GroupContext) {
  const { content, auth } = structuredClone(message)
  assert.ok(content.contentType === 'commit' && auth.contentType === 'commit')
  if (content.contentType !== 'commit' || auth.contentType !== 'commit') return new Uint8Array()
  content.commit.proposals[0] = {
    proposalOrRefType: 'proposal',
    proposal: { proposalType: 'remove', remove: { removed: 0xffffffff } },
  }
  const tbs = toTbs(content, 'mls_public_message', context)
  const signature = await signFramedContentTBS(noPrivateKey, tbs, own.suite.signature)
  const publicMessage: PublicMessage = {
    content,
    auth: { ...auth, signature },
    senderType: 'new_member_commit',
  }
  return writeMessage({ wireformat: 'mls_public_message', publicMessage })
}

test('a tree that lists leaves which it has not is refused, and at once', async () => {
  const { ann, bob, members } = await pair()
  await members.change(bob)
  const cyd = await createDevice('cyd')
  const keyPackage = await keyPackageOf(cyd)
  const made = await members.at(ann).commit({ add: [keyPackage.bytes] })
  const welcome = made.welcomes[0]!.bytes
  const tree = made.group.tree()
  for (const unmergedLeaves of [[0xffffffff], [2 ** 31], [2 ** 30], [2], [0, 0], [1, 0]]) {
    const hostile: Tree = fromTree(tree).map((node) => {
      if (node === undefined) return null
      if (node.nodeType === 'leaf') return Uint8Array.from(encodeNode(node))
      return Uint8Array.from(encodeNode({ ...node, parent: { ...node.parent, unmergedLeaves } }))
    })
    const joining = joinByWelcome(cyd, { groupId, welcome, tree: hostile, keyPackage })
    await assert.rejects(joining, { code: 'refused' })
  }
})

test('[P7] what is larger than its limit is refused before it is read', async () => {
  const { bob, members } = await pair()
  const large = (length: number) => new Uint8Array(length)
  await assert.rejects(members.at(bob).process(large(commitBytesMax + 1)), { code: 'too-large' })
  await assert.rejects(members.at(bob).commit({ add: [large(4097)] }), { code: 'too-large' })
  const door = { ...members.held.door, tree: Array(4095).fill(null) }
  await assert.rejects(joinByCommit(bob, door), { code: 'too-large' })
  const [leaf] = fromTree(members.held.tree)
  const full: RatchetTree = Array.from({ length: leavesMax * 2 + 1 }, (_, at) =>
    at % 2 === 0 ? leaf : undefined,
  )
  assert.throws(() => checkLeaves(full), { code: 'too-large' })
})

test('a key package is used in its time alone', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const { bytes, ref } = await keyPackageOf(bob!)
  const dayMs = 86_400_000
  const verified = await verifyKeyPackage(ann!, bytes, nowMs)
  assert.deepEqual([verified.ref, verified.isLastResort], [ref, false])
  assert.equal(verified.device.deviceId, 'bob')
  await assert.rejects(verifyKeyPackage(ann!, bytes, nowMs + 91 * dayMs), { code: 'refused' })
  await assert.rejects(verifyKeyPackage(ann!, bytes, nowMs - dayMs), { code: 'refused' })
  assert.ok(verified.notAfterMs > nowMs + 89 * dayMs)
})
