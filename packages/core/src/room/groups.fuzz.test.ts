import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Replica, roomsTouchedBy } from './apply.ts'
import { MemoryStore } from './memory-store.ts'
import { anySpoiltRecords, recorded, recordOf } from './spoilt-group-records.test-suite.ts'

function checkGroup(store: MemoryStore, room: string): void {
  const { groups, keys } = store
  const group = groups.group(room)
  if (group === undefined) return
  const leaves = groups.leaves(room)
  const places = new Set(leaves.map(({ leaf }) => leaf))
  assert.equal(new Set(leaves.map(({ device }) => device)).size, leaves.length)
  assert.ok(group.removals.every((leaf) => places.has(leaf)))
  assert.ok(group.membershipEpoch <= group.epoch)
  const nodes = new Set(groups.nodes(room).map(([place]) => place))
  for (let place = 0; place < group.treeSize; place += 2) {
    assert.equal(nodes.has(place), places.has(place / 2), `leaf ${place / 2} and its node`)
  }
  for (const { leaf, user, device } of leaves) {
    if (group.removals.includes(leaf)) continue
    assert.ok(store.member(room, user), `${user} has a leaf and is a member`)
    assert.notEqual(keys.device(device)?.certificate, undefined, `${device} is certified`)
  }
  const made = groups.commits(room, group.gen, 0, 1_000)
  assert.equal(made.length, group.epoch)
}

test('[E11] whatever is wrong with what comes, who has a leaf is a member or has to go', () => {
  fc.assert(
    fc.property(anySpoiltRecords, (records) => {
      const store = new MemoryStore()
      const replica = new Replica({ store })
      records.forEach((record, at) => {
        replica.apply(at + 1, record)
        checkGroup(store, 'r1')
      })
    }),
    { numRuns: 200 },
  )
})

test('[P3] the rooms that an operation is said to touch hold all the entries that it makes', () => {
  fc.assert(
    fc.property(anySpoiltRecords, (records) => {
      const store = new MemoryStore()
      const replica = new Replica({ store })
      records.forEach((record, at) => {
        const { rooms } = replica.apply(at + 1, record)
        const touched = new Set(record.ops.flatMap((one) => roomsTouchedBy(store, one)))
        for (const { room } of rooms) assert.ok(touched.has(room), `${room} is among them`)
      })
    }),
    { numRuns: 40 },
  )
})

test('[L10] replicas agree on encrypted rooms, whatever is wrong with what comes', () => {
  fc.assert(
    fc.property(anySpoiltRecords, (records) => {
      const stores = [new MemoryStore(), new MemoryStore()]
      const replicas = stores.map((store) => new Replica({ store }))
      records.forEach((record, at) => {
        const [one, other] = replicas.map((replica) => replica.apply(at + 1, record))
        assert.deepEqual(one, other)
      })
      assert.deepEqual(stores[0]!.contents(), stores[1]!.contents())
    }),
    { numRuns: 60 },
  )
})

test('[P8] what is recorded is all accepted, so that the faults meet what stands', () => {
  const replica = new Replica({ store: new MemoryStore() })
  const { outcomes } = replica.apply(1, recordOf(recorded, 'all'))
  assert.deepEqual(
    outcomes.filter((outcome) => !outcome.ok),
    [],
  )
})
