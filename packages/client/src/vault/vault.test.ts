import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Phone, post, scene } from './vault-scene.test-fixture.ts'

test('[P10] who is added by a welcome reads on, and nothing of before', async () => {
  const { phones } = await scene('ann', 'bob')
  const [ann, bob] = phones as [Phone, Phone]
  assert.ok(await ann.begin())
  await ann.catchUp()
  const before = await ann.say(post('alone'))
  assert.ok(await ann.change({ add: ['bob'] }))
  await ann.catchUp()
  assert.deepEqual(await bob.takeWelcome(), { kind: 'done' })
  const after = await ann.say(post('hello bob'))
  await bob.catchUp()
  assert.equal(bob.reading(after), 'hello bob')
  assert.equal(bob.reading(before), 'before-join')
  const back = await bob.say(post('hello ann'))
  await ann.catchUp()
  assert.deepEqual(ann.read.get(back), {
    index: back,
    ok: true,
    content: { kind: 'post', text: 'hello ann' },
    device: 'bob-phone',
    isVerified: false,
  })
  assert.equal(ann.reading(before), 'alone')
})

test('a device comes in by itself, with nobody there', async () => {
  const { phones } = await scene('ann', 'bob')
  const [ann, bob] = phones as [Phone, Phone]
  await ann.begin()
  assert.ok(await bob.joinByItself())
  assert.equal(bob.status?.state, 'member')
  const said = await bob.say(post('anybody?'))
  await ann.catchUp()
  assert.equal(ann.reading(said), 'anybody?')
  assert.equal(ann.status?.epoch, 1)
})

