import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '@starling/protocol/entry'
import type { Operation } from '@starling/protocol/operation'
import fc from 'fast-check'
import { isChange } from './entry-run.ts'
import { LittleServer } from './little-server.test-suite.ts'
import { type Page, Timeline } from './timeline.ts'

/** A room's whole life: each entry as it came live, and all of them as they were at each head. */
interface Life {
  readonly live: readonly Entry[]
  /** `asOf[head]`: what history answers at that head. */
  readonly asOf: readonly (readonly Entry[])[]
}

const users = ['ann', 'bea', 'cyd']
/** `pick` in [0, 1) chooses among the messages that stand. */
type Deed =
  | { readonly kind: 'post'; readonly user: number; readonly text: string }
  | { readonly kind: 'edit'; readonly pick: number; readonly text: string }
  | { readonly kind: 'delete'; readonly pick: number }
  | {
      readonly kind: 'react'
      readonly pick: number
      readonly user: number
      readonly emoji: string
      readonly on: boolean
    }

const fraction = fc.double({ min: 0, max: 0.999, noNaN: true })
const text = fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', 'c') })
const user = fc.nat(2)
const deedArbitrary: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('post' as const), user, text }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('edit' as const), pick: fraction, text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), pick: fraction }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('react' as const),
      pick: fraction,
      user,
      emoji: fc.constantFrom('👍', '❤️'),
      on: fc.boolean(),
    }),
  },
)

function lifeOf(deeds: readonly Deed[]): Life {
  const server = new LittleServer()
  const ids = users.map((name) => server.guest(name))
  const live: Entry[] = []
  const asOf: (readonly Entry[])[] = [[]]
  const act = (by: string, op: Operation) => {
    server.act(by, 'r', op)
    const entries = server.entries('r')
    for (const entry of entries.slice(live.length)) {
      live.push(entry)
      asOf.push(entries.slice(0, entry.index))
    }
  }
  act(ids[0]!, { kind: 'create', room: 'public', name: 'room' })
  for (const id of ids.slice(1)) act(id, { kind: 'join' })
  for (const deed of deeds) {
    if (deed.kind === 'post') {
      act(ids[deed.user]!, { kind: 'post', text: deed.text })
      continue
    }
    const { pick, ...rest } = deed
    const standing = asOf.at(-1)!.filter((e) => e.kind === 'post' && e.deletedBy === undefined)
    const target = standing[Math.floor(pick * standing.length)]
    if (target === undefined) continue
    const by = rest.kind === 'react' ? ids[rest.user]! : target.by
    act(by, { ...rest, target: target.index } as Operation)
  }
  return { live, asOf }
}

function posts(count: number): readonly Deed[] {
  return Array.from({ length: count }, () => ({ kind: 'post', user: 0, text: 'x' }))
}

type Step =
  | { readonly kind: 'live'; readonly count: number }
  /** A resume: the entries as the store has them by then. */
  | { readonly kind: 'resume'; readonly count: number; readonly head: number }
  | { readonly kind: 'older' | 'newer'; readonly head: number; readonly limit: number }
  | {
      readonly kind: 'around'
      readonly head: number
      readonly limit: number
      readonly index: number
    }
  | { readonly kind: 'gap'; readonly by: number }
  | { readonly kind: 'newest' }

const ahead = fc.integer({ min: -6, max: 8 })
const limit = fc.integer({ min: 1, max: 12 })
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('live' as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    kind: fc.constant('resume' as const),
    count: fc.integer({ min: 1, max: 9 }),
    head: ahead,
  }),
  fc.record({ kind: fc.constantFrom('older' as const, 'newer' as const), head: ahead, limit }),
  fc.record({ kind: fc.constant('around' as const), head: ahead, limit, index: fraction }),
  fc.record({ kind: fc.constant('gap' as const), by: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant('newest' as const) }),
)

class Reader {
  readonly timeline: Timeline
  readonly #life: Life

  constructor(life: Life, after: number, entriesMax: number) {
    this.#life = life
    this.timeline = new Timeline(Math.min(after, life.live.length), { entriesMax })
  }

  get head(): number {
    return this.#life.live.length
  }

