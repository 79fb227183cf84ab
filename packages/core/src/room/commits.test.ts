import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import { type BenchDevice, GroupBench } from './group-bench.test-fixture.ts'

interface Scene {
  readonly bench: GroupBench
  readonly ann: BenchDevice
  readonly bob: BenchDevice
  readonly cyd: BenchDevice
}

/** Ann owns r1, Bob is in it and its group; Cyd is in it without a leaf. */
function scene(): Scene {
  const bench = new GroupBench()
  const [ann, bob, cyd] = [bench.person('ann'), bench.person('bob'), bench.person('cyd')]
  bench.securedRoom('r1', ann, bob)
  bench.letsIn('r1', ann, cyd.user)
  return { bench, ann, bob, cyd }
}

function devicesIn(bench: GroupBench, device: BenchDevice): readonly (readonly [number, string])[] {
  return bench.group(device, 'r1').leaves.map((one) => [one.leaf, one.device])
}

test('[E7] the first commit of an epoch stands, others are stale and change nothing', () => {
  const { bench, ann, bob } = scene()
  const [first, second] = [ann, bob].map((one) => bench.change(one, 'r1', { update: true }))
  bench.accepted(bench.sendFrom(ann, 'r1', first!))
  bench.refusesFrom(bob, 'r1', second!, 'stale-epoch')
  const { epoch, id, commit } = first!
  assert.deepEqual(bench.lastBody('r1'), { kind: 'commit', gen: 1, epoch, id, commit })
  assert.equal(bench.group(ann, 'r1').epoch, epoch + 1)
  bench.opens(bob, 'r1')
  bench.commits(bob, 'r1', { update: true })
})

test('[E7] a commit sent again is answered as the first time', () => {
  const { bench, ann } = scene()
  const op = bench.change(ann, 'r1', { update: true })
  const first = bench.sendFrom(ann, 'r1', op, 1)
  bench.accepted(first)
  assert.deepEqual(bench.sendFrom(ann, 'r1', op, 1), first)
})

test('[E7] a commit for another epoch than the present is stale, whatever is in it', () => {
  const { bench, ann } = scene()
  const op = bench.change(ann, 'r1', { update: true })
  bench.refusesFrom(ann, 'r1', { ...op, epoch: op.epoch + 1 }, 'stale-epoch')
  bench.refusesFrom(ann, 'r1', { ...op, gen: 2, commit: 'AAAA' }, 'stale-epoch')
})

test('[E7] bytes that do not parse or contradict the state are refused', () => {
  const { bench, ann, bob, cyd } = scene()
  const op = bench.change(ann, 'r1', { add: [cyd] })
  const other = bench.change(ann, 'r1', { update: true })
  const byBob = bench.change(bob, 'r1', { update: true })
  const { size, changed } = op.tree
  const wrong = [
    { commit: 'AAAA' },
    { commit: `${op.commit}A` },
    { commit: byBob.commit },
    { groupInfo: 'AAAA' },
    { groupInfo: other.groupInfo },
    { tree: { size, changed: [] } },
    { tree: { size: size + 1, changed } },
    { tree: { size: 1, changed: [] } },
    { tree: { size, changed: [...changed, ...changed] } },
    { tree: { size, changed: changed.map(([place]) => [place, null] as [number, null]) } },
    { tree: { size, changed: [[0, changed[0]![1]], ...changed] as typeof changed } },
    { tree: { size, changed: [...changed, [size, 'AAAA']] as typeof changed } },
    { claims: [] },
    { claims: ['unheard-of'] },
    { welcomes: [{ device: bob.device, bytes: 'AAAA' }] },
    { welcomes: [...op.welcomes!, ...op.welcomes!] },
  ]
  for (const change of wrong) bench.refusesFrom(ann, 'r1', { ...op, ...change }, 'bad-group')
  bench.accepted(bench.sendFrom(ann, 'r1', op))
})

test('[E7] a commit is of the device whose leaf signed it', () => {
  const { bench, ann, bob, cyd } = scene()
  const op = bench.change(ann, 'r1', { update: true })
  bench.refusesFrom(bob, 'r1', op, 'bad-group')
  bench.refusesFrom(cyd, 'r1', { ...op, id: 'k2' }, 'no-leaf')
})

