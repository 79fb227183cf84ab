import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import type { LogRecord } from '../log/record.ts'
import { settingsOf } from '../room/settings.ts'
import { Bench } from './backend-bench.test-fixture.ts'

const guest = { kind: 'guest', user: 'u-eve', name: 'eve', device: 'device-eve' } as const

function inReach(bench: Bench, canAppend = true): Bench {
  bench.node.logReach(bench.now, canAppend, canAppend ? '' : 'no leader')
  bench.turn()
  return bench
}

function withoutGuests(): Bench {
  const bench = new Bench({}, { areGuestsAllowed: false })
  bench.greet('f1')
  return bench
}

function kindsOf(records: readonly LogRecord[]): readonly (readonly string[])[] {
  return records.map((record) => record.ops.map((op) => op.kind))
}

function foreign(id: string, messageBytesMax: number): LogRecord {
  const settings = settingsOf({
    limits: { ...limits, messageBytesMax },
    areGuestsAllowed: false,
    isRegistrationOpen: true,
  })
  return { id, at: 1, ops: [{ kind: 'settings', settings }] }
}

test('[L17] the settings of the configuration go before whatever was asked', () => {
  const bench = withoutGuests()
  const request = bench.request('f1', guest)
  inReach(bench)
  assert.deepEqual(kindsOf(bench.appends), [[]])
  bench.land()
  assert.equal(bench.store.settings().areGuestsAllowed, false)
  assert.deepEqual(bench.reply(request), { kind: 'refused', code: 'guests-off' })
  assert.deepEqual(bench.node.figures().settingsDiffer, [])
})

test('[L17] while the state has the same settings nothing waits and none are put', () => {
  const bench = inReach(new Bench())
  bench.greet('f1')
  bench.request('f1', guest)
  assert.deepEqual(kindsOf(bench.appends), [[], ['guest']])
  bench.land()
  assert.deepEqual(bench.appends, [])
})

test('[L17] what the log holds already is looked at before anything is put', () => {
  const bench = withoutGuests()
  inReach(bench)
  bench.hears(foreign('other.1', limits.messageBytesMax))
  bench.land()
  assert.deepEqual([bench.appends, bench.node.figures().settingsDiffer], [[], []])
})

test('[L17] settings that another backend puts later are left, and shown once', () => {
  const bench = inReach(withoutGuests())
  bench.land()
  const shown = () => bench.others.splice(0)
  assert.deepEqual(shown(), [])
  for (const id of ['other.1', 'other.2']) bench.hears(foreign(id, 9))
  assert.deepEqual(shown(), [{ kind: 'settings-differ', names: ['messageBytesMax'] }])
  assert.deepEqual(bench.node.figures().settingsDiffer, ['messageBytesMax'])
  inReach(inReach(bench, false))
  bench.tick(5_000)
  assert.deepEqual(bench.appends, [])
  bench.hears(foreign('other.3', limits.messageBytesMax))
  assert.deepEqual([shown(), bench.node.figures().settingsDiffer], [[], []])
})

test('[L17] without the log the settings wait for it', () => {
  const bench = inReach(withoutGuests(), false)
  bench.tick(5_000)
  assert.deepEqual(bench.appends, [])
  inReach(bench)
  assert.equal(bench.appends.length, 1)
})

test('[L17] what the log refused is tried again, a second later at the earliest', () => {
  const bench = inReach(withoutGuests())
  for (let n = 0; n < 3; n += 1) {
    const record = bench.appends.shift()!
    bench.node.appendFailed(bench.now, record.id, { code: 'unavailable' })
    bench.tick(999)
    assert.deepEqual(bench.appends, [])
    bench.tick(1)
    assert.equal(bench.appends.length, 1)
  }
  bench.land()
  assert.equal(bench.store.settings().areGuestsAllowed, false)
})

test('[L17] settings that were given up and stand all the same are not put again', () => {
  const bench = inReach(withoutGuests())
  bench.hears(bench.appends.shift()!)
  const settings = bench.appends.shift()!
  assert.deepEqual(kindsOf([settings]), [['settings']])
  bench.node.appendFailed(bench.now, settings.id, { code: 'unavailable' })
  bench.hears(settings)
  bench.hears(foreign('other.1', 9))
  bench.tick(5_000)
  assert.deepEqual(bench.appends, [])
  assert.equal(bench.store.settings().limits.messageBytesMax, 9)
})
