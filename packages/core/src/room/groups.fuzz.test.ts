/**
 * What real devices put into the log, and then all that can be wrong with it: left out, sent again,
 * in another order, with other bytes, with another shape.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoggedOperation, LogRecord } from '../log/record.ts'
import { Replica, roomsTouchedBy } from './apply.ts'
import { GroupBench } from './group-bench.test-fixture.ts'
import { MemoryStore } from './memory-store.ts'

function recordedOperations(): readonly LoggedOperation[] {
  const bench = new GroupBench()
  const [ann, bob, cyd] = [bench.person('ann'), bench.person('bob'), bench.person('cyd')]
  bench.securedRoom('r1', ann, bob)
  const phone = bench.secondDevice(ann, 'd-phone')
  bench.link(phone, ann)
  bench.speaks(ann, 'r1', 'one')
  bench.joinsByItself(phone, 'r1')
  bench.opens(ann, 'r1')
  bench.letsIn('r1', ann, cyd.user)
  bench.commits(ann, 'r1', { add: [cyd] })
  bench.welcomed(cyd, 'r1')
  bench.speaks(cyd, 'r1', 'two')
  bench.settles(cyd, { t: 'archive', rows: [{ key: 'e:r1:1:1', box: 'YQ' }] })
  bench.does(ann.user, 'r1', { kind: 'kick', user: bob.user })
  bench.commits(ann, 'r1', { remove: bench.group(ann, 'r1').removals })
  bench.accepts({ kind: 'revoke', user: ann.user, devices: [phone.device] })
  bench.commits(ann, 'r1', { remove: bench.group(ann, 'r1').removals })
  const reset = { kind: 'reset-identity', keys: bench.keys(cyd) } as const
  bench.settles(cyd, { t: 'publish', ...bench.works(cyd, 'publish', reset).publish })
  bench.publishes(cyd)
  bench.joinsByItself(cyd, 'r1')
  bench.begins(ann, 'r1', 2)
  bench.joinsByItself(cyd, 'r1')
  bench.speaks(cyd, 'r1', 'three')
  return bench.records.flatMap(({ ops }) => ops)
}

const recorded = recordedOperations()
const anyAt = fc.nat(1_000_000)
const anyValue = fc.oneof(
  fc.anything(),
  fc.constantFrom('', 'A', 'AAAA', '____', 0, 1, -1, 2 ** 53, null, [], {}),
)

/** What is done to one of the operations. */
const anyFault = fc.oneof(
  fc.record({ kind: fc.constantFrom('drop' as const, 'again' as const, 'swap' as const) }),
  fc.record({ kind: fc.constant('byte' as const), at: anyAt, to: fc.constantFrom('A', 'Q', '_') }),
  fc.record({ kind: fc.constant('cut' as const), at: anyAt }),
  fc.record({ kind: fc.constant('field' as const), at: anyAt, to: anyValue }),
)
type Fault = typeof anyFault extends fc.Arbitrary<infer F> ? F : never

const anyFaults = fc.array(fc.tuple(anyAt, anyFault), { minLength: 1, maxLength: 6 })

function withFaults(faults: readonly (readonly [number, Fault])[]): readonly unknown[] {
  let ops: unknown[] = [...recorded]
  for (const [where, fault] of faults) {
    const at = where % ops.length
    const op = ops[at]
    if (fault.kind === 'drop') ops = ops.toSpliced(at, 1)
    else if (fault.kind === 'again') ops = [...ops, op]
    else if (fault.kind === 'swap') ops = ops.toSpliced(at, 2, ...ops.slice(at, at + 2).reverse())
    else ops = ops.toSpliced(at, 1, spoilt(op, fault))
  }
  return numbered(ops)
}

type Spoiling = Extract<Fault, { at: number }>

/** Goes down to some leaf of the value, and spoils that. */
function spoilt(value: unknown, fault: Spoiling): unknown {
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value)
    if (names.length === 0) return value
    const name = names[fault.at % names.length]!
    const inner = { ...fault, at: Math.floor(fault.at / names.length) }
    const isHere = fault.kind === 'field' && inner.at % 2 === 0
    const field = (value as Record<string, unknown>)[name]
    const spoiltField = isHere ? fault.to : spoilt(field, inner)
    if (Array.isArray(value)) return value.toSpliced(Number(name), 1, spoiltField)
    return { ...value, [name]: spoiltField }
  }
  if (typeof value !== 'string' || fault.kind === 'field') {
    return fault.kind === 'field' ? fault.to : value
  }
  const at = fault.at % (value.length + 1)
  if (fault.kind === 'cut') return value.slice(0, at)
  return value.slice(0, at) + fault.to + value.slice(at + 1)
}

/** What is left of a device's outbox counts without a hole again. */
function numbered(ops: readonly unknown[]): readonly unknown[] {
  const numbers = new Map<string, number>()
  return ops.map((op) => {
    if (typeof op !== 'object' || op === null || !('number' in op) || !('outbox' in op)) return op
    const key = JSON.stringify([op.outbox, 'room' in op ? op.room : ''])
    numbers.set(key, (numbers.get(key) ?? 0) + 1)
    return { ...op, number: numbers.get(key) }
  })
}

/** Values as a record can hold them. */
function overTheWire(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? `${one}` : one))
  return text === undefined ? null : JSON.parse(text)
}

function recordOf(ops: readonly unknown[], id: string): LogRecord {
  return { id, at: 1_800_000_000_000, ops: ops.map(overTheWire) as LogRecord['ops'] }
}

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
    fc.property(anyFaults, (faults) => {
      const store = new MemoryStore()
      const replica = new Replica({ store })
      withFaults(faults).forEach((op, at) => {
        replica.apply(at + 1, recordOf([op], `r${at}`))
        checkGroup(store, 'r1')
      })
    }),
    { numRuns: 200 },
  )
})

test('[P3] the rooms that an operation is said to touch hold all the entries that it makes', () => {
  fc.assert(
    fc.property(anyFaults, (faults) => {
      const store = new MemoryStore()
      const replica = new Replica({ store })
      withFaults(faults).forEach((op, at) => {
        const record = recordOf([op], `r${at}`)
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
    fc.property(anyFaults, (faults) => {
      const stores = [new MemoryStore(), new MemoryStore()]
      const replicas = stores.map((store) => new Replica({ store }))
      withFaults(faults).forEach((op, at) => {
        const [one, other] = replicas.map((replica) =>
          replica.apply(at + 1, recordOf([op], `r${at}`)),
        )
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