test('[E8] who is added has the leftmost blank leaf, and gets the welcome in the self room', () => {
  const { bench, ann, bob, cyd } = scene()
  const op = bench.change(ann, 'r1', { add: [cyd] })
  bench.accepted(bench.sendFrom(ann, 'r1', op))
  const { epoch } = bench.group(ann, 'r1')
  const mail = { kind: 'welcome', room: 'r1', gen: 1, epoch, bytes: op.welcomes![0]!.bytes }
  assert.deepEqual(bench.lastBody(cyd.user), { kind: 'mail', device: cyd.device, mail })
  bench.welcomed(cyd, 'r1')
  bench.opens(ann, 'r1')
  bench.speaks(cyd, 'r1', 'hello')
  assert.deepEqual(bench.opens(ann, 'r1'), ['hello'])
  const leafOfBob = bench.group(ann, 'r1').leaves.find(({ user }) => user === bob.user)!.leaf
  bench.commits(ann, 'r1', { remove: [leafOfBob] })
  bench.commits(ann, 'r1', { add: [bob] })
  assert.deepEqual(devicesIn(bench, ann), [
    [0, ann.device],
    [1, bob.device],
    [2, cyd.device],
  ])
})

test('[E8] a package claimed for another room or by somebody else adds nobody', () => {
  const { bench, ann, bob, cyd } = scene()
  bench.securedRoom('r2', ann)
  bench.letsIn('r2', ann, cyd.user)
  const elsewhere = bench.claims(ann, 'r2', [cyd.user])
  const byBob = bench.claims(bob, 'r1', [cyd.user])
  for (const { claim, packages } of [elsewhere, byBob]) {
    const group = bench.group(ann, 'r1')
    const about = { room: 'r1', group, add: packages, claims: [claim], remove: [], update: false }
    const { op } = bench.works(ann, 'operation', { kind: 'change', ...about })
    bench.refusesFrom(ann, 'r1', op, 'bad-group')
  }
})

test('[E8] who left since they were claimed is not added, nor who is certified anew', () => {
  const { bench, ann, cyd } = scene()
  const op = bench.change(ann, 'r1', { add: [cyd] })
  bench.does(cyd.user, 'r1', { kind: 'leave' })
  bench.refusesFrom(ann, 'r1', op, 'stale-epoch')
  bench.letsIn('r1', ann, cyd.user)
  const again = bench.change(ann, 'r1', { add: [cyd] })
  const reset = { kind: 'reset-identity', keys: bench.keys(cyd) } as const
  const { publish } = bench.works(cyd, 'publish', reset)
  bench.settles(cyd, { t: 'publish', ...publish })
  bench.refusesFrom(ann, 'r1', again, 'stale-epoch')
})

test('[E9] members remove own other devices, and those of whom they rule over', () => {
  const { bench, ann, bob, cyd } = scene()
  bench.commits(ann, 'r1', { add: [cyd] })
  bench.opens(bob, 'r1')
  bench.welcomed(cyd, 'r1')
  const phone = bench.secondDevice(bob, 'd-phone')
  bench.link(phone, bob)
  bench.joinsByItself(phone, 'r1')
  for (const one of [ann, bob, cyd]) bench.opens(one, 'r1')
  const leafOf = (device: BenchDevice) =>
    bench.group(ann, 'r1').leaves.find((one) => one.device === device.device)!.leaf
  const [leafOfCyd, leafOfPhone] = [leafOf(cyd), leafOf(phone)]
  bench.refusesFrom(bob, 'r1', bench.change(bob, 'r1', { remove: [leafOfCyd] }), 'not-allowed')
  bench.commits(bob, 'r1', { remove: [leafOfPhone] })
  bench.opens(ann, 'r1')
  bench.commits(ann, 'r1', { remove: [leafOfCyd] })
  assert.deepEqual(devicesIn(bench, ann).length, 2)
})

test('[E10] a device joins by itself, as the epoch that its commit makes', () => {
  const { bench, ann, cyd } = scene()
  bench.joinsByItself(cyd, 'r1')
  assert.deepEqual(devicesIn(bench, ann).at(-1), [2, cyd.device])
  bench.speaks(cyd, 'r1', 'hello')
  assert.deepEqual(bench.opens(ann, 'r1'), ['hello'])
})

test('[E10] a device that lost its keys joins again in the place of its old leaf', () => {
  const { bench, ann, bob } = scene()
  bench.joinsByItself(bob, 'r1')
  assert.deepEqual(devicesIn(bench, ann), [
    [0, ann.device],
    [1, bob.device],
  ])
  bench.opens(ann, 'r1')
  bench.speaks(bob, 'r1', 'back')
  assert.deepEqual(bench.opens(ann, 'r1'), ['back'])
})

test('[E10] nobody joins by a commit that another device made, or while not in the room', () => {
  const { bench, ann, bob, cyd } = scene()
  const op = bench.joining(cyd, 'r1')
  bench.refusesFrom(ann, 'r1', op, 'bad-group')
  bench.does(cyd.user, 'r1', { kind: 'leave' })
  bench.refusesFrom(cyd, 'r1', op, 'not-member')
  bench.refusesFrom(bob, 'r1', { ...op, welcomes: [] }, 'bad-group')
})

