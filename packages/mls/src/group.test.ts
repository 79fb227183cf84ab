import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openContent, readContentHeader, sealContent } from './content.ts'
import type { Group } from './group.ts'
import { createOwnGroup, joinByCommit, joinByWelcome } from './joining.ts'
import { fromTree } from './leaf.ts'
import type { OwnDevice } from './own-device.ts'
import {
  createDevice,
  createPerson,
  follow,
  groupId,
  keyPackageOf,
  Members,
  room,
} from './run/members.ts'
import { readGroupInfo } from './wire.ts'

async function say(own: OwnDevice, group: Group, text: string): Promise<Uint8Array> {
  const key = await group.contentKey(room)
  const place = { gen: 1, epoch: group.epoch, leaf: group.ownLeaf }
  const body = new TextEncoder().encode(text)
  return sealContent({ ...place, room, key, signer: own.signer }, body)
}

async function read(group: Group, message: Uint8Array): Promise<string> {
  const header = readContentHeader(message)
  assert.ok(header)
  const sender = group.leaves.find(({ index }) => index === header.leaf)
  const opening = { room, key: await group.contentKey(room) }
  const signatureKey = sender?.device.signatureKey ?? new Uint8Array()
  const opened = await openContent({ ...opening, signatureKey }, message)
  return opened.ok ? new TextDecoder().decode(opened.body) : opened.why
}

test('[P10] all members read what one says, the new ones too, and so does the sender', async () => {
  const [ann, bob, cyd] = await Promise.all(['ann', 'bob', 'cyd'].map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!] })
  await members.enter(cyd!)
  const message = await say(bob!, members.at(bob!), 'hello')
  for (const group of members.groups.values()) assert.equal(await read(group, message), 'hello')
})

test('[P10] one who is removed alone can read nothing after', async () => {
  const [ann, bob, cyd] = await Promise.all(['ann', 'bob', 'cyd'].map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!, cyd!] })
  const out = await members.change(ann!, { remove: [bob!] })
  const message = await say(ann!, members.at(ann!), 'without bob')
  assert.equal(await read(members.at(cyd!), message), 'without bob')
  assert.equal(await read(out.get(bob!)!, message), 'tampered')
})

test('a commit of removes and adds puts a new device where the removed one was', async () => {
  const names = ['ann', 'bob', 'cyd', 'dan']
  const [ann, bob, cyd, dan] = await Promise.all(names.map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!, cyd!] })
  const out = await members.change(cyd!, { remove: [bob!], add: [dan!] })
  assert.equal(members.leafOf(dan!), out.get(bob!)!.ownLeaf)
  const message = await say(dan!, members.at(dan!), 'hello')
  assert.equal(await read(members.at(ann!), message), 'hello')
})

test('of two commits of one epoch the first wins, and the loser’s is forgotten', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!] })
  const won = await members.at(ann!).commit({})
  const lost = await members.at(bob!).commit({})
  const next = await follow(members.at(bob!), won.commit)
  assert.deepEqual(next.authenticator, won.group.authenticator)
  assert.equal(won.group.isMadeBy(won.commit), true)
  assert.equal(lost.group.isMadeBy(won.commit), false)
  await assert.rejects(next.process(lost.commit), { code: 'other-epoch' })
})

test('a device that lost its state takes its own place again', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!] })
  const before = members.leafOf(bob!)
  const former = members.at(bob!)
  const entry = await joinByCommit(bob!, members.held.door)
  assert.equal((await former.process(entry.commit)).kind, 'removed')
  const processed = await members.at(ann!).process(entry.commit)
  assert.equal(processed.kind === 'next' && processed.group.leaves.length, 2)
  assert.equal(entry.group.ownLeaf, before)
})

test('a device that lost its keys comes back with others; its former self is out', async () => {
  const account = await createPerson()
  const [ann, bob] = [await createDevice('ann'), await createDevice('bob', { account })]
  const members = await Members.of(ann, await createOwnGroup(ann, groupId))
  await members.change(ann, { add: [bob] })
  const [leaf, former] = [members.leafOf(bob), members.at(bob)]
  const again = await createDevice('bob', { account })
  const entry = await joinByCommit(again, members.held.door)
  assert.equal((await former.process(entry.commit)).kind, 'removed')
  const next = await follow(members.at(ann), entry.commit)
  assert.equal(entry.group.ownLeaf, leaf)
  assert.deepEqual(next.leaves, entry.group.leaves)
  const message = await say(again, entry.group, 'back')
  assert.equal(await read(next, message), 'back')
  assert.equal(await read(former, message), 'tampered')
})

