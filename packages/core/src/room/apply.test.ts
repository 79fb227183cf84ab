import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoggedOperation, LogRecord } from '../log/record.ts'
import type { Applied } from './applied.ts'
import { Replica, roomsTouchedBy } from './apply.ts'
import { anyOp, anyRecords, tightLimits } from './arbitrary-records.test-suite.ts'
import { MemoryStore } from './memory-store.ts'

class TwinReplicas {
  readonly stores = [new MemoryStore(), new MemoryStore()] as const
  readonly #replicas = this.stores.map((store) => new Replica({ store }))

  get store(): MemoryStore {
    return this.stores[0]
  }

  get replica(): Replica {
    return this.#replicas[0]!
  }

  apply(record: LogRecord): Applied {
    const position = this.store.position + 1
    const [one, two] = this.#replicas.map((replica) => replica.apply(position, record))
    assert.deepEqual(one, two)
    return one!
  }

  contents(): readonly string[] {
    return this.store.contents().filter((line) => !line.startsWith('position '))
  }
}

const runs = { numRuns: 200 }
const oneOp = (op: unknown) => ({ id: 'one', at: 5_000, ops: [op] }) as LogRecord

test('[L10] two replicas come to the same outcomes and state, whatever the records', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const twins = new TwinReplicas()
      for (const record of records) twins.apply(record)
      assert.deepEqual(twins.stores[0].contents(), twins.stores[1].contents())
    }),
    runs,
  )
})

test('[P8] each operation of any record gets an outcome; its entries are those it reports', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const twins = new TwinReplicas()
      for (const record of records) {
        const { outcomes, rooms, position } = twins.apply(record)
        assert.equal(position, twins.store.position)
        const ops = Array.isArray(record?.ops) ? record.ops : []
        assert.equal(outcomes.length, ops.length)
        const touched = new Set(ops.flatMap((op) => roomsTouchedBy(twins.store, op)))
        for (const { room, entries } of rooms) {
          assert.ok(touched.has(room), `${room} is not among ${[...touched]}`)
          const head = twins.store.room(room)!.head
          const expected = entries.map((_, i) => head - entries.length + 1 + i)
          assert.deepEqual(
            entries.map((entry) => entry.index),
            expected,
          )
        }
      }
    }),
    runs,
  )
})

test('[P3] indexes are dense and times never go back, whatever the records', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const twins = new TwinReplicas()
      for (const record of records) twins.apply(record)
      for (const room of ['r1', 'r2', 'r3', 'u-a', 'u-b', 'd:u-a:u-b']) {
        const row = twins.store.room(room)
        const entries = twins.store.entries(room, 1, 10_000)
        assert.deepEqual(
          entries.map((entry) => entry.index),
          Array.from({ length: row?.head ?? 0 }, (_, i) => i + 1),
        )
        const times = entries.map((entry) => entry.at)
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        )
        assert.equal(times.at(-1), row?.lastAt)
      }
    }),
    runs,
  )
})

test('[L11] counts of members and owners agree with the memberships', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const twins = new TwinReplicas()
      for (const record of records) twins.apply(record)
      for (const room of ['r1', 'r2', 'r3', 'd:u-a:u-b', 'd:u-b:u-c']) {
        const row = twins.store.room(room)
        const members = twins.store.members(room, { after: '', limit: 100 })
        assert.equal(members.length, row?.members ?? 0)
        assert.ok(members.length <= tightLimits.roomMembersMax)
        const owners = members.filter((member) => member.role === 'owner').length
        assert.equal(owners, row?.owners ?? 0)
        assert.equal(members.length > 0 && row?.kind !== 'direct', owners > 0)
      }
    }),
    runs,
  )
})

test('[P8] a refused operation changes nothing but the outbox whose number it used', () => {
  fc.assert(
    fc.property(anyRecords, fc.array(anyOp, { maxLength: 20 }), (records, ops) => {
      const twins = new TwinReplicas()
      for (const record of records) twins.apply(record)
      for (const op of ops) {
        const before = twins.contents()
        const { outcomes, rooms } = twins.apply(oneOp(op))
        if (outcomes[0]!.ok) continue
        assert.deepEqual(rooms, [])
        const isOther = (line: string) => !line.startsWith('outboxes ')
        const isUnturned = outcomes[0]!.code === 'out-of-turn'
        const keep = isUnturned ? () => true : isOther
        assert.deepEqual(twins.contents().filter(keep), before.filter(keep))
      }
    }),
    runs,
  )
})

test('[P2] any send again, at any later time, gets the first outcome and changes nothing', () => {
  fc.assert(
    fc.property(anyRecords, anyRecords, (records, more) => {
      const twins = new TwinReplicas()
      const firsts: { op: LoggedOperation; outcome: object }[] = []
      for (const record of records) {
        twins.apply(record).outcomes.forEach((outcome, i) => {
          const op = record.ops[i]!
          const isSettled = outcome.ok || outcome.code !== 'out-of-turn'
          if (op?.kind === 'room' && op.outbox !== undefined && isSettled) {
            firsts.push({ op, outcome })
          }
        })
      }
      for (const record of more) twins.apply(record)
      for (const { op, outcome } of firsts) {
        const before = twins.contents()
        const known = twins.replica.known(op)
        const again = twins.apply(oneOp(op)).outcomes[0]
        assert.deepEqual(again, known)
        assert.deepEqual(twins.contents(), before)
        if (isForgotten(again) || isOpened(op, again)) continue
        assert.deepEqual(again, outcome)
      }
    }),
    runs,
  )
})

/** A direct conversation that was opened since by the other is found. */
function isOpened(op: LoggedOperation, outcome: unknown): boolean {
  const { ok, index } = outcome as { ok: boolean; index?: number }
  return op.kind === 'room' && op.op?.kind === 'direct' && ok && index === 1
}

function isForgotten(outcome: unknown): boolean {
  return (outcome as { code?: string }).code === 'forgotten'
}

test('[P8] what is known of any operation is what the log would decide', () => {
  fc.assert(
    fc.property(anyRecords, fc.array(anyOp, { maxLength: 20 }), (records, ops) => {
      const twins = new TwinReplicas()
      for (const record of records) twins.apply(record)
      for (const op of ops) {
        const known = twins.replica.known(op as LoggedOperation)
        const { outcomes } = twins.apply(oneOp(op))
        if (known !== undefined) assert.deepEqual(outcomes[0], known, JSON.stringify(op))
      }
    }),
    runs,
  )
})