  take(step: Step): void {
    const { timeline } = this
    switch (step.kind) {
      case 'live':
        timeline.append(this.#life.live.slice(timeline.synced, timeline.synced + step.count))
        return
      case 'resume': {
        const head = this.#headAt(step.head)
        const entries = this.#life.asOf[head]!
        timeline.append(entries.slice(timeline.synced, timeline.synced + step.count))
        return
      }
      case 'older':
        timeline.insertOlder(this.#page(step, { before: timeline.shown.first }))
        return
      case 'newer':
        if (timeline.isApart) {
          timeline.insertNewer(this.#page(step, { after: timeline.shown.last }))
        }
        return
      case 'around': {
        const index = 1 + Math.floor(step.index * (timeline.synced - 1))
        timeline.insertAround(this.#page(step, { before: index + step.limit }))
        return
      }
      case 'gap':
        timeline.reset(Math.min(this.head, timeline.synced + step.by))
        return
      case 'newest':
        timeline.showNewest()
    }
  }

  /** Hears everything. */
  hearAll(): void {
    this.take({ kind: 'live', count: this.head })
  }

  /** Reads what is missing, from a server that has everything. */
  readAll(): void {
    const { timeline } = this
    timeline.showNewest()
    while (timeline.hasOlder) {
      const page = this.#page({ head: this.head, limit: 7 }, { before: timeline.shown.first })
      assert.equal(timeline.insertOlder(page), 'taken')
    }
  }

  /** So far ahead of what was heard, or behind it. */
  #headAt(ahead: number): number {
    return Math.min(Math.max(this.timeline.synced + ahead, 0), this.head)
  }

  #page(
    { head, limit: count }: { head: number; limit: number },
    at: { before?: number; after?: number },
  ): Page {
    const asOf = this.#headAt(head)
    const entries = this.#life.asOf[asOf]!
    if (at.after !== undefined) {
      return { entries: entries.slice(at.after, at.after + count), head: asOf }
    }
    const end = Math.min(at.before! - 1, entries.length)
    return { entries: entries.slice(Math.max(0, end - count), end), head: asOf }
  }
}

/** One form for one state: people and emoji in order, nothing left of what was deleted. */
function plain(entry: Entry): unknown {
  if (entry.kind === 'edit') return { ...entry, text: '' }
  if (entry.kind !== 'post') return entry
  const { reactions, ...rest } = entry
  const sorted = (reactions ?? [])
    .map(({ emoji, users: by }) => `${emoji} ${[...by].sort().join(' ')}`)
    .sort()
  return { ...rest, reactions: sorted }
}

function assertTrue(timeline: Timeline, life: Life): void {
  const truth = life.asOf.at(-1)!
  for (const run of [timeline.shown, timeline.live]) {
    const expected = truth.slice(run.first - 1, run.last)
    assert.deepEqual(run.entries().map(plain), expected.map(plain))
  }
}

test('a page that is ahead of the live stream is not taken back by it', () => {
  const life = lifeOf([
    ...posts(2),
    { kind: 'edit', pick: 0, text: 'b' },
    { kind: 'edit', pick: 0, text: 'c' },
    { kind: 'delete', pick: 0.9 },
  ])
  const timeline = new Timeline(5, { entriesMax: 10 })
  timeline.insertOlder({ entries: life.asOf[8]!.slice(0, 5), head: 8 })
  const shown = () => [4, 5].map((index) => plain(timeline.shown.at(index)!))
  const before = shown()
  for (const entry of life.live.slice(5)) {
    timeline.append([entry])
    assert.deepEqual(shown(), before)
  }
})

test('pages of history and live entries, however they mix, end in what the server has', () => {
  const given = fc.tuple(
    fc.array(deedArbitrary, { minLength: 20, maxLength: 60 }),
    fc.array(stepArbitrary, { maxLength: 25 }),
    fc.nat(30),
    fc.constantFrom(8, 20, 1_000),
  )
  fc.assert(
    fc.property(given, ([deeds, steps, after, entriesMax]) => {
      const life = lifeOf(deeds)
      const reader = new Reader(life, after, entriesMax)
      for (const step of steps) {
        reader.take(step)
        const { live, synced } = reader.timeline
        assert.equal(live.last, synced)
        assert.ok(live.length <= Math.max(entriesMax, 1))
      }
      reader.hearAll()
      assertTrue(reader.timeline, life)
      reader.readAll()
      assertTrue(reader.timeline, life)
      assert.equal(reader.timeline.synced, life.live.length)
      assert.equal(reader.timeline.shown.first, 1)
    }),
    { numRuns: 2_000 },
  )
})

test('a piece of the past is kept true by what comes live, and joins the newest', () => {
  const life = lifeOf([
    ...posts(40),
    { kind: 'edit', pick: 6 / 40, text: 'changed' },
    { kind: 'react', pick: 7 / 40, user: 1, emoji: '👍', on: true },
  ])
  const timeline = new Timeline(40, { entriesMax: 1_000 })
  timeline.append(life.live.slice(40, 43))
  timeline.insertAround({ entries: life.asOf[43]!.slice(5, 15), head: 43 })
  assert.equal(timeline.isApart, true)
  timeline.append(life.live.slice(43))
  const shown = (index: number) => {
    const entry = timeline.shown.at(index)
    return entry?.kind === 'post' ? [entry.text, entry.reactions?.length ?? 0] : undefined
  }
  assert.deepEqual(
    [shown(10), shown(11)],
    [
      ['changed', 0],
      ['x', 1],
    ],
  )
  timeline.insertNewer({ entries: life.asOf.at(-1)!.slice(15, 45), head: 45 })
  assert.equal(timeline.isApart, false)
  assert.deepEqual([timeline.shown.first, timeline.shown.last], [6, 45])
  assert.deepEqual(shown(10), ['changed', 0])
})

test('what was let go at the beginning of history can be read again', () => {
  const life = lifeOf(posts(40))
  const newest = life.asOf.at(-1)!
  const timeline = new Timeline(40, { entriesMax: 10 })
  timeline.append(life.live.slice(40))
  timeline.insertAround({ entries: newest.slice(0, 8), head: 44 })
  assert.equal(timeline.insertOlder({ entries: [], head: 44 }), 'taken')
  assert.equal(timeline.insertNewer({ entries: newest.slice(8, 16), head: 44 }), 'taken')
  assert.equal(timeline.shown.first, 7)
  assert.equal(timeline.hasOlder, true)
})

test('[P3] an entry after a hole is not taken, a repeated one is ignored', () => {
  const { live } = lifeOf(posts(1))
  const timeline = new Timeline(0, { entriesMax: 10 })
  assert.equal(timeline.append(live.slice(1)).isHole, true)
  assert.equal(timeline.synced, 0)
  assert.equal(timeline.append(live.slice(0, 2)).fresh.length, 2)
  assert.deepEqual(timeline.append(live.slice(0, 3)).fresh, live.slice(2, 3))
})

test('what belies the entries held is noticed, what repeats them is not', () => {
  const { live, asOf } = lifeOf([...posts(1), { kind: 'edit', pick: 0, text: 'y' }])
  const timeline = new Timeline(2, { entriesMax: 10 })
  timeline.append(live.slice(2))
  for (const entry of asOf.at(-1)!) assert.equal(timeline.contradicts(entry), false)
  assert.equal(timeline.contradicts({ ...live[3]!, by: 'u-other' }), true)
  assert.equal(timeline.contradicts({ ...live[0]!, at: live.at(-1)!.at + 1 }), true)
})

test('what changed is stored once, with the messages that it changed', () => {
  const { live } = lifeOf([...posts(1), { kind: 'edit', pick: 0, text: 'y' }])
  const timeline = new Timeline(3, { entriesMax: 10 })
  timeline.append(live.slice(3, 4))
  assert.deepEqual(
    timeline.takeUnstored(100).map(({ index }) => index),
    [4],
  )
  timeline.append(live.slice(4))
  const stored = timeline.takeUnstored(100)
  assert.deepEqual(
    stored.map(({ index }) => index),
    [4, 5],
  )
  assert.equal(stored.filter(isChange).length, 1)
  assert.deepEqual(timeline.takeUnstored(100), [])
})

test('a page from a backend that lags is brought up to what was heard since', () => {
  const life = lifeOf([...posts(40), { kind: 'edit', pick: 18 / 40, text: 'changed' }])
  const timeline = new Timeline(30, { entriesMax: 1_000 })
  timeline.append(life.live.slice(30))
  timeline.insertAround({ entries: life.asOf[44]!.slice(4, 14), head: 44 })
  assert.equal(timeline.insertNewer({ entries: life.asOf[40]!.slice(14, 25), head: 40 }), 'taken')
  const entry = timeline.shown.at(22)
  assert.equal(entry?.kind === 'post' && entry.text, 'changed')
  assert.equal(timeline.insertOlder({ entries: life.asOf[3]!.slice(1, 3), head: 3 }), 'stale')
})
