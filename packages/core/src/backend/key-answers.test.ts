import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import { GroupBench } from '../room/group-bench.test-fixture.ts'

function scene() {
  const bench = new GroupBench()
  const [ann, bob, cyd] = [bench.person('ann'), bench.person('bob'), bench.person('cyd')]
  bench.securedRoom('r1', ann, bob)
  return { bench, ann, bob, cyd }
}

test('[E17] public keys are told to everybody, the rest to their person alone', () => {
  const { bench, ann, bob } = scene()
  const own = bench.keys(ann)
  const { mine, ...told } = bench.keys(bob, ann.user)
  assert.equal(mine, undefined)
  const { mine: ofOwn, ...rest } = own
  assert.deepEqual(told, rest)
  assert.ok((ofOwn?.packages ?? 0) > 0)
  assert.equal(bench.asks(ann, { t: 'keys', user: 'u-nobody' }), 'unknown-user')
})

test('[E17] who has no identity yet is told with version 0', () => {
  const { bench, ann } = scene()
  const dan = bench.unpublished('dan')
  const none = { kind: 'keys', user: dan.user, version: 0, devices: [] }
  assert.deepEqual(bench.asks(ann, { t: 'keys', user: dan.user }), none)
})

test('[E17] a group and its commits are told to members only', () => {
  const { bench, ann, cyd } = scene()
  const asked = [
    { t: 'group', room: 'r1' },
    { t: 'commits', room: 'r1', gen: 1, epoch: 0 },
  ] as const
  for (const frame of asked) {
    assert.equal(bench.asks(cyd, frame), 'not-member')
    assert.equal(bench.asks(ann, { ...frame, room: 'r9' }), 'unknown-room')
    assert.equal(bench.asks(ann, { ...frame, room: ann.user }), 'unknown-room')
  }
  bench.room(ann.user, 'r2', 'private')
  assert.equal(bench.asks(ann, { t: 'group', room: 'r2' }), 'not-encrypted')
})

test('[E17] commits are told from an epoch on, without a hole, and whether there are more', () => {
  const { bench, ann, bob } = scene()
  const from = bench.group(bob, 'r1').epoch
  for (let n = 0; n < 3; n += 1) bench.commits(ann, 'r1', { update: true })
  const commits = (epoch: number, gen = 1) =>
    bench.answers(bob, 'commits', { t: 'commits', room: 'r1', gen, epoch })
  const epochs = (epoch: number, gen = 1) =>
    commits(epoch, gen).entries.map((entry) => entry.kind === 'commit' && entry.epoch)
  assert.deepEqual(epochs(from), [from, from + 1, from + 2])
  assert.deepEqual(epochs(from + 2), [from + 2])
  assert.deepEqual(epochs(from + 3), [])
  assert.deepEqual(epochs(0, 2), [])
  const { head, more } = commits(from)
  assert.deepEqual([head, more], [bench.store.room('r1')?.head, false])
})

test('[P7] one answer holds so many commits, fewer when they are large', () => {
  const { bench, ann } = scene()
  const large = 'A'.repeat(200_000)
  const counts: number[] = []
  for (const commit of ['AA', large]) {
    bench.store.transact(bench.store.position + 1, () => {
      for (let epoch = 0; epoch <= limits.commitsPerAnswerMax; epoch += 1) {
        const index = 1_000 + epoch
        const head = { index, at: 1, by: ann.user, name: 'ann' }
        const body = { kind: 'commit', gen: 7, epoch, id: 'k', commit } as const
        bench.store.putEntry('r1', { ...head, ...body })
        bench.store.groups.putCommit('r1', 7, epoch, index)
      }
    })
    const asked = { t: 'commits', room: 'r1', gen: 7, epoch: 0 } as const
    const { entries, more } = bench.answers(ann, 'commits', asked)
    assert.equal(more, true)
    counts.push(entries.length)
  }
  assert.deepEqual(counts, [limits.commitsPerAnswerMax, 2])
})

test('[E17] a group names its leaves, what has to go, and whom nobody has added yet', () => {
  const { bench, ann, bob, cyd } = scene()
  bench.letsIn('r1', ann, cyd.user)
  bench.does(bob.user, 'r1', { kind: 'leave' })
  const { gen, leaves, removals, absent, tree } = bench.group(ann, 'r1')
  assert.deepEqual([gen, removals], [1, [1]])
  assert.deepEqual(leaves[1], { leaf: 1, user: bob.user, device: bob.device })
  assert.deepEqual(absent, [{ user: cyd.user, device: cyd.device }])
  assert.deepEqual(
    tree.map((node) => node !== null),
    [true, false, true],
  )
})

test('[E17] whom a welcome brought in is told the tree of that epoch, long after', () => {
  const { bench, ann, bob, cyd } = scene()
  bench.letsIn('r1', ann, cyd.user)
  const trees = new Map<number, unknown>()
  const keep = () => {
    const { epoch, tree, leaves } = bench.group(ann, 'r1')
    trees.set(epoch, { tree, leaves })
  }
  keep()
  bench.commits(ann, 'r1', { add: [cyd] })
  const cameAt = bench.group(ann, 'r1').epoch
  keep()
  bench.does(bob.user, 'r1', { kind: 'leave' })
  bench.commits(ann, 'r1', { remove: [1] })
  keep()
  bench.commits(ann, 'r1', { update: true })
  keep()
  for (const [epoch, was] of trees) {
    const told = bench.answers(ann, 'group', { t: 'group', room: 'r1', epoch })
    assert.deepEqual({ tree: told.tree, leaves: told.leaves }, was)
    assert.equal(told.epoch, epoch)
  }
  bench.welcomed(cyd, 'r1', cameAt)
  bench.speaks(ann, 'r1', 'hello')
  assert.deepEqual(bench.opens(cyd, 'r1'), ['hello'])
})

test('[E17] a tree that is too long past, or still to come, is forgotten', () => {
  const { bench, ann } = scene()
  const { epoch } = bench.group(ann, 'r1')
  const asked = { t: 'group', room: 'r1' } as const
  assert.equal(bench.asks(ann, { ...asked, epoch: epoch + 1 }), 'forgotten')
  bench.store.transact(bench.store.position + 1, () => {
    bench.store.groups.forgetTreesBefore('r1', epoch)
  })
  assert.equal(bench.asks(ann, { ...asked, epoch: epoch - 1 }), 'forgotten')
  bench.begins(ann, 'r1', 2)
  assert.equal(bench.asks(ann, { ...asked, epoch: 1 }), 'forgotten')
})
