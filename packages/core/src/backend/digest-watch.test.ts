import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from '../log/record.ts'
import { Bench } from './backend-bench.test-fixture.ts'
import { type Claim, DigestWatch } from './digest-watch.ts'

const tuning = { digestEvery: 10, claimMs: 1_000, claimAgainMs: 10_000 }
const now = (ms: number) => ({ ms, wallMs: 0 })

/** Stands at checkpoint 20 with the digest `own`. */
function watching(): DigestWatch {
  const watch = new DigestWatch('a', tuning)
  watch.applied(20, 'own')
  return watch
}

function claim(backend: string, digest: string, position = 20): Claim {
  return { backend, position, digest }
}

test('[L19] two that agree against one are right, and it says so once', () => {
  const watch = watching()
  watch.heard(claim('b', 'other'))
  assert.equal(watch.takeDiverged(), undefined)
  assert.equal(watch.disputes, 1)
  watch.heard(claim('c', 'other'))
  assert.match(watch.takeDiverged() ?? '', /position 20 .* own, but another one at b, c/)
  watch.heard(claim('d', 'other'))
  assert.equal(watch.takeDiverged(), undefined)
  assert.notEqual(watch.diverged, undefined)
})

test('[L19] one against one is a dispute until a third says who is right', () => {
  const watch = watching()
  watch.heard(claim('b', 'other'))
  assert.equal(watch.disputes, 1)
  watch.heard(claim('c', 'own'))
  assert.deepEqual([watch.disputes, watch.diverged], [0, undefined])
})

test('[L19] two against two is a dispute on either side', () => {
  const watch = watching()
  watch.heard(claim('b', 'own'))
  watch.heard(claim('c', 'other'))
  watch.heard(claim('d', 'other'))
  assert.deepEqual([watch.disputes, watch.diverged], [1, undefined])
})

test('[L19] others that differ from each other too are no majority', () => {
  const watch = watching()
  watch.heard(claim('b', 'other'))
  watch.heard(claim('c', 'another'))
  assert.deepEqual([watch.disputes, watch.diverged], [1, undefined])
})

test('[L19] one backend is one voice, that which it had last', () => {
  const watch = watching()
  for (let n = 0; n < 3; n += 1) watch.heard(claim('b', 'other'))
  watch.heard(claim('a', 'other'))
  assert.equal(watch.diverged, undefined)
  watch.heard(claim('b', 'own'))
  assert.equal(watch.disputes, 0)
})

test('[L19] agreement, other positions and what was heard of before say nothing', () => {
  const watch = watching()
  watch.heard(claim('b', 'own'))
  watch.heard(claim('b', 'x', 10))
  watch.heard(claim('b', 'y', 30))
  watch.heard(claim('c', 'y', 30))
  assert.deepEqual([watch.disputes, watch.diverged], [0, undefined])
})

test('[L19] claims of positions that are not reached yet wait', () => {
  const watch = watching()
  for (const backend of ['b', 'c']) watch.heard(claim(backend, 'theirs', 40))
  watch.applied(30, 'x')
  assert.equal(watch.diverged, undefined)
  watch.applied(40, 'mine')
  assert.notEqual(watch.diverged, undefined)
})

test('[P7] claims are kept up to limits, of each backend the newest', () => {
  const watch = new DigestWatch('a', tuning)
  for (let n = 1; n <= 10_000; n += 1) watch.heard(claim('b', 'theirs', n * 10))
  watch.heard(claim('c', 'theirs', 10))
  watch.heard(claim('c', 'theirs', 100_000))
  watch.applied(10, 'mine')
  assert.deepEqual([watch.disputes, watch.diverged], [1, undefined])
  for (let n = 0; n < 1_000; n += 1) watch.heard(claim(`stranger-${n}`, 'x', 5))
  watch.heard(claim('x'.repeat(1_000), 'theirs', 100_000))
  watch.applied(100_000, 'mine')
  assert.deepEqual([watch.disputes, watch.diverged], [1, undefined])
  for (let n = 1; n <= 10_000; n += 1) watch.applied(100_000 + n * 10, 'mine')
  assert.equal(watch.disputes, 0)
})

