import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matchScore } from '@starling/client/navigation/match'
import { aRoom, aWorld } from '../testing/world.ts'
import { switcherItems } from './switcher.ts'

const world = aWorld({
  rooms: [
    aRoom({ room: 'r-here', title: 'here', lastAt: 99 }),
    aRoom({ room: 'r-quiet', title: 'quiet', lastAt: 5 }),
    aRoom({ room: 'r-unread', title: 'unread', unread: 2, lastAt: 1 }),
    aRoom({ room: 'r-named', title: 'named', unread: 2, mentions: 1, lastAt: 0 }),
    aRoom({ room: 'd-bo', title: 'bo', kind: 'direct', lastAt: 3 }),
  ],
  invitations: [{ room: 'r-s', title: 'secret', by: 'u', byName: 'ada', at: 0 }],
})

function labels(query: string): readonly string[] {
  return switcherItems(world, query, 'r-here').map(({ label }) => label)
}

describe('the switcher', () => {
  it('has mentions first, then the unread, then the newest; where one is comes last', () => {
    assert.deepEqual(labels(''), ['#named', '#unread', '#quiet', '@bo', '#here', '#secret'])
  })

  it('finds by the letters typed, and offers to join, to make, to talk', () => {
    assert.deepEqual(labels('qui'), ['#quiet', '#qui', '@qui', '#qui'])
    assert.deepEqual(labels('quiet'), ['#quiet', '@quiet'])
    assert.deepEqual(labels('@b'), ['@bo', '@b'])
    assert.deepEqual(labels('#sec'), ['#secret', '#sec', '#sec'])
  })

  it('leads to an invitation by joining', () => {
    const item = switcherItems(world, 'secret', undefined).find(({ label }) => label === '#secret')
    assert.deepEqual(item?.pick, { kind: 'join', room: 'r-s' })
  })
})

it('a whole beginning matches best, letters with gaps least', () => {
  const scores = ['garden', 'garden-two', 'the garden', 'gxaxrxdxexn'].map((name) =>
    matchScore(name, 'garden'),
  )
  assert.deepEqual(scores, [5, 4, 3, 1])
  assert.equal(matchScore('kitchen', 'garden'), undefined)
})
