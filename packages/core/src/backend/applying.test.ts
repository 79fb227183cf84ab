import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyRecords } from '../room/arbitrary-records.test-suite.ts'
import { Bench } from './backend-bench.test-fixture.ts'

test('[L10] [L16] backends of different configurations make the same of one log', () => {
  const tight = { messageBytesMax: 3, userRoomsMax: 1, roomMembersMax: 1, refusalsPerOutboxMax: 1 }
  fc.assert(
    fc.property(anyRecords, fc.integer({ min: 1, max: 9 }), (records, together) => {
      const one = new Bench()
      const two = new Bench({}, { name: 'other', limits: tight, areGuestsAllowed: false })
      const logged = records.map((record, at) => ({ position: at + 1, record }))
      for (const record of logged) one.node.records(one.now, [record])
      for (let from = 0; from < logged.length; from += together) {
        two.node.records(two.now, logged.slice(from, from + together))
      }
      assert.deepEqual(two.store.contents(), one.store.contents())
    }),
  )
})

test('[L6] records that come together are applied together or not at all', () => {
  const bench = Bench.withRoom()
  const { store } = bench
  const before = store.contents()
  const say = (number: number, text: string) => ({
    position: store.position + number,
    record: {
      id: `record-${number}`,
      at: 1,
      ops: [
        {
          kind: 'room' as const,
          room: 'r1',
          by: 'u-ada',
          outbox: 'o-ada',
          number: number + 1,
          op: { kind: 'post' as const, text },
        },
      ],
    },
  })
  const records = [say(1, 'one'), say(2, 'two'), say(3, 'three')]
  const { putEntry } = store
  store.putEntry = (room, entry) => {
    if (entry.kind === 'post' && entry.text === 'three') throw new Error('the disk is full')
    putEntry.call(store, room, entry)
  }
  assert.throws(() => bench.node.records(bench.now, records), /disk is full/)
  assert.deepEqual(store.contents(), before)
  store.putEntry = putEntry
  bench.node.records(bench.now, records)
  assert.equal(store.room('r1')?.head, 4)
})
