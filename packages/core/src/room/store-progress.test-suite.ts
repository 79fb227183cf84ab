/**
 * The part of the store's contract that is about how far it has come: position, trail and settings
 * stand together with what was put beside them, and several transactions in a batch are one.
 */
import assert from 'node:assert/strict'
import { limits } from '@starling/protocol/limits'
import { defaultSettings, settingsOf } from './settings.ts'
import type { Store } from './store.ts'
import type { Rule } from './store-contract.test-suite.ts'

const trail = { recordId: 'record-1', digest: 'd1' }
const later = { recordId: 'record-2', digest: 'd2' }
const closed = settingsOf({ limits, areGuestsAllowed: false, isRegistrationOpen: false })
const short = settingsOf({
  limits: { ...limits, messageBytesMax: 7 },
  areGuestsAllowed: true,
  isRegistrationOpen: true,
})

export function progressContract(rule: Rule): void {
  trails(rule)
  batches(rule)
}

function putBoth(store: Store, position: number): void {
  store.transact(position, () => {
    store.putTrail({ recordId: `record-${position}`, digest: `d${position}` })
    store.putBan('r1', `u-${position}`)
  })
}

function trails(rule: Rule): void {
  rule('[L6] a new store has no trail, and the settings of the protocol', (store) => {
    assert.deepEqual(store.trail, { recordId: '', digest: '' })
    assert.deepEqual(store.settings(), defaultSettings)
  })
  rule('[L6] trail and settings stand as they were put last', (store) => {
    store.transact(1, () => {
      store.putTrail(later)
      store.putSettings(closed)
      store.putTrail(trail)
      assert.deepEqual([store.trail, store.settings()], [trail, closed])
    })
    assert.deepEqual([store.trail, store.settings()], [trail, closed])
    store.transact(2, () => store.putTrail(later))
    assert.deepEqual([store.position, store.trail, store.settings()], [2, later, closed])
    store.transact(3, () => store.putSettings(short))
    assert.deepEqual([store.position, store.trail, store.settings()], [3, later, short])
  })
  rule('[L6] when the work throws, trail and settings are as before', (store) => {
    store.transact(1, () => {
      store.putTrail(trail)
      store.putSettings(closed)
    })
    const spoil = () => {
      store.putTrail(later)
      store.putSettings(short)
      throw new Error('spoilt')
    }
    assert.throws(() => store.transact(2, spoil), /spoilt/)
    assert.deepEqual([store.position, store.trail, store.settings()], [1, trail, closed])
  })
  rule('[L6] a transaction hands on what its work made', (store) => {
    assert.equal(
      store.transact(1, () => 'made'),
      'made',
    )
    assert.equal(
      store.batch(() => 'made too'),
      'made too',
    )
  })
}

function batches(rule: Rule): void {
  rule('[L6] the transactions of a batch see each other and stand together', (store) => {
    store.batch(() => {
      putBoth(store, 1)
      assert.deepEqual([store.position, store.trail], [1, { recordId: 'record-1', digest: 'd1' }])
      putBoth(store, 2)
      assert.equal(store.isBanned('r1', 'u-1'), true)
    })
    assert.deepEqual([store.position, store.trail.digest], [2, 'd2'])
    assert.deepEqual([store.isBanned('r1', 'u-1'), store.isBanned('r1', 'u-2')], [true, true])
  })
  rule('[L6] when one transaction of a batch throws, none of them stands', (store) => {
    putBoth(store, 1)
    const spoil = () => {
      putBoth(store, 2)
      store.transact(3, () => {
        store.putBan('r1', 'u-3')
        throw new Error('spoilt')
      })
    }
    const swallow = () => {
      try {
        spoil()
      } catch {
        putBoth(store, 4)
      }
    }
    for (const work of [spoil, swallow]) {
      assert.throws(() => store.batch(work), /spoilt|failed/)
      assert.deepEqual([store.position, store.trail.digest], [1, 'd1'])
      const banned = [1, 2, 3, 4].map((n) => store.isBanned('r1', `u-${n}`))
      assert.deepEqual(banned, [true, false, false, false])
    }
    putBoth(store, 2)
    assert.equal(store.position, 2)
  })
  rule('[L6] a batch that throws between its transactions leaves nothing', (store) => {
    const work = () => {
      putBoth(store, 1)
      throw new Error('between')
    }
    assert.throws(() => store.batch(work), /between/)
    assert.deepEqual([store.position, store.isBanned('r1', 'u-1')], [0, false])
  })
}