test('[P10] who is removed reads nothing that is written after', async () => {
  const { servers, phones } = await scene('ann', 'bob', 'cid')
  const [ann, bob, cid] = phones as [Phone, Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  await cid.joinByItself()
  for (const phone of phones) await phone.catchUp()
  const before = await ann.say(post('with cid'))
  const { leaf } = servers.group().leaves.find(({ user }) => user === 'cid')!
  assert.ok(await ann.change({ remove: [leaf] }))
  for (const phone of phones) await phone.catchUp()
  const after = await ann.say(post('without cid'))
  for (const phone of phones) await phone.catchUp()
  assert.equal(bob.reading(after), 'without cid')
  assert.equal(cid.reading(before), 'with cid')
  assert.equal(cid.reading(after), 'no-key')
  assert.equal(cid.status?.state, 'removed')
})

test('of two commits on one epoch the first stands, and the other is made again', async () => {
  const { phones } = await scene('ann', 'bob', 'cid')
  const [ann, bob, cid] = phones as [Phone, Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  await ann.catchUp()
  assert.ok(await ann.change({}))
  assert.equal(await bob.commit({ ...updateOf(bob), kind: 'change' }).catch(() => false), false)
  await bob.catchUp()
  await ann.catchUp()
  assert.ok(await bob.change({ add: ['cid'] }))
  await ann.catchUp()
  await bob.catchUp()
  await cid.takeWelcome()
  const said = await cid.say(post('hello all'))
  for (const phone of phones) await phone.catchUp()
  assert.deepEqual(
    phones.map((phone) => phone.reading(said)),
    ['hello all', 'hello all', 'hello all'],
  )
})

function updateOf({ servers }: Phone) {
  const group = { ...servers.group(), epoch: servers.group().epoch - 1 }
  return { room: servers.room, group, add: [], claims: [], remove: [], update: true }
}

test('what is missed is told by its epoch, and reads when the commits came', async () => {
  const { servers, phones } = await scene('ann', 'bob')
  const [ann, bob] = phones as [Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  await ann.catchUp()
  await ann.change({})
  await ann.catchUp()
  const index = await ann.say(post('later epoch'))
  const entries = servers.entries.slice(-1)
  const work = { kind: 'open', room: servers.room, isHistoryShared: false } as const
  assert.deepEqual(await bob.do({ ...work, entries }), {
    kind: 'opened',
    boxes: [{ index, ok: false, why: 'no-key' }],
    behind: { gen: 1, epoch: 2 },
    added: [],
    identities: [],
  })
  await bob.catchUp()
  assert.equal(bob.reading(index), 'later epoch')
})

test('a device that lost its group takes its own place again', async () => {
  const { phones } = await scene('ann', 'bob')
  const [ann, bob] = phones as [Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  for (const key of bob.rows.values.keys())
    if (/\/(group|status)\//.test(key)) bob.rows.values.delete(key)
  bob.restart()
  assert.ok(await bob.joinByItself())
  await ann.catchUp()
  const said = await bob.say(post('back'))
  await ann.catchUp()
  assert.equal(ann.reading(said), 'back')
  assert.equal(ann.status?.leaves, 2)
})

test('a device that lost its keys is linked again, comes back, and reads what was', async () => {
  const { servers, phones } = await scene('ann', 'bob', 'ann/ann-laptop')
  const [ann, bob, laptop] = phones as [Phone, Phone, Phone]
  await linked(laptop, ann)
  await ann.begin()
  await bob.joinByItself()
  await laptop.joinByItself()
  await ann.catchUp()
  const before = await ann.say(post('before the loss'))
  const former = certificateOf(ann)
  ann.rows.values.clear()
  ann.restart()
  const prepared = await ann.prepare()
  assert.equal(prepared.state, 'unlinked')
  assert.equal(certificateOf(ann), undefined)
  assert.equal((await ann.prepare()).publish, undefined, 'it is said once')
  await linked(ann, laptop)
  assert.notEqual(certificateOf(ann), former)
  await ann.learn()
  const leaves = servers.group().leaves.length
  await laptop.catchUp()
  assert.ok(await ann.joinByItself())
  assert.equal(servers.group().leaves.length, leaves)
  assert.equal(ann.reading(before), 'before the loss')
  const said = await ann.say(post('back'))
  for (const one of [bob, laptop]) {
    await one.catchUp()
    assert.equal(one.reading(said), 'back')
  }
})

test('who comes back by another identity is told of, and not written to if verified', async () => {
  const { servers, phones } = await scene('ann', 'bob')
  const [ann, bob] = phones as [Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  await ann.catchUp()
  await ann.do({ kind: 'verify', keys: servers.keys('bob'), as: 'verified' })
  bob.rows.values.clear()
  bob.restart()
  await bob.prepare()
  const reset = await bob.do({ kind: 'reset-identity', keys: bob.keys })
  assert.ok(reset.kind === 'publish')
  servers.publish(bob, reset.publish)
  await bob.prepare()
  assert.ok(await bob.joinByItself())
  const index = servers.entries.length
  const entries = servers.entries.slice(-1)
  const work = { kind: 'open', room: servers.room, isHistoryShared: false } as const
  const opened = await ann.do({ ...work, entries })
  assert.deepEqual(opened.kind === 'opened' && opened.identities, [{ index, users: ['bob'] }])
  const sealing = { kind: 'seal', room: servers.room, contents: [post('bob?')] } as const
  assert.deepEqual(await ann.do(sealing), { kind: 'blocked', users: ['bob'] })
})

function certificateOf({ keys, device: own }: Phone): string | undefined {
  return keys.devices.find(({ device }) => device === own)?.certificate
}

async function linked(device: Phone, by: Phone): Promise<void> {
  const { linkCode: code = '' } = await device.prepare()
  const link = await by.do({ kind: 'link-accept', code, keys: by.keys })
  assert.ok(link.kind === 'link', JSON.stringify(link))
  const taken = await device.do({ kind: 'link-mail', box: link.box, keys: device.keys })
  assert.ok(taken.kind === 'publish', JSON.stringify(taken))
  device.servers.publish(device, taken.publish)
  assert.equal((await device.prepare()).state, 'ready')
}

test('a room’s encryption begins anew, and what was written before stays readable', async () => {
  const { phones } = await scene('ann', 'bob')
  const [ann, bob] = phones as [Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  await ann.catchUp()
  const before = await ann.say(post('first'))
  await bob.catchUp()
  assert.ok(await ann.begin(2))
  await bob.catchUp()
  assert.deepEqual([bob.status?.state, bob.status?.gen], ['none', 2])
  await bob.joinByItself()
  await ann.catchUp()
  const after = await bob.say(post('second'))
  await ann.catchUp()
  bob.read.clear()
  bob.restart()
  await bob.do({ kind: 'open', room: 'room', entries: bob.servers.entries, isHistoryShared: false })
  assert.equal(ann.reading(after), 'second')
  assert.equal(ann.reading(before), 'first')
})

test('[P10] in a room with history for all the newcomer reads what a member shares', async () => {
  const { servers, phones } = await scene('ann', 'bob', 'cid')
  servers.isHistoryShared = true
  const [ann, bob, cid] = phones as [Phone, Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  await ann.catchUp()
  const old = await bob.say(post('from before'))
  const { leaf } = servers.group().leaves.find(({ user }) => user === 'bob')!
  await ann.change({ remove: [leaf] })
  await ann.catchUp()
  await ann.change({ add: ['cid'] })
  await ann.catchUp()
  await cid.takeWelcome()
  await cid.catchUp()
  assert.equal(cid.reading(old), 'before-join')
  const spans = await ann.do({ kind: 'spans', room: 'room' })
  assert.deepEqual(spans, { kind: 'spans', spans: [{ gen: 1, from: 0, to: 3 }] })
  await ann.say({ kind: 'keys', gen: 1, from: 0, to: 3 })
  await cid.catchUp()
  await cid.catchUp()
  assert.equal(cid.reading(old), 'from before')
})

test('[P10] a box of another person’s device, or one that was changed, is not opened', async () => {
  const { servers, phones } = await scene('ann', 'bob')
  const [ann, bob] = phones as [Phone, Phone]
  await ann.begin()
  await bob.joinByItself()
  await ann.catchUp()
  const index = await bob.say(post('by bob'))
  const entry = servers.entries.at(-1)!
  assert.ok(entry.kind === 'sealed')
  const changed =
    entry.box.slice(0, -9) + (entry.box.at(-9) === 'A' ? 'B' : 'A') + entry.box.slice(-8)
  const forged = [
    { ...entry, by: 'ann' },
    { ...entry, box: changed },
    { ...entry, epoch: 0 },
  ]
  const work = { kind: 'open', room: servers.room, isHistoryShared: false } as const
  const outcome = await ann.do({ ...work, entries: forged })
  assert.deepEqual(outcome.kind === 'opened' && outcome.boxes, [
    { index, ok: false, why: 'bad-signature' },
    { index, ok: false, why: 'tampered' },
    { index, ok: false, why: 'tampered' },
  ])
})
