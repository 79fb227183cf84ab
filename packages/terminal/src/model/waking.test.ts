import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, aState } from '../testing/frame.ts'
import { aWorld } from '../testing/world.ts'
import { isTroubleShown, nextWake } from './waking.ts'

const waiting = aWorld({
  connection: { kind: 'waiting', untilMs: 8_250, untilWallMs: 0, attempt: 1, why: 'gone' },
})

function stateAt(...moments: readonly number[]) {
  return moments.reduce(
    (state, ms) => after(state, waiting, [{ kind: 'tick' }], ms).state,
    aState(),
  )
}

describe('time alone', () => {
  it('wakes nothing while all is well', () => {
    const { state } = after(aState(), aWorld(), [{ kind: 'world' }])
    assert.equal(nextWake(state, aWorld()), undefined)
  })

  it('shows trouble after 1.5 s, then counts whole seconds down', () => {
    const fresh = stateAt(0)
    assert.equal(isTroubleShown(fresh), false)
    assert.equal(nextWake(fresh, waiting), 1_500)
    const shown = stateAt(0, 1_500)
    assert.equal(isTroubleShown(shown), true)
    assert.equal(nextWake(shown, waiting), 2_250)
    assert.equal(nextWake(stateAt(0, 2_250), waiting), 3_250)
  })

  it('is not asked for again when the countdown is over', () => {
    assert.equal(nextWake(stateAt(0, 9_000), waiting), undefined)
  })

  it('takes a note away', () => {
    const noted = after(aState(), aWorld(), [{ kind: 'note', text: 'x', isError: false }]).state
    assert.equal(nextWake(noted, aWorld()), 5_000)
    assert.equal(after(noted, aWorld(), [{ kind: 'tick' }], 5_000).state.note, undefined)
  })
})
