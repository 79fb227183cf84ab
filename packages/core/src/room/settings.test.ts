import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@starling/protocol/limits'
import type { LoggedOperation } from '../log/record.ts'
import { ReplicaBench } from './replica-bench.test-suite.ts'
import { defaultSettings, settingsOf, settingsThatDiffer } from './settings.ts'

/** Whatever a record may hold. */
function put(settings: unknown): LoggedOperation {
  return { kind: 'settings', settings } as LoggedOperation
}

const closed = settingsOf({
  limits: { ...limits, messageBytesMax: 8 },
  areGuestsAllowed: false,
  isRegistrationOpen: true,
})
const done = { ok: true, index: 0, at: 0 }
const invalid = { ok: false, code: 'invalid' }

test('[L16] settings hold for all operations after them, those of their own record too', () => {
  const bench = new ReplicaBench()
  const guest = (name: string) =>
    ({ kind: 'guest', user: `u-${name}`, name, device: `d-${name}` }) as const
  const { outcomes } = bench.apply(guest('ann'), put(closed), guest('bob'))
  assert.deepEqual(
    outcomes.map((outcome) => outcome.ok || outcome.code),
    [true, true, 'guests-off'],
  )
  bench.room('u-ann', 'r1')
  bench.refuses('u-ann', 'r1', { kind: 'post', text: 'too long for this' }, 'message-too-large')
  assert.deepEqual(bench.applyOne(put(defaultSettings)), done)
  bench.says('u-ann', 'r1', 'too long for this')
  assert.ok(bench.applyOne(guest('bob')).ok)
})

test('[L16] before the first settings those of the protocol hold', () => {
  const { store } = new ReplicaBench()
  assert.deepEqual(store.settings(), defaultSettings)
  assert.equal(defaultSettings.limits.messageBytesMax, limits.messageBytesMax)
})

test('[L16] what settings do not know is left out, what they lack is as in the protocol', () => {
  const bench = new ReplicaBench()
  const some = { limits: { messageBytesMax: 9, unheardOf: { deep: 'x' } }, areGuestsAllowed: false }
  assert.deepEqual(bench.applyOne(put({ ...some, more: 'y'.repeat(1_000) })), done)
  assert.deepEqual(bench.store.settings(), {
    limits: { ...defaultSettings.limits, messageBytesMax: 9 },
    areGuestsAllowed: false,
    isRegistrationOpen: true,
  })
})

test('[L16] [P8] settings with a value that cannot be are refused and change nothing', () => {
  const bench = new ReplicaBench()
  bench.applyOne(put(closed))
  const before = bench.contents()
  const values = [0, -1, 1.5, 2 ** 53, Number.NaN, '8', null, {}, [9]]
  const bad = [
    ...[undefined, null, 7, 'settings', { limits: null }, { limits: 'none' }],
    ...[{ areGuestsAllowed: 1 }, { isRegistrationOpen: null }],
    ...values.map((messageBytesMax) => ({ limits: { messageBytesMax } })),
  ]
  for (const settings of bad) {
    assert.deepEqual(bench.applyOne(put(settings)), invalid, JSON.stringify(settings))
    assert.deepEqual(bench.replica.known(put(settings)), invalid)
    assert.deepEqual(bench.contents(), before)
  }
})

test('[L16] a configuration that no record may put is refused at once', () => {
  const beyond = { ...limits, messageBytesMax: 2 ** 31 }
  const configured = { limits: beyond, areGuestsAllowed: true, isRegistrationOpen: true }
  assert.throws(() => settingsOf(configured), /beyond what a record may put/)
})

test('[L17] settings that differ are named', () => {
  assert.deepEqual(settingsThatDiffer(closed, closed), [])
  assert.deepEqual(settingsThatDiffer(closed, defaultSettings), [
    'messageBytesMax',
    'areGuestsAllowed',
  ])
})