test('[E11] who is kicked has to go: nothing is sealed until a commit removes them', () => {
  const { bench, ann, bob } = scene()
  const before = bench.seals(ann, 'r1', 'secret')
  bench.does(ann.user, 'r1', { kind: 'kick', user: bob.user })
  assert.deepEqual(bench.group(ann, 'r1').removals, [1])
  bench.refusesFrom(ann, 'r1', before, 'stale-epoch')
  bench.refusesFrom(ann, 'r1', bench.change(ann, 'r1', { update: true }), 'stale-epoch')
  bench.commits(ann, 'r1', { remove: [1] })
  assert.deepEqual(bench.group(ann, 'r1').removals, [])
  bench.speaks(ann, 'r1', 'secret')
  assert.deepEqual(bench.opens(bob, 'r1'), ['no-key'])
})

test('[E11] so has who leaves or is banned, and anybody may remove them', () => {
  const { bench, ann, bob, cyd } = scene()
  bench.commits(ann, 'r1', { add: [cyd] })
  bench.opens(bob, 'r1')
  bench.does(cyd.user, 'r1', { kind: 'leave' })
  assert.deepEqual(bench.group(bob, 'r1').removals, [2])
  bench.commits(bob, 'r1', { remove: [2] })
  bench.opens(ann, 'r1')
  bench.does(ann.user, 'r1', { kind: 'ban', user: bob.user, on: true })
  assert.deepEqual(bench.group(ann, 'r1').removals, [1])
})

test('[E11] so has a device that is revoked, in all its rooms, and it is certified no more', () => {
  const { bench, ann, bob } = scene()
  bench.securedRoom('r2', bob)
  bench.accepts({ kind: 'revoke', user: bob.user, devices: [bob.device] })
  assert.deepEqual(bench.group(ann, 'r1').removals, [1])
  assert.deepEqual(bench.store.groups.group('r2')?.removals, [0])
  assert.deepEqual(bench.keys(ann, bob.user).devices, [])
  bench.refusesFrom(bob, 'r1', bench.seals(bob, 'r1', 'x'), 'no-leaf')
})

test('[E11] so has what an identity certified that was replaced', () => {
  const { bench, ann, bob } = scene()
  const reset = { kind: 'reset-identity', keys: bench.keys(bob) } as const
  const { publish } = bench.works(bob, 'publish', reset)
  bench.settles(bob, { t: 'publish', ...publish })
  assert.deepEqual(bench.group(ann, 'r1').removals, [1])
  bench.publishes(bob)
  bench.joinsByItself(bob, 'r1')
  assert.deepEqual(bench.group(ann, 'r1').removals, [], 'its own old leaf went with it')
})

test('[E11] who joins by itself leaves to others what had to go', () => {
  const { bench, ann, bob, cyd } = scene()
  bench.does(ann.user, 'r1', { kind: 'kick', user: bob.user })
  bench.joinsByItself(cyd, 'r1')
  assert.deepEqual(bench.group(ann, 'r1').removals, [1])
  bench.commits(cyd, 'r1', { remove: [1] })
  bench.speaks(cyd, 'r1', 'hello')
})

test('[E11] who is back before they were removed comes in anew', () => {
  const { bench, ann, bob } = scene()
  bench.does(ann.user, 'r1', { kind: 'kick', user: bob.user })
  bench.letsIn('r1', ann, bob.user)
  bench.refusesFrom(bob, 'r1', bench.seals(bob, 'r1', 'x'), 'no-leaf')
  bench.refusesFrom(bob, 'r1', bench.change(bob, 'r1', { update: true }), 'no-leaf')
  bench.joinsByItself(bob, 'r1')
  assert.deepEqual(bench.group(ann, 'r1').removals, [])
  bench.speaks(bob, 'r1', 'back')
})

test('[E14] a group has at most so many devices, and an encrypted room so many people', () => {
  const { bench, ann, cyd } = scene()
  bench.store.transact(bench.store.position + 1, () => {
    for (let leaf = 2; leaf < limits.groupLeavesMax; leaf += 1) {
      bench.store.groups.putLeaf({ room: 'r1', leaf, user: 'u-x', device: `d-${leaf}` })
    }
    const room = bench.store.room('r1')!
    bench.store.putRoom({ ...room, members: limits.groupLeavesMax })
  })
  bench.refusesFrom(cyd, 'r1', bench.joining(cyd, 'r1'), 'group-full')
  bench.refusesFrom(ann, 'r1', bench.change(ann, 'r1', { add: [cyd] }), 'group-full')
  const dan = bench.person('dan')
  bench.does(ann.user, 'r1', { kind: 'invite', user: dan.user })
  bench.refuses(dan.user, 'r1', { kind: 'join' }, 'room-full')
})