test('[L19] new checkpoints are told once a second, the newest again every ten', () => {
  const watch = new DigestWatch('a', tuning)
  const told = (ms: number) => watch.take(now(ms)).map(({ position }) => position)
  assert.deepEqual(told(0), [])
  watch.applied(9, 'x')
  watch.applied(10, 'y')
  watch.applied(20, 'z')
  assert.deepEqual(watch.take(now(0)), [
    { backend: 'a', position: 10, digest: 'y' },
    { backend: 'a', position: 20, digest: 'z' },
  ])
  watch.applied(30, 'w')
  assert.deepEqual([told(999), told(1_000)], [[], [30]])
  assert.deepEqual([told(10_999), told(11_000), told(12_000)], [[], [30], []])
})

test('[L19] of many checkpoints all backends tell the same few', () => {
  const told = (from: number) => {
    const watch = new DigestWatch('a', tuning)
    for (let position = from; position <= 3_000; position += 10) watch.applied(position, 'x')
    return watch.take(now(0)).map(({ position }) => position)
  }
  const [one, two] = [told(10), told(500)]
  assert.ok(one.length > 2 && one.length <= 8, `${one}`)
  assert.deepEqual(
    two,
    one.filter((position) => position >= 500),
  )
})

test('[L19] a replica whose state was damaged finds itself alone and stops', () => {
  const benches = ['a', 'b', 'c'].map((name) => new Bench({ digestEvery: 2 }, { name }))
  const damaged = benches[1]!
  const hear = (record: LogRecord) => {
    for (const bench of benches) bench.hears(record)
  }
  const talk = () => {
    for (const bench of benches) bench.tick(1_000)
    for (const bench of benches) {
      for (const output of bench.others) {
        if (output.kind !== 'claim') continue
        for (const other of benches) other.node.claimHeard(other.now, output.claim)
      }
    }
    for (const bench of benches) bench.turn()
  }
  const stopped = () =>
    benches.map((bench) => bench.others.filter((one) => one.kind === 'diverged').length)
  const say = (number: number): LogRecord => ({
    id: `record-${number}`,
    at: number,
    ops: [
      {
        kind: 'room',
        room: 'r1',
        by: 'u-ada',
        outbox: 'o-ada',
        number,
        op: number === 1 ? create : { kind: 'post', text: `message ${number}` },
      },
    ],
  })
  hear({ id: 'arrival', at: 1, ops: [{ kind: 'guest', user: 'u-ada', name: 'ada', device: 'd' }] })
  for (const number of [1, 2, 3]) hear(say(number))
  talk()
  assert.deepEqual(stopped(), [0, 0, 0])
  const { store } = damaged
  store.transact(store.position, () => store.putRoom({ ...store.room('r1')!, lastAt: 77 }))
  for (const number of [4, 5]) hear(say(number))
  talk()
  assert.deepEqual(stopped(), [0, 1, 0])
  damaged.greet('f1')
  const health = damaged.down('f1', 'health').at(-1)?.health
  assert.equal(health?.canAppend, false)
  assert.match(health?.why ?? '', /another one at a, c/)
  assert.deepEqual(
    benches.map((bench) => bench.node.figures().digestDisputes > 0),
    [false, true, false],
  )
  talk()
  assert.deepEqual(stopped(), [0, 1, 0])
})

const create = { kind: 'create', room: 'public', name: 'general' } as const

test('[L19] who does not apply for itself tells nothing', () => {
  const bench = new Bench({ digestEvery: 1 })
  const applied = { position: 7, outcomes: [], rooms: [], digest: 'x' }
  const record = { id: 'record', at: 1, ops: [] }
  bench.store.transact(7, () => undefined)
  bench.node.records(bench.now, [{ position: 7, record, applied }])
  bench.tick(20_000)
  assert.deepEqual(bench.others, [])
})
