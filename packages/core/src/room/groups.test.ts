import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import { directRoomId, type Operation } from '@starling/protocol/operation'
import { GroupBench, sendOf } from './group-bench.test-fixture.ts'

test('[E1] a private room or a direct conversation is encrypted if it was made so', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.does(ann.user, 'r1', {
    ...{ kind: 'create', room: 'private', name: 'Den', encrypted: true, history: 'all' },
  })
  const privacy = { isEncrypted: true, history: 'all' } as const
  assert.deepEqual(bench.body('r1', 1), {
    ...{ kind: 'create', room: 'private', title: 'Den', topic: '' },
    ...privacy,
  })
  assert.equal(bench.store.room('r1')?.isEncrypted, true)
  assert.deepEqual(bench.lastBody(ann.user), {
    ...{ kind: 'room-added', room: 'r1', from: 1, roomKind: 'private', title: 'Den' },
    ...privacy,
  })
  const direct = directRoomId(ann.user, bob.user)
  bench.does(ann.user, direct, { kind: 'direct', user: bob.user, encrypted: true })
  assert.equal(bench.store.room(direct)?.isEncrypted, true)
  bench.does(bob.user, direct, { kind: 'direct', user: ann.user })
  assert.equal(bench.store.room(direct)?.isEncrypted, true, 'one that is there stays as it is')
})

test('[E1] a public room is never encrypted, and only an encrypted room shares its history', () => {
  const bench = new GroupBench()
  const { user } = bench.person('ann')
  const create = { kind: 'create', name: 'Den' } as const
  bench.refuses(user, 'r1', { ...create, room: 'public', encrypted: true }, 'invalid')
  bench.refuses(user, 'r1', { ...create, room: 'private', history: 'all' }, 'not-encrypted')
})

test('[E1] the name of an encrypted room may be empty, and a topic in plain it has none', () => {
  const bench = new GroupBench()
  const { user } = bench.person('ann')
  const create = { kind: 'create', room: 'private', name: '' } as const
  bench.refuses(user, 'r1', create, 'name-invalid')
  const topic = { ...create, encrypted: true, topic: 'secret' }
  bench.refuses(user, 'r1', topic, 'room-encrypted')
  bench.does(user, 'r1', { ...create, encrypted: true })
  bench.does(user, 'r2', { ...create, encrypted: true })
  assert.equal(bench.store.room('r2')?.title, '')
})

test('[E1] in an encrypted room nothing is said in plain', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  bench.securedRoom('r1', ann)
  const plain: readonly Operation[] = [
    { kind: 'post', text: 'hello' },
    { kind: 'edit', target: 1, text: 'hello' },
    { kind: 'delete', target: 1 },
    { kind: 'react', target: 1, emoji: '👍', on: true },
    { kind: 'topic', topic: 'secret' },
  ]
  for (const op of plain) bench.refuses(ann.user, 'r1', op, 'room-encrypted')
})

test('[E1] elsewhere nothing is sealed', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  const other = bench.securedRoom('r1', ann)
  const commit = bench.change(ann, other, { update: true })
  bench.room(ann.user, 'r2', 'private')
  const { op } = bench.works(ann, 'operation', { kind: 'begin', room: 'r2', gen: 1 })
  for (const one of [op, commit, bench.seals(ann, other, 'hello')]) {
    bench.refusesFrom(ann, 'r2', one, 'not-encrypted')
  }
})

test('[E6] any member begins the group, with the own device alone', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.encryptedRoom('r1', ann, bob)
  assert.equal(bench.group(ann, 'r1').gen, 0)
  bench.begins(bob, 'r1')
  const { groupInfo } = bench.group(ann, 'r1')
  assert.deepEqual(bench.lastBody('r1'), { kind: 'group', gen: 1, groupInfo })
  const { gen, epoch, leaves, tree, absent } = bench.group(ann, 'r1')
  assert.deepEqual([gen, epoch, tree.length], [1, 0, 1])
  assert.deepEqual(leaves, [{ leaf: 0, user: bob.user, device: bob.device }])
  assert.deepEqual(absent, [{ user: ann.user, device: ann.device }])
})

test('[E6] who begins it second is stale', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.encryptedRoom('r1', ann, bob)
  const { op } = bench.works(bob, 'operation', { kind: 'begin', room: 'r1', gen: 1 })
  bench.begins(ann, 'r1')
  bench.refusesFrom(bob, 'r1', op, 'stale-epoch')
})

