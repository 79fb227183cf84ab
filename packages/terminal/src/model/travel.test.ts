import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ClientSnapshot } from '@starling/client/api'
import { after, aState, key, mainRowsOf } from '../testing/frame.ts'
import { aMessage, aRoom, aTimeline, aWorld, messages } from '../testing/world.ts'
import type { Event, Step, UiState } from './state.ts'
import { viewOf } from './state.ts'

const world: Event = { kind: 'world' }

function live(from: number, to: number, change: Partial<Parameters<typeof aRoom>[0]> = {}) {
  return aWorld({ rooms: [aRoom({ timeline: aTimeline(messages(from, to)), ...change })] })
}

function list(state: UiState, at: ClientSnapshot): readonly string[] {
  return mainRowsOf(state, at).slice(2, 20)
}

function acts(step: Step, kind: string): readonly unknown[] {
  return step.acts.filter((act) => act.kind === kind)
}

describe('the scroll anchor', () => {
  it('does not move while ten older pages are loaded', () => {
    let at = live(1000, 1060)
    const { state } = after(aState(), at, [world, key('pageup')])
    const before = list(state, at)
    for (let page = 1; page <= 10; page++) {
      at = live(1000 - page * 50, 1060)
      assert.deepEqual(list(after(state, at, [world]).state, at), before)
    }
  })

  it('near the top asks for the next page, once it is not loading already', () => {
    const timeline = aTimeline(messages(1000, 1060), { hasOlder: true })
    const at = aWorld({ rooms: [aRoom({ timeline })] })
    const up = after(aState(), at, [world, key('pageup'), key('pageup')])
    assert.ok(acts(up, 'load-older').length > 0)
    const loading = aWorld({ rooms: [aRoom({ timeline: { ...timeline, isLoadingOlder: true } })] })
    assert.deepEqual(acts(after(up.state, loading, [key('pageup')]), 'load-older'), [])
  })

  it('is at the bottom again after PageDown to the end', () => {
    const at = live(1, 60)
    const { state } = after(aState(), at, [world, key('pageup'), key('pagedown')])
    assert.equal(viewOf(state).place.kind, 'bottom')
  })
})

describe('reading', () => {
  const unread = live(1, 3, { unread: 1, readUpTo: 2, firstUnread: 3 })

  it('marks read what is in view while the terminal has the focus', () => {
    const step = after(aState(), unread, [world])
    assert.deepEqual(acts(step, 'mark-read')[0], { kind: 'mark-read', room: 'r-garden', upTo: 3 })
  })

  it('marks nothing read without the focus, nor under a panel', () => {
    const away: Event = { kind: 'input', input: { kind: 'focus', isFocused: false } }
    const start = after(aState(), live(1, 2), [world])
    assert.deepEqual(acts(after(start.state, unread, [away, world]), 'mark-read'), [])
    assert.deepEqual(acts(after(start.state, unread, [key('f1')]), 'mark-read'), [])
  })

  it('marks read only as far as one has scrolled', () => {
    const at = live(1, 90, { unread: 60, readUpTo: 30, firstUnread: 31 })
    const step = after(aState(), at, [world])
    const [first] = acts(step, 'mark-read') as { upTo: number }[]
    assert.ok(first !== undefined && first.upTo > 30 && first.upTo < 60)
  })

  it('opens a room at its first unread message, with the line "new" over it', () => {
    const at = live(1, 90, { unread: 60, readUpTo: 30, firstUnread: 31 })
    const rows = list(after(aState(), at, [world]).state, at)
    assert.ok(rows.slice(0, 4).some((row) => row.includes('── new ──')))
    assert.ok(rows.slice(0, 5).some((row) => row.includes('message 31')))
  })

  it('rings when one is named while looking elsewhere', () => {
    const away: Event = { kind: 'input', input: { kind: 'focus', isFocused: false } }
    const start = after(aState(), live(1, 2), [world, away])
    const named = live(1, 3, { unread: 1, mentions: 1, readUpTo: 2 })
    assert.deepEqual(acts(after(start.state, named, [world]), 'ring'), [{ kind: 'ring' }])
  })
})

