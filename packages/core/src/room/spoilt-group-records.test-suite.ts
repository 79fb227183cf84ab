/**
 * What real devices put into the log of an encrypted room, and then all that can be wrong with it:
 * left out, sent again, in another order, with other bytes, with another shape.
 */
import fc from 'fast-check'
import type { LoggedOperation, LogRecord } from '../log/record.ts'
import { GroupBench } from './group-bench.test-fixture.ts'

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

export const recorded = recordedOperations()
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
    if ('at' in fault) ops = ops.toSpliced(at, 1, spoilt(op, fault))
    else if (fault.kind === 'drop') ops = ops.toSpliced(at, 1)
    else if (fault.kind === 'again') ops = [...ops, op]
    else ops = ops.toSpliced(at, 2, ...ops.slice(at, at + 2).reverse())
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

export function recordOf(ops: readonly unknown[], id: string): LogRecord {
  return { id, at: 1_800_000_000_000, ops: ops.map(overTheWire) as LogRecord['ops'] }
}

/** One record for each operation. */
export const anySpoiltRecords: fc.Arbitrary<readonly LogRecord[]> = anyFaults.map((faults) =>
  withFaults(faults).map((op, at) => recordOf([op], `r${at}`)),
)
