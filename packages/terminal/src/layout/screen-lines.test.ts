import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { after, aState, frameOf, key, text } from '../testing/frame.ts'
import { aMessage, aRoom, aSend, aTimeline, aWorld, messages, mine } from '../testing/world.ts'
import { widthOf } from '../text/width.ts'

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 60, rows: 16 },
  { columns: 40, rows: 20 },
  { columns: 24, rows: 8 },
]

const busy = aWorld({
  rooms: [
    aRoom({
      topic: 'Spring planting, every Sunday',
      timeline: aTimeline([
        aMessage(1, 'Good morning everybody'),
        mine(2, 'I bring the ladder'),
        aMessage(3, '日本語の長いメッセージです、とても長い 👨‍👩‍👧 und noch mehr'),
        aMessage(4, 'שלום עולם'),
      ]),
      typing: [{ user: 'u-bo', name: 'bo' }],
    }),
    aRoom({ room: 'r-k', title: 'kitchen', unread: 3 }),
    aRoom({ room: 'r-w', title: '日本語の部屋の長い名前', unread: 12, mentions: 2 }),
    aRoom({
      room: 'd-bo',
      kind: 'direct',
      title: 'bo',
      peer: { user: 'u-bo', name: 'bo' },
      online: ['u-bo'],
    }),
  ],
})

describe('the screen', () => {
  it('at 80×24 shows rooms, messages, who types, what is unread, how to get help', () => {
    const { state } = after(aState(), busy, [{ kind: 'world' }])
    const frame = frameOf(state, busy)
    assert.equal(frame.length, 24)
    assert.deepEqual(
      [frame[0], frame[1], frame[2], frame[3], frame[4]],
      [
        ' Starling        │ #garden  Spring planting, every Sunday          5 of 12 here',
        `${'─'.repeat(17)}┼${'─'.repeat(62)}`,
        ' 1 #garden       │',
        ' 2 #kitchen    3 │',
        ' 3 #日本語の… 2@ │',
      ],
    )
    assert.deepEqual(frame.slice(-8), [
      '                 │ 09:41       ada  Good morning everybody',
      '                 │              me  I bring the ladder',
      '                 │ 09:42       ada  日本語の長いメッセージです、とても長い 👨‍👩‍👧',
      '                 │                  und noch mehr',
      '                 │                  שלום עולם',
      '                 ├─ bo is typing ───────────────────────────────────────────────',
      '                 │ › Message #garden',
      ' me                                         2@  13 unread  ? keys  Ctrl-K go to',
    ])
  })

  it('at 40 columns has no sidebar and sets names over the text', () => {
    const size = { columns: 40, rows: 12 }
    const { state } = after(aState(size), busy, [{ kind: 'world' }])
    assert.deepEqual(frameOf(state, busy), [
      ' #garden  Spring planting… 5 of 12 here',
      '────────────────────────────────────────',
      '  Good morning everybody',
      ' me  09:41',
      '  I bring the ladder',
      ' ada  09:42',
      '  日本語の長いメッセージです、とても長',
      '  い 👨‍👩‍👧 und noch mehr',
      '  שלום עולם',
      '─ bo is typing ─────────────────────────',
      ' › Message #garden',
      ' me               2@  13 unread  ? keys',
    ])
  })

  for (const size of sizes) {
    it(`at ${size.columns}×${size.rows} no row is too wide and there are no more rows`, () => {
      const events = [
        [{ kind: 'world' }],
        [text('/')],
        [text('@')],
        [key('ctrl+k')],
        [text('?')],
        [key('ctrl+p')],
        [key('ctrl+up')],
        [text(`${'long word '.repeat(30)}\n日本語`)],
      ] as const
      for (const part of events) {
        const { state } = after(aState(size), busy, [{ kind: 'world' }, ...part])
        const frame = frameOf(state, busy)
        assert.ok(frame.length <= size.rows)
        for (const row of frame) assert.ok(widthOf(row) <= size.columns, JSON.stringify(row))
      }
    })
  }

  it('is laid out anew in the frame after a resize', () => {
    const { state } = after(aState(), busy, [{ kind: 'world' }])
    const small = after(state, busy, [{ kind: 'resize', columns: 40, rows: 12 }]).state
    const fresh = after(aState({ columns: 40, rows: 12 }), busy, [{ kind: 'world' }]).state
    assert.deepEqual(frameOf(small, busy), frameOf(fresh, busy))
  })

  it('shows a send in the next frame and the composer empty', () => {
    const { state, acts } = after(aState(), busy, [
      { kind: 'world' },
      text('on my way'),
      key('enter'),
    ])
    assert.ok(acts.some((act) => act.kind === 'post'))
    const [garden, ...others] = busy.rooms
    const timeline = { ...garden!.timeline, sends: [aSend(1, 'on my way')] }
    const frame = frameOf(state, { ...busy, rooms: [{ ...garden!, timeline }, ...others] })
    assert.match(frame.at(-4) ?? '', /me {2}on my way$/)
    assert.match(frame.at(-2) ?? '', /› Message #garden$/)
  })

  it('says how many messages are new below', () => {
    const room = aRoom({ timeline: aTimeline(messages(1, 60)) })
    const world = aWorld({ rooms: [room] })
    const { state } = after(aState(), world, [{ kind: 'world' }, key('pageup')])
    const more = aRoom({ timeline: aTimeline(messages(1, 260)), unread: 200, readUpTo: 60 })
    const later = aWorld({ rooms: [more] })
    const next = after(state, later, [{ kind: 'world' }]).state
    assert.match(frameOf(next, later).at(-3) ?? '', / 200 new ↓ ─$/)
    const list = (frame: readonly string[]) => frame.slice(2, 20).map((row) => row.slice(18))
    assert.deepEqual(list(frameOf(next, later)), list(frameOf(state, world)))
  })

  it('has every word of the help, whatever the width', () => {
    for (const size of sizes.slice(0, 4)) {
      const { state } = after(aState({ ...size, rows: 60 }), busy, [{ kind: 'world' }, key('f1')])
      const frame = frameOf(state, busy).join('\n')
      assert.match(frame, /Alt-A[\s\S]*Go where the action is/)
    }
  })

  it('has the people beside when there is room, else in place of the messages', () => {
    const members = [
      { user: 'u-ada', name: 'ada', role: 'owner', isMuted: false, isOnline: true },
      { user: 'u-bo', name: 'bo', role: 'member', isMuted: false, isOnline: false },
    ] as const
    const events = [{ kind: 'people', room: 'r-garden', members }, key('ctrl+p')] as const
    for (const size of sizes) {
      const { state } = after(aState(size), busy, [{ kind: 'world' }, ...events])
      const frame = frameOf(state, busy).join('\n')
      assert.match(frame, /• ada/)
      assert.equal(frame.includes('ladder'), size.columns >= 100)
    }
  })
})
