/**
 * The same as agreement.test.ts for encrypted rooms: what devices log, and what may be wrong with
 * it, has the same outcomes in both stores and leaves the same to be read.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '@starling/core/log/record'
import { Replica } from '@starling/core/room/apply'
import { MemoryStore } from '@starling/core/room/memory-store'
import { anySpoiltRecords } from '@starling/core/room/spoilt-group-records.test-suite'
import type { Store } from '@starling/core/room/store'
import fc from 'fast-check'
import { openSqliteStore } from '../store/sqlite-store.ts'

const rooms = ['r1', 'r2']
const users = ['u-ann', 'u-bob', 'u-cyd']

function everythingIn(store: Store) {
  const { groups, keys, trail } = store
  const devices = users.flatMap((user) => keys.devicesOf(user).map(({ device }) => device))
  return {
    trail,
    rooms: rooms.map((room) => [
      [store.room(room), groups.group(room), groups.leaves(room), groups.nodes(room)],
      [1, 2].map((gen) => groups.commits(room, gen, 0, 1_000)),
      users.map((user) => groups.leavesOfUser(room, user)),
      devices.map((device) => [groups.leafOf(room, device), groups.leavesOfDevice(device)]),
      groups.absent(room, 9),
    ]),
    people: users.map((user) => [
      keys.identity(user),
      keys.devicesOf(user),
      [1, 2].map((version) => keys.archived(user, { version, prefix: '', after: '', limit: 9 })),
    ]),
    packages: devices.map((device) => [keys.countPackages(device), keys.packages(device, 1_000)]),
  }
}

test('[L6] whatever is logged of encrypted rooms, both stores agree on what it did', () => {
  const property = fc.property(
    anySpoiltRecords,
    fc.integer({ min: 1, max: 9 }),
    (records, recordsPerBatch) => {
      const memory = new MemoryStore()
      const { store: sqlite, close } = openSqliteStore(':memory:')
      const replicas = [memory, sqlite].map((store) => new Replica({ store }))
      const applyBoth = (record: LogRecord, at: number) => {
        const [expected, found] = replicas.map((replica) => replica.apply(at + 1, record))
        assert.deepEqual(found, expected)
        for (const op of record.ops) {
          const [known, knownToo] = replicas.map((replica) => replica.known(op))
          assert.deepEqual(knownToo, known)
        }
      }
      try {
        for (let from = 0; from < records.length; from += recordsPerBatch) {
          const some = records.slice(from, from + recordsPerBatch)
          const applySome = () =>
            some.forEach((record, at) => {
              applyBoth(record, from + at)
            })
          memory.batch(() => sqlite.batch(applySome))
        }
        assert.deepEqual(everythingIn(sqlite), everythingIn(memory))
      } finally {
        close()
      }
    },
  )
  fc.assert(property, { numRuns: 60 })
})
