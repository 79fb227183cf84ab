import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rowsOf } from '../model/rows.ts'
import { message, timeline } from '../model/snapshot-parts.test-fixture.ts'
import { bottom, type Geometry, placeAt, rangeAt, rowAt, scrollTopOf } from './place.ts'
import { RowHeights } from './row-heights.ts'

const height = 500
const options = { unreadAfter: undefined, zone: () => 0, me: 'me' }

function geometryOf(from: number, to: number, rowHeight: (index: number) => number): Geometry {
  const lines = Array.from({ length: to - from + 1 }, (_, at) => message(from + at))
  const { rows } = rowsOf(timeline({ lines, hasOlder: true }), options)
  const heights = new RowHeights()
  for (const row of rows) {
    heights.measure(row.key, row.kind === 'message' ? rowHeight(row.line.index) : 20)
  }
  return { rows, tops: heights.tops(rows), height }
}

test('the bottom stays the bottom however high the rows are', () => {
  const geometry = geometryOf(1, 100, () => 30)
  const lowest = geometry.tops.at(-1)! - height
  assert.equal(scrollTopOf(bottom, geometry), lowest)
  assert.deepEqual(placeAt(lowest - 30, geometry, true), bottom)
  assert.equal(placeAt(lowest - 31, geometry, true).kind, 'held')
  assert.equal(placeAt(lowest, geometry, false).kind, 'held')
})

test('a place is where it was after any rows came above and below, of any height', () => {
  const rowHeight = (index: number) => 20 + ((index * 37) % 61)
  fc.assert(
    fc.property(fc.nat(5_000), fc.nat(300), fc.nat(300), (scrolled, above, below) => {
      const before = geometryOf(500, 700, rowHeight)
      const lowest = before.tops.at(-1)! - height
      const scrollTop = Math.min(scrolled, lowest - 31)
      const place = placeAt(scrollTop, before, true)
      assert.equal(place.kind, 'held')
      if (place.kind !== 'held') return
      const after = geometryOf(500 - above, 700 + below, rowHeight)
      const at = after.rows.findIndex(({ key }) => key === place.key)
      assert.equal(after.tops[at]! - scrollTopOf(place, after), place.offset)
    }),
  )
})

test('a row that is gone is found again by its index', () => {
  const geometry = geometryOf(1, 100, () => 30)
  const held = { kind: 'held', key: 'gone', index: 42, offset: 10 } as const
  const at = geometry.rows.findIndex((row) => row.kind === 'message' && row.line.index === 42)
  assert.equal(scrollTopOf(held, geometry), geometry.tops[at]! - 10)
})

test('of 100,000 messages those in sight are drawn, and few more', () => {
  const geometry = geometryOf(1, 100_000, () => 25)
  for (let scrollTop = 0; scrollTop < 2_000_000; scrollTop += 20_000) {
    const range = rangeAt(scrollTop, 900, geometry)
    assert.ok(range.to - range.from <= (height + 1_800) / 25 + 3)
    assert.ok(geometry.tops[range.from]! <= scrollTop)
  }
  assert.equal(rowAt(geometry.tops, 1e9), geometry.rows.length - 1)
})
