import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Member } from '@starling/protocol/down'
import { commands } from '../commands/commands.ts'
import { aMessage, aRoom, aTimeline, aWorld } from '../testing/world.ts'
import { completionOf } from './completion.ts'
import { composerWith } from './composer.ts'

function member(name: string, isOnline = false): Member {
  return { user: `u-${name}`, name, role: 'member', isMuted: false, isOnline }
}

const room = aRoom({
  timeline: aTimeline([
    aMessage(1, 'hi', { by: 'u-zoe', name: 'zoe' }),
    aMessage(2, 'ho', { by: 'u-ada', name: 'ada' }),
  ]),
})
const kitchen = aRoom({
  room: 'r-k',
  title: 'kitchen',
  lastAt: Number.MAX_SAFE_INTEGER,
  topic: 'food',
})
const invitation = { room: 'r-s', title: 'secret', by: 'u', byName: 'ada', at: 0 }
const world = aWorld({ rooms: [room, kitchen], invitations: [invitation] })
const people = [member('abel'), member('bo', true), member('ada'), member('me')]

function offered(text: string): readonly string[] {
  const completion = completionOf(composerWith(text), { world, room, people })
  return completion?.candidates.map((candidate) => candidate.text.trimEnd()) ?? []
}

describe('completion', () => {
  it('offers people by how lately they spoke, then who is here, then the others', () => {
    assert.deepEqual(offered('hello @'), ['@ada', '@zoe', '@bo', '@abel'])
    assert.deepEqual(offered('hello @a'), ['@ada', '@abel'])
  })

  it('offers rooms, those one is invited to first', () => {
    assert.deepEqual(offered('see #'), ['#secret', '#kitchen', '#garden'])
    assert.deepEqual(offered('/join k'), ['#kitchen'])
  })

  it('offers emoji from the second letter on', () => {
    assert.deepEqual(offered('oh :t'), [])
    assert.ok(offered('oh :tad').includes('🎉'))
    assert.ok(offered('/react tad').includes('🎉'))
    assert.deepEqual(offered('well :)'), [])
  })

  it('offers every command after a slash, and what its argument may be', () => {
    assert.deepEqual(
      offered('/'),
      commands.map(({ name }) => `/${name}`),
    )
    assert.deepEqual(offered('/j'), ['/join'])
    assert.deepEqual(offered('/kick b'), ['@bo', '@abel'])
    assert.deepEqual(offered('/role @bo m'), ['moderator', 'member'])
    assert.deepEqual(offered('/help q'), ['/quit'])
  })

  it('offers nothing in the middle of plain words, nor what is there already', () => {
    assert.deepEqual(offered('hello there'), [])
    assert.deepEqual(offered('/join'), [])
    assert.deepEqual(offered('//'), [])
  })
})
