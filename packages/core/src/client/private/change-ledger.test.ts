import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import fc from 'fast-check'
import { Timeline } from '../timeline.ts'
import { ChangeLedger } from './change-ledger.ts'

const bounds = { entriesMax: 1_000 }
const people = ['ada', 'bob', 'owner'] as const

type Said =
  | { readonly kind: 'post'; readonly by: number }
  | { readonly kind: 'edit' | 'delete' | 'react'; readonly by: number; readonly back: number }

const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ kind: fc.constant('post' as const), by: fc.nat(2) }),
  fc.record({
    kind: fc.constantFrom('edit' as const, 'delete' as const, 'react' as const),
    by: fc.nat(2),
    back: fc.integer({ min: 1, max: 6 }),
  }),
)

/** The first entry makes the third person the room's owner. */
function entriesOf(script: readonly Said[]): readonly Entry[] {
  const created = { kind: 'create', room: 'private', title: '', topic: '' } as const
  return [
    { ...headOf(1, 2), ...created },
    ...script.map((one, at): Entry => {
      const head = headOf(at + 2, one.by)
      if (one.kind === 'post') return { ...head, kind: 'post', text: `m${head.index}` }
      const target = Math.max(1, head.index - one.back)
      if (one.kind === 'edit') return { ...head, kind: 'edit', target, text: `e${head.index}` }
      if (one.kind === 'delete') return { ...head, kind: 'delete', target }
      return { ...head, kind: 'react', target, emoji: '🦉', on: head.index % 3 !== 0 }
    }),
  ]
}

function headOf(index: number, by: number) {
  return { index, at: index, by: people[by]!, name: people[by]! }
}

function timelineOf(after: number, ranks: readonly Entry[]): Timeline {
  const ledger = new ChangeLedger()
  for (const entry of ranks) ledger.ranks.note(entry)
  return new Timeline(after, bounds, ledger)
}

function shown(timeline: Timeline): readonly Entry[] {
  return timeline.live.entries()
}

test('[R27] [R28] [R29] [R30] however changes become known, messages stand as if live', () => {
  const drawn = fc.record({
    script: fc.array(said, { minLength: 1, maxLength: 40 }),
    from: fc.nat(40),
    page: fc.integer({ min: 1, max: 9 }),
    unread: fc.array(fc.nat(40)),
  })
  fc.assert(
    fc.property(drawn, ({ script, from, page, unread }) => {
      const entries = entriesOf(script)
      const head = entries.length
      const live = timelineOf(0, entries)
      live.append(entries)
      // The newest come live, the others in pages; some can be read only at the end.
      const start = Math.min(from, head)
      const isUnread = (entry: Entry) => unread.includes(entry.index) && entry.kind !== 'create'
      const sealed = (entry: Entry): Entry => {
        const { index, at, by, name } = entry
        if (!isUnread(entry)) return entry
        const box = { gen: 1, epoch: 1, box: '' }
        return { index, at, by, name, kind: 'unreadable', why: 'no-key', sealed: box }
      }
      const timeline = timelineOf(start, entries)
      timeline.append(entries.slice(start).map(sealed))
      for (let end = start; end > 0; end -= page) {
        const older = entries.slice(Math.max(0, end - page), end).map(sealed)
        assert.equal(timeline.insertOlder({ entries: older, head }), 'taken')
      }
      assert.deepEqual(
        timeline.unopened().map(({ index }) => index),
        entries
          .filter(isUnread)
          .map(({ index }) => index)
          .reverse(),
      )
      timeline.replace(entries.filter(isUnread))
      assert.deepEqual(shown(timeline), shown(live))
      // A client that starts again has them as they were stored.
      const again = timelineOf(0, entries)
      again.append(timeline.takeUnstored(1_000))
      assert.deepEqual(shown(again), shown(live))
    }),
    { numRuns: 300 },
  )
})

test('[R27] [R29] only its author edits a message; the author or a moderator deletes it', () => {
  const entries = entriesOf([
    { kind: 'post', by: 0 },
    { kind: 'edit', by: 1, back: 1 },
    { kind: 'delete', by: 1, back: 2 },
    { kind: 'react', by: 1, back: 3 },
    { kind: 'edit', by: 0, back: 4 },
    { kind: 'post', by: 1 },
    { kind: 'delete', by: 2, back: 1 },
  ])
  const timeline = timelineOf(0, entries)
  timeline.append(entries)
  const [first, second] = [timeline.live.at(2), timeline.live.at(7)]
  assert.deepEqual(first?.kind === 'post' && [first.text, first.deletedBy], ['e6', undefined])
  assert.deepEqual(second?.kind === 'post' && [second.text, second.deletedBy], ['', 'owner'])
})

test('[R29] whether a deletion counts may be known only with the members', () => {
  const entries = entriesOf([
    { kind: 'post', by: 0 },
    { kind: 'delete', by: 1, back: 1 },
  ])
  const ledger = new ChangeLedger()
  const timeline = new Timeline(0, bounds, ledger)
  timeline.append(entries)
  const textNow = () => {
    const post = timeline.live.at(2)
    return post?.kind === 'post' ? post.text : undefined
  }
  assert.deepEqual([ledger.ranks.isWanted, textNow()], [true, 'm2'])
  ledger.ranks.stand([{ user: 'bob', role: 'moderator' }])
  timeline.refold(ledger.takeUndecided())
  assert.deepEqual([ledger.ranks.isWanted, textNow()], [false, ''])
})

test('[R29] a rank counts as it was when the message was deleted', () => {
  const { ranks } = new ChangeLedger()
  const role = (index: number, rank: 'moderator' | 'member'): Entry => {
    const body = { kind: 'role', user: 'bob', userName: 'bob', role: rank } as const
    return { ...headOf(index, 2), ...body }
  }
  ranks.note(role(20, 'member'))
  assert.equal(ranks.mayDeleteOthers('bob', 10), true)
  ranks.note(role(5, 'member'))
  ranks.note(role(8, 'moderator'))
  assert.deepEqual(
    [6, 9, 30].map((index) => ranks.mayDeleteOthers('bob', index)),
    [false, true, false],
  )
})