test('[E6] an owner begins a group anew; what was of the old one is void', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann, bob)
  const stale = bench.seals(bob, 'r1', 'old')
  const other = bench.works(bob, 'operation', { kind: 'begin', room: 'r1', gen: 2 })
  bench.refusesFrom(bob, 'r1', other.op, 'not-allowed')
  bench.begins(ann, 'r1', 2)
  const { gen, leaves, tree } = bench.group(bob, 'r1')
  assert.deepEqual([gen, leaves.length, tree.length], [2, 1, 1])
  bench.refusesFrom(bob, 'r1', stale, 'no-leaf')
  bench.refusesFrom(ann, 'r1', { ...bench.seals(ann, 'r1', 'x'), gen: 1 }, 'stale-epoch')
  bench.joinsByItself(bob, 'r1')
  bench.speaks(bob, 'r1', 'back')
  assert.equal(bench.opens(ann, 'r1').at(-1), 'back')
})

test('[E6] in a direct conversation either begins it anew', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  const room = directRoomId(ann.user, bob.user)
  bench.does(ann.user, room, { kind: 'direct', user: bob.user, encrypted: true })
  bench.begins(ann, room)
  bench.begins(bob, room, 2)
  assert.equal(bench.group(ann, room).gen, 2)
})

test('[E6] a beginning that contradicts itself is refused', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.encryptedRoom('r1', ann, bob)
  const begin = (device: typeof ann) => {
    const { op } = bench.works(device, 'operation', { kind: 'begin', room: 'r1', gen: 1 })
    assert.ok(op.kind === 'group')
    return op
  }
  const [own, others] = [begin(ann), begin(bob)]
  bench.refusesFrom(ann, 'r1', { ...own, groupInfo: others.groupInfo }, 'bad-group')
  bench.refusesFrom(ann, 'r1', { ...own, tree: others.tree }, 'bad-group')
  bench.refusesFrom(ann, 'r1', { ...own, groupInfo: 'AAAA' }, 'bad-group')
  bench.refusesFrom(ann, 'r1', { ...own, tree: ['A'] }, 'bad-group')
  bench.refusesFrom(ann, 'r1', { ...own, gen: 2 }, 'stale-epoch')
})

test('[E3] a device that is not certified begins no group and joins none', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  const phone = bench.secondDevice(ann, 'd-phone')
  bench.encryptedRoom('r1', ann)
  const { op } = bench.works(ann, 'operation', { kind: 'begin', room: 'r1', gen: 1 })
  bench.refusesFrom(phone, 'r1', op, 'not-certified')
  bench.begins(ann, 'r1')
  bench.refusesFrom(phone, 'r1', bench.change(ann, 'r1', { update: true }), 'not-certified')
})

test('[E12] what is sealed is read by all who have a leaf, and by nobody else', () => {
  const bench = new GroupBench()
  const [ann, bob, cyd] = [bench.person('ann'), bench.person('bob'), bench.person('cyd')]
  bench.securedRoom('r1', ann, bob)
  bench.speaks(ann, 'r1', 'one')
  bench.speaks(bob, 'r1', 'two')
  bench.letsIn('r1', ann, cyd.user)
  bench.joinsByItself(cyd, 'r1')
  bench.opens(ann, 'r1')
  bench.speaks(ann, 'r1', 'three')
  for (const one of [ann, bob]) {
    assert.deepEqual(bench.opens(one, 'r1'), ['one', 'two', 'three'])
  }
  assert.deepEqual(bench.opens(cyd, 'r1'), ['before-join', 'before-join', 'three'])
})

test('[E12] a device without a leaf seals nothing', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann)
  const op = bench.seals(ann, 'r1', 'hello')
  bench.refusesFrom(bob, 'r1', op, 'not-member')
  bench.letsIn('r1', ann, bob.user)
  bench.refusesFrom(bob, 'r1', op, 'no-leaf')
  const asAnn = sendOf({ ...bob, device: ann.device }, { room: 'r1', outbox: 'o', number: 1, op })
  assert.deepEqual(bench.applyOne(asAnn), { ok: false, code: 'no-leaf' })
})

test('[E12] after somebody came, what was sealed before is stale', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann)
  const before = bench.seals(ann, 'r1', 'hello')
  bench.letsIn('r1', ann, bob.user)
  bench.commits(ann, 'r1', { add: [bob] })
  bench.refusesFrom(ann, 'r1', before, 'stale-epoch')
  bench.speaks(ann, 'r1', 'hello')
})

