import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogRecord } from '../log/record.ts'
import { Replica } from './apply.ts'
import { anyRecords } from './arbitrary-records.test-suite.ts'
import { MemoryStore } from './memory-store.ts'
import { trailAfter } from './record-digest.ts'
import { ReplicaBench } from './replica-bench.test-suite.ts'

function applied(records: readonly LogRecord[]): { store: MemoryStore; digests: string[] } {
  const store = new MemoryStore()
  const replica = new Replica({ store })
  const digests = records.map((record, at) => replica.apply(at + 1, record).digest)
  return { store, digests }
}

test('[L18] the store keeps the id of the last record and the digest of all', () => {
  const bench = new ReplicaBench()
  const user = bench.guest('ann')
  bench.room(user, 'r1')
  const { digest, position } = bench.apply()
  assert.deepEqual(bench.store.trail, { recordId: `record-${position}`, digest })
  assert.match(digest, /^[0-9a-f]{16}$/)
})

test('[L18] replicas of the same records have the same digest after each', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const [one, two] = [applied(records), applied(records)]
      assert.deepEqual(one.digests, two.digests)
      assert.equal(new Set(one.digests).size, records.length)
    }),
  )
})

test('[L18] whoever applied one record that the others did not differs ever after', () => {
  fc.assert(
    fc.property(anyRecords, fc.nat(), (records, seed) => {
      const at = seed % records.length
      const odd: LogRecord = { id: 'odd', at: 1, ops: [] }
      const [one, two] = [applied(records), applied(records.with(at, odd))]
      for (let i = 0; i < records.length; i += 1) {
        assert.equal(one.digests[i] === two.digests[i], i < at)
      }
    }),
  )
})

test('[L18] each part of what a record did counts', () => {
  const before = { recordId: '', digest: 'd' }
  const entry = { index: 1, at: 2, by: 'u', name: 'U', kind: 'post', text: 'hello' } as const
  const did = {
    position: 3,
    recordId: 'r',
    outcomes: [{ ok: true, index: 1, at: 2 }],
    rooms: [{ room: 'r1', entries: [entry] }],
  } as const
  const others = [
    trailAfter({ ...before, digest: 'e' }, did),
    trailAfter(before, { ...did, position: 4 }),
    trailAfter(before, { ...did, recordId: 's' }),
    trailAfter(before, { ...did, outcomes: [] }),
    trailAfter(before, { ...did, outcomes: [{ ok: true, index: 2, at: 2 }] }),
    trailAfter(before, { ...did, outcomes: [{ ok: false, code: 'muted' }] }),
    trailAfter(before, { ...did, rooms: [] }),
    trailAfter(before, { ...did, rooms: [{ room: 'r2', entries: [entry] }] }),
    trailAfter(before, { ...did, rooms: [{ room: 'r1', entries: [{ ...entry, name: 'V' }] }] }),
  ]
  const digests = [trailAfter(before, did), ...others].map((trail) => trail.digest)
  assert.equal(new Set(digests).size, others.length + 1)
})