describe('a jump', () => {
  const at = live(1, 90)
  const jump: Event = { kind: 'jump', room: 'r-garden', index: 10 }

  it('to a held message flashes it, and Esc comes back to the exact place', () => {
    const { state } = after(aState(), at, [world, key('pageup')])
    const there = after(state, at, [jump]).state
    assert.ok(list(there, at).some((row) => row.includes('message 10')))
    assert.equal(there.flash?.key, 'k10')
    assert.deepEqual(list(after(there, at, [key('esc')]).state, at), list(state, at))
  })

  it('to a message that is not held asks for it and shows it when it is there', () => {
    const newest = live(500, 590)
    const { state } = after(aState(), newest, [world])
    const asked = after(state, newest, [jump])
    assert.deepEqual(acts(asked, 'load-around'), [
      { kind: 'load-around', room: 'r-garden', index: 10 },
    ])
    const past = aTimeline(messages(1, 40), { hasNewer: true })
    const piece = aWorld({ rooms: [aRoom({ timeline: past })] })
    const there = after(asked.state, piece, [world]).state
    assert.ok(list(there, piece).some((row) => row.includes('message 10')))
    const back = after(there, piece, [key('esc')])
    assert.equal(acts(back, 'show-newest').length, 1)
    assert.deepEqual(list(back.state, newest), list(state, newest))
  })

  it('to another room comes back to the first', () => {
    const kitchen = aRoom({
      room: 'r-k',
      title: 'kitchen',
      timeline: aTimeline([aMessage(1, 'soup')]),
    })
    const both = aWorld({ rooms: [...at.rooms, kitchen] })
    const { state } = after(aState(), both, [world, { kind: 'jump', room: 'r-k', index: 1 }])
    assert.equal(state.room, 'r-k')
    assert.equal(after(state, both, [key('esc')]).state.room, 'r-garden')
  })

  it('to a message that is gone says so', () => {
    const { state } = after(aState(), at, [world, { kind: 'jump-failed', say: 'It is gone.' }])
    assert.equal(state.note?.text, 'It is gone.')
  })
})

describe('rooms', () => {
  const rooms = [
    aRoom({ room: 'r-a', title: 'a' }),
    aRoom({ room: 'r-b', title: 'b', unread: 2, lastAt: 50 }),
    aRoom({ room: 'r-c', title: 'c', unread: 1, lastAt: 90 }),
    aRoom({ room: 'd-d', title: 'd', kind: 'direct', unread: 1, mentions: 1, lastAt: 10 }),
  ]
  const many = aWorld({ rooms })
  const roomAfter = (...keys: readonly string[]) =>
    after(aState(), many, [world, ...keys.map(key)]).state.room

  it('follow each other with Alt-↓ and Alt-↑, round the end', () => {
    assert.equal(roomAfter('alt+down'), 'r-b')
    assert.equal(roomAfter('alt+up'), 'd-d')
  })

  it('with unread messages follow each other with Alt-Shift', () => {
    assert.equal(roomAfter('alt+shift+down'), 'r-b')
    assert.equal(roomAfter('alt+shift+up'), 'd-d')
  })

  it('have the numbers of the sidebar', () => {
    assert.equal(roomAfter('alt+3'), 'r-c')
    assert.equal(roomAfter('alt+9'), 'r-a')
  })

  it('that want one most come first with Alt-A, and at the end it leads back', () => {
    assert.equal(roomAfter('alt+a'), 'd-d')
    const read = aWorld({ rooms: rooms.map((room) => ({ ...room, unread: 0, mentions: 0 })) })
    const { state } = after(aState(), many, [world, key('alt+a')])
    const partly = rooms.map((room) =>
      room.kind === 'direct' ? { ...room, unread: 0, mentions: 0 } : room,
    )
    const next = after(state, aWorld({ rooms: partly }), [key('alt+a')]).state
    assert.equal(next.room, 'r-c')
    const home = after(next, read, [key('alt+a')]).state
    assert.equal(home.room, 'r-a')
    assert.equal(after(home, read, [key('alt+a')]).state.note?.text, 'Nothing is unread')
  })

  it('that one was removed from make place for the first', () => {
    const { state } = after(aState(), many, [world, key('alt+2')])
    const without = aWorld({ rooms: rooms.filter(({ room }) => room !== 'r-b') })
    const settled = { ...state, views: new Map([['r-b', { ...viewOf(state), isOpening: false }]]) }
    assert.equal(after(settled, without, [world]).state.room, 'r-a')
  })
})