test('[E12] after a change of keys alone, what was sealed before still stands', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann, bob)
  const before = bench.seals(bob, 'r1', 'hello')
  bench.commits(ann, 'r1', { update: true })
  bench.accepted(bench.sendFrom(bob, 'r1', before))
  assert.deepEqual(bench.opens(ann, 'r1'), ['hello'])
})

test('[E12] nothing is sealed in an epoch that is not there yet', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  bench.securedRoom('r1', ann)
  const op = bench.seals(ann, 'r1', 'hello')
  bench.refusesFrom(ann, 'r1', { ...op, epoch: op.epoch + 1 }, 'stale-epoch')
  bench.refusesFrom(ann, 'r1', { ...op, gen: op.gen + 1 }, 'stale-epoch')
})

test('[E12] the muted seal nothing, and a box has its limit', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann, bob)
  const long = 'A'.repeat(Math.ceil((limits.messageBytesMax * 8) / 3) + 2_000)
  bench.refusesFrom(bob, 'r1', { ...bench.seals(bob, 'r1', 'x'), box: long }, 'message-too-large')
  bench.does(ann.user, 'r1', { kind: 'mute', user: bob.user, on: true })
  bench.refusesFrom(bob, 'r1', bench.seals(bob, 'r1', 'x'), 'muted')
})

test('[E13] a stale send uses up no number, and all behind it waits its turn', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann)
  const boxes = ['one', 'two'].map((text) => bench.seals(ann, 'r1', text))
  bench.letsIn('r1', ann, bob.user)
  bench.commits(ann, 'r1', { add: [bob] })
  const stale = { ok: false, code: 'stale-epoch' } as const
  assert.deepEqual(bench.sendFrom(ann, 'r1', boxes[0]!, 2), stale)
  assert.deepEqual(bench.sendFrom(ann, 'r1', boxes[1]!, 3), { ok: false, code: 'out-of-turn' })
  const again = ['one', 'two'].map((text) => bench.seals(ann, 'r1', text))
  const first = bench.sendFrom(ann, 'r1', again[0]!, 2)
  bench.accepted(first)
  assert.deepEqual(bench.sendFrom(ann, 'r1', boxes[1]!, 3), stale, 'the older copy of the second')
  bench.accepted(bench.sendFrom(ann, 'r1', again[1]!, 3))
  assert.deepEqual(bench.sendFrom(ann, 'r1', boxes[0]!, 2), first, 'a late copy hears of the first')
  assert.deepEqual(bench.opens(ann, 'r1'), ['one', 'two'])
})

test('[E13] what is known of a number is told without the log, of a stale one nothing', () => {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  bench.securedRoom('r1', ann)
  const op = bench.seals(ann, 'r1', 'one')
  bench.letsIn('r1', ann, bob.user)
  bench.commits(ann, 'r1', { add: [bob] })
  const send = { room: 'r1', outbox: 'o-1', number: 1 }
  bench.applyOne(sendOf(ann, { ...send, op }))
  assert.equal(bench.replica.known(sendOf(ann, { ...send, op })), undefined)
  const again = sendOf(ann, { ...send, op: bench.seals(ann, 'r1', 'one') })
  const outcome = bench.applyOne(again)
  bench.accepted(outcome)
  assert.deepEqual(bench.replica.known(sendOf(ann, { ...send, op })), outcome)
})

test('[E13] no send is void with a code that would leave its number unused', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  bench.securedRoom('r1', ann)
  const op = { kind: 'void', code: 'stale-epoch' } as const
  const send = sendOf(ann, { room: 'r1', outbox: 'o-1', number: 1, op })
  assert.deepEqual(bench.applyOne(send), { ok: false, code: 'invalid' })
  assert.equal(bench.store.outbox('r1', 'o-1')?.last, 1)
})

test('[E18] search knows nothing of what was sealed', () => {
  const bench = new GroupBench()
  const ann = bench.person('ann')
  bench.securedRoom('r1', ann)
  const op = bench.seals(ann, 'r1', 'hello')
  bench.accepted(bench.sendFrom(ann, 'r1', { ...op, box: 'hello' }))
  assert.deepEqual(bench.store.search({ text: 'hello', rooms: ['r1'], limit: 9 }), [])
})
