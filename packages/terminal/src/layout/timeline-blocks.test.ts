import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RoomSnapshot, TimelineLine } from '@starling/client/api'
import {
  aMessage,
  aRoom,
  aSend,
  aSystemLine,
  aTimeline,
  me,
  mine,
  morning,
  utc,
} from '../testing/world.ts'
import { dayOf } from '../text/moment.ts'
import { type Line, textOf } from './span.ts'
import { RowCache, type TimelineStyle, timelineBlocks } from './timeline-blocks.ts'

const style: TimelineStyle = {
  width: 60,
  zone: utc,
  me,
  today: dayOf(morning, utc),
  unreadAfter: undefined,
}

function linesOf(room: RoomSnapshot, change: Partial<TimelineStyle> = {}): readonly Line[] {
  const blocks = timelineBlocks(room, { ...style, ...change }, new RowCache())
  return Array.from({ length: blocks.count - 1 }, (_, at) => blocks.rowsAt(at + 1)).flat()
}

function rowsOf(room: RoomSnapshot, change: Partial<TimelineStyle> = {}): readonly string[] {
  return linesOf(room, change).map((line) => textOf(line).trimEnd())
}

function timeline(...lines: readonly TimelineLine[]): RoomSnapshot {
  return aRoom({ timeline: aTimeline(lines) })
}

describe('messages', () => {
  it('stand in columns under their day; one goes on under the name before', () => {
    assert.deepEqual(
      rowsOf(timeline(aMessage(1, 'Good morning'), aMessage(2, 'all'), mine(3, 'hello'))),
      [
        ' ── Today ─────────────────────────────────────────────────',
        ' 09:41       ada  Good morning',
        '                  all',
        ' 09:42        me  hello',
      ],
    )
  })

  it('in a narrow pane stand under name and minute', () => {
    assert.deepEqual(
      rowsOf(timeline(aMessage(1, 'the seeds arrived, all of them'), aMessage(2, 'yes')), {
        width: 24,
      }).slice(1),
      [' ada  09:41', '  the seeds arrived,', '  all of them', '  yes'],
    )
  })

  it('show what they answer, that they were edited, and reactions', () => {
    const reactions = [
      { emoji: '👍', users: ['a', 'b'], isMine: true },
      { emoji: '🎉', users: ['c'], isMine: false },
    ]
    const replyTo = { index: 1, name: 'bo', text: 'shall\nI?' }
    assert.deepEqual(
      rowsOf(timeline(aMessage(2, 'yes', { replyTo, reactions, editedAt: 1 }))).slice(1),
      [
        ' 09:41       ada  ↳ bo  shall I?',
        '                  yes (edited)',
        '                  👍 2  🎉 1',
      ],
    )
  })

  it('keep the spaces of code behind a bar', () => {
    assert.deepEqual(rowsOf(timeline(aMessage(1, 'so:\n```\nif (x)\n  y()\n```'))).slice(1), [
      ' 09:41       ada  so:',
      '                  ▏ if (x)',
      '                  ▏   y()',
    ])
  })

  it('that are deleted say so and nothing else', () => {
    assert.deepEqual(rowsOf(timeline(aMessage(1, '', { deletedBy: 'u-ada' }))).slice(1), [
      ' 09:41       ada  deleted',
    ])
  })

  it('of others can hold nothing that a terminal obeys', () => {
    const evil = '\u001b[2J\u202e\u0007'
    const line = aMessage(1, `a${evil}b`, {
      name: `x${evil}y`,
      replyTo: { index: 1, name: evil, text: evil },
    })
    const reactions = [{ emoji: evil, users: ['a'], isMine: false }]
    const rows = rowsOf(
      timeline({ ...line, reactions }, aSystemLine(2, { kind: 'topic', topic: evil }, evil)),
    )
    assert.doesNotMatch(rows.join('\n'), /[^\P{Cc}\n]|\u202e/u)
  })
})

describe('own sends', () => {
  const acked = mine(9, 'on my way, and soon there', { key: 'o-1:1', at: aSend(1, '').at })

  it('are dim until they are acknowledged, and no row changes height then', () => {
    const before = aRoom({
      timeline: aTimeline([], { sends: [aSend(1, 'on my way, and soon there')] }),
    })
    const dim = linesOf(before)
    const solid = linesOf(timeline(acked))
    assert.deepEqual(rowsOf(before), rowsOf(timeline(acked)))
    assert.equal(dim[1]?.at(-1)?.tone, 'quiet')
    assert.equal(solid[1]?.at(-1)?.tone, 'plain')
  })

  it('that failed say why and what can be done', () => {
    const refusal = { code: 'muted', say: 'You are muted in this room.' } as const
    const sends = [aSend(1, 'hello', { state: 'failed', refusal })]
    assert.deepEqual(rowsOf(aRoom({ timeline: aTimeline([], { sends }) })).slice(1), [
      ' 10:41        me  hello',
      '                  ✗ Not sent. You are muted in this room.',
      '                  Ctrl-R retry · Ctrl-X delete',
    ])
  })

  it('that change a message show in it and not by themselves', () => {
    const { item } = aSend(1, '')
    const edit = aSend(1, 'x', { item: { ...item, op: { kind: 'edit', target: 1, text: 'x' } } })
    assert.deepEqual(rowsOf(aRoom({ timeline: aTimeline([], { sends: [edit] }) })), [])
  })
})

describe('what happens in a room', () => {
  const coming = [
    aSystemLine(1, { kind: 'join' }, 'silent'),
    aSystemLine(2, { kind: 'join' }, 'ada'),
    aMessage(3, 'hello'),
    aSystemLine(4, { kind: 'leave' }, 'silent'),
    aSystemLine(5, { kind: 'ban', user: 'u', userName: 'eve', on: true, reason: 'spam' }),
  ]

  it('is a sentence; the coming and going of the silent is none', () => {
    assert.deepEqual(rowsOf(timeline(...coming)).slice(1), [
      ' 09:41            ada joined',
      ' 09:42       ada  hello',
      '                  bo banned eve: spam',
    ])
  })

  it('is shown whole in a room of few', () => {
    const rows = rowsOf(aRoom({ members: 3, timeline: aTimeline(coming) }))
    assert.ok(rows.some((row) => row.includes('silent joined')))
  })
})

it('the line "new" stands before the first message of others after the marker', () => {
  const room = timeline(aMessage(1, 'a'), mine(2, 'b'), aMessage(3, 'c'))
  const rows = rowsOf(room, { unreadAfter: 1 })
  assert.match(rows[3] ?? '', /── new ─/)
  assert.equal(rows[4], ' 09:42       ada  c')
})

it('a new day has a rule of its own', () => {
  const next = aMessage(2, 'b', { at: morning + 86_400_000 })
  const rows = rowsOf(timeline(aMessage(1, 'a'), next))
  assert.match(rows[0] ?? '', /Today/)
  assert.match(rows[2] ?? '', /Wednesday 4 June/)
})

it('a line that did not change is laid out once', () => {
  const cache = new RowCache()
  const room = timeline(aMessage(1, 'a'))
  const once = timelineBlocks(room, style, cache).rowsAt(1).at(-1)
  assert.equal(timelineBlocks(room, style, cache).rowsAt(1).at(-1), once)
})