test('who is alone in a group takes their place again, with the same keys or others', async () => {
  const account = await createPerson()
  const ann = await createDevice('ann', { account })
  for (const again of [ann, await createDevice('ann', { account })]) {
    const { held, groups } = await Members.of(ann, await createOwnGroup(ann, groupId))
    const entry = await joinByCommit(again, held.door)
    assert.deepEqual([entry.group.ownLeaf, entry.group.leaves.length], [0, 1])
    assert.equal((await groups.get(ann)!.process(entry.commit)).kind, 'removed')
    held.take(entry)
    const members = await Members.of(again, entry.group)
    await members.enter(await createDevice('bob'))
  }
})

test('what is for another group or epoch, or was made by oneself, is told apart', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const members = await Members.of(ann!, await createOwnGroup(ann!, groupId))
  await members.change(ann!, { add: [bob!] })
  const other = await createOwnGroup(ann!, new TextEncoder().encode('other'))
  const own = await members.at(bob!).commit({})
  await assert.rejects(members.at(bob!).process(own.commit), { code: 'unusable' })
  await assert.rejects(other.process(own.commit), { code: 'other-group' })
  await assert.rejects(other.process(Uint8Array.of(1, 2, 3)), { code: 'malformed' })
})

test('a device is in a group once, and nobody removes themselves', async () => {
  const account = await createPerson()
  const ann = await createDevice('laptop', { userId: 'ann', account })
  const again = await createDevice('laptop', { userId: 'ann', account })
  const group = await createOwnGroup(ann, groupId)
  const { bytes } = await keyPackageOf(again)
  await assert.rejects(group.commit({ add: [bytes] }), { code: 'refused' })
  await assert.rejects(group.commit({ remove: [0] }), { code: 'unusable' })
  await assert.rejects(group.commit({ remove: [5] }), { code: 'unusable' })
})

test('a device that the check does not accept comes in neither way', async () => {
  const bob = await createDevice('bob')
  const ann = await createDevice('ann', { check: ({ deviceId }) => deviceId !== 'bob' })
  const group = await createOwnGroup(ann, groupId)
  const { bytes } = await keyPackageOf(bob)
  await assert.rejects(group.commit({ add: [bytes] }), { code: 'credential' })
  const door = { groupId, groupInfo: await group.groupInfo(), tree: group.tree() }
  const entry = await joinByCommit(bob, door)
  await assert.rejects(group.process(entry.commit), { code: 'credential' })
})

test('a welcome into another group than the one expected is refused', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const group = await createOwnGroup(ann!, groupId)
  const keyPackage = await keyPackageOf(bob!)
  const made = await group.commit({ add: [keyPackage.bytes] })
  const welcome = made.welcomes[0]!.bytes
  const invitation = { welcome, tree: made.group.tree(), keyPackage }
  const other = new TextEncoder().encode('other')
  await assert.rejects(joinByWelcome(bob!, { ...invitation, groupId: other }), {
    code: 'other-group',
  })
})

test('who was away comes in where they were added, by a welcome with the tree', async () => {
  const [ann, bob] = await Promise.all(['ann', 'bob'].map((id) => createDevice(id)))
  const group = await createOwnGroup(ann!, groupId)
  const keyPackage = await keyPackageOf(bob!)
  const made = await group.commit({ add: [keyPackage.bytes], isTreeInWelcome: true })
  const next = await made.group.commit({})
  const { bytes: welcome } = made.welcomes[0]!
  const joined = await joinByWelcome(bob!, { groupId, welcome, keyPackage })
  const followed = await follow(joined, next.commit)
  assert.deepEqual(followed.authenticator, next.group.authenticator)
  const bare = await group.commit({ add: [keyPackage.bytes] })
  const invitation = { groupId, welcome: bare.welcomes[0]!.bytes, keyPackage }
  await assert.rejects(joinByWelcome(bob!, invitation), { code: 'refused' })
})

test('those join whose leaves are not merged at differing depths of the tree', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const [first, ...others] = await Promise.all(names.map((id) => createDevice(id)))
  const members = await Members.of(first!, await createOwnGroup(first!, groupId))
  await members.change(first!, { add: others })
  await members.change(first!, { remove: [others[2]!, others[6]!] })
  await members.change(others[3]!)
  const added = await Promise.all(['x', 'y'].map((id) => createDevice(id)))
  await members.change(others[0]!, { add: added })
  assert.deepEqual(
    added.map((own) => members.leafOf(own)),
    [3, 7],
  )
  const listed = fromTree(members.held.tree).map((node) =>
    node?.nodeType === 'parent' ? node.parent.unmergedLeaves : [],
  )
  assert.deepEqual([listed[3], listed[7], listed[11]], [[3], [3, 7], [7]])
})

test('a GroupInfo names its key as the standard does, with its length before it', async () => {
  const ann = await createDevice('ann')
  const group = await createOwnGroup(ann, groupId)
  const { extensions } = readGroupInfo(await group.groupInfo())
  const external = extensions.find(({ extensionType }) => extensionType === 'external_pub')
  assert.deepEqual([external?.extensionData[0], external?.extensionData.length], [32, 33])
})
