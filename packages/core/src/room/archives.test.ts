import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import { type BenchDevice, GroupBench } from './group-bench.test-fixture.ts'

function scene() {
  const bench = new GroupBench()
  const [ann, bob] = [bench.person('ann'), bench.person('bob')]
  return { bench, ann, bob }
}

function archived(bench: GroupBench, device: BenchDevice, prefix = '', after?: string) {
  const frame = { t: 'archived', prefix, ...(after === undefined ? {} : { after }) } as const
  return bench.answers(device, 'archived', frame)
}

test('[E15] of a key the first row stands, by key and for its person alone', () => {
  const { bench, ann, bob } = scene()
  const rows = [
    { key: 'e:r2:1:0', box: 'Yg' },
    { key: 'e:r1:1:0', box: 'YQ' },
    { key: 'e:r1:1:0', box: 'eA' },
  ]
  bench.settles(ann, { t: 'archive', rows })
  bench.settles(ann, { t: 'archive', rows: [{ key: 'e:r2:1:0', box: 'eA' }] })
  assert.deepEqual(archived(bench, ann).rows, [rows[1], rows[0]])
  assert.deepEqual(archived(bench, ann, 'e:r2:').rows, [rows[0]])
  assert.deepEqual(archived(bench, ann, '', 'e:r1:1:0').rows, [rows[0]])
  assert.deepEqual(archived(bench, bob).rows, [])
  assert.equal(bench.store.keys.identity(ann.user)?.archived, 2)
  const again = bench.operation(ann, { t: 'archive', rows })
  assert.deepEqual(bench.replica.known(again), { ok: true, index: 0, at: 0 })
})

test('[E15] an answer holds so many rows and says whether there are more', () => {
  const { bench, ann } = scene()
  const { archiveRowsPerAnswerMax: max, archiveRowsPerAskMax } = limits
  const keys = Array.from({ length: max + 1 }, (_, n) => `k${`${n}`.padStart(4, '0')}`)
  for (let at = 0; at < keys.length; at += archiveRowsPerAskMax) {
    const rows = keys.slice(at, at + archiveRowsPerAskMax).map((key) => ({ key, box: '' }))
    bench.settles(ann, { t: 'archive', rows })
  }
  const first = archived(bench, ann)
  assert.deepEqual([first.rows.length, first.more], [max, true])
  const rest = archived(bench, ann, '', first.rows.at(-1)?.key)
  assert.deepEqual([rest.rows.map(({ key }) => key), rest.more], [keys.slice(max), false])
})

test('[E15] a new identity begins with an empty archive, into which no late row comes', () => {
  const { bench, ann } = scene()
  const rows = [{ key: 'k1', box: 'YQ' }]
  const late = bench.operation(ann, { t: 'archive', rows: [{ key: 'k2', box: 'YQ' }] })
  bench.settles(ann, { t: 'archive', rows })
  const { publish } = bench.works(ann, 'publish', {
    kind: 'reset-identity',
    keys: bench.keys(ann),
  })
  bench.settles(ann, { t: 'publish', ...publish })
  bench.accepts(late)
  assert.deepEqual(archived(bench, ann).rows, [])
  bench.settles(ann, { t: 'archive', rows })
  assert.deepEqual(archived(bench, ann).rows, rows)
})

test('[E15] an archive is full at its limit', () => {
  const { bench, ann } = scene()
  const identity = bench.store.keys.identity(ann.user)!
  const archivedNow = limits.archiveRowsPerPersonMax - 1
  bench.store.transact(bench.store.position + 1, () => {
    bench.store.keys.putIdentity({ ...identity, archived: archivedNow })
  })
  const archive = (...keys: readonly string[]) =>
    bench.applyOne(
      bench.operation(ann, { t: 'archive', rows: keys.map((key) => ({ key, box: '' })) }),
    )
  assert.deepEqual(archive('a', 'b'), { ok: false, code: 'archive-full' })
  assert.ok(archive('a').ok)
  assert.deepEqual(archive('b'), { ok: false, code: 'archive-full' })
  assert.ok(archive('a').ok, 'a repeat takes no room')
})

test("[E16] a link mail reaches the device named, once, and only one of one's own", () => {
  const { bench, ann, bob } = scene()
  const phone = bench.secondDevice(ann, 'd-phone')
  const mail = (by: BenchDevice) =>
    bench.operation(by, {
      ...{ t: 'mail', device: phone.device, box: 'YQ' },
    })
  assert.ok(bench.applyOne(mail(ann)).ok)
  const { head } = bench.store.room(ann.user)!
  assert.deepEqual(bench.body(ann.user, head), {
    ...{ kind: 'mail', device: phone.device },
    mail: { kind: 'link', box: 'YQ' },
  })
  assert.deepEqual(bench.replica.known(mail(ann)), { ok: true, index: 0, at: 0 })
  assert.ok(bench.applyOne(mail(ann)).ok)
  assert.equal(bench.store.room(ann.user)?.head, head)
  assert.deepEqual(bench.applyOne(mail(bob)), { ok: false, code: 'not-allowed' })
})
