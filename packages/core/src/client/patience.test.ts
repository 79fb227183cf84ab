import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientTuning } from './client-io.ts'
import { ClientScene, seededChance } from './client-scene.test-suite.ts'
import { Patience } from './patience.ts'

function patienceWith({ count, drawn }: { count: number; drawn: number }): Patience {
  return new Patience({ tuning: clientTuning, chance: () => drawn }, { count })
}

/** The widest wait after each of so many failures in a row. */
function windows(count: number, failures: number): readonly number[] {
  const patience = patienceWith({ count, drawn: 1 })
  return Array.from({ length: failures }, () => {
    patience.failed()
    return patience.waitMs(0)
  })
}

test('each failure doubles the window of the wait, once all addresses were tried', () => {
  assert.deepEqual(windows(1, 9), [200, 400, 800, 1_600, 3_200, 6_400, 12_800, 20_000, 20_000])
  assert.deepEqual(windows(3, 6), [100, 100, 200, 400, 800, 1_600])
})

test('the wait is drawn from all of its window', () => {
  const chance = seededChance(7)
  const patience = new Patience({ tuning: clientTuning, chance }, { count: 1 })
  for (let failure = 0; failure < 8; failure += 1) patience.failed()
  const tenths = new Set(Array.from({ length: 200 }, () => Math.floor(patience.waitMs(0) / 2_000)))
  assert.deepEqual([...tenths].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('[P9] after one loss another front-end is tried within the shortest window', () => {
  assert.equal(patienceWith({ count: 2, drawn: 1 }).waitMs(0), clientTuning.backoffMsMin)
})

test('[P7] a front-end that says when to come is obeyed, within a limit', () => {
  const atLeast = patienceWith({ count: 1, drawn: 0 })
  assert.deepEqual([atLeast.waitMs(4_000), atLeast.waitMs(1e12)], [4_000, 20_000])
})

test('whoever is asked to wait again and again waits longer and longer, by chance', () => {
  const patience = patienceWith({ count: 1, drawn: 1 })
  const waits = Array.from({ length: 5 }, () => patience.waitMs(4_000))
  assert.deepEqual(waits, [6_000, 8_000, 12_000, 20_000, 20_000])
  patience.renew()
  assert.equal(patience.waitMs(4_000), 6_000)
})

test('[P9] whoever is not welcomed in time is more patient next time, up to a limit', () => {
  const scene = new ClientScene()
  scene.holds = (frame) => frame.t === 'welcome'
  scene.start()
  const patience: number[] = []
  let dialledMs = scene.ms
  while (patience.length < 4) {
    scene.wait(50)
    const { kind } = scene.node.connection
    if (kind === 'waiting' && dialledMs > 0) {
      patience.push(scene.ms - dialledMs)
      dialledMs = 0
    } else if (kind === 'greeting' && dialledMs === 0) dialledMs = scene.ms
  }
  assert.deepEqual(patience, [5_000, 10_000, 20_000, 20_000])
})
