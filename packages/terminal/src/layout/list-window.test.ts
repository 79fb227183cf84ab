import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type Blocks,
  bottom,
  type Place,
  placeAround,
  placeShowing,
  scrolled,
  windowOf,
} from './list-window.ts'
import { span, textOf } from './span.ts'

interface Block {
  readonly key: string
  readonly height: number
}

function blocksOf(list: readonly Block[]): Blocks {
  return {
    count: list.length,
    keyAt: (at) => list[at]!.key,
    rowsAt: (at) => {
      const { key, height } = list[at]!
      return Array.from({ length: height }, (_, row) => [span(`${key}${row}`)])
    },
  }
}

function shown(blocks: Blocks, place: Place, height: number): readonly string[] {
  return windowOf(blocks, place, height).rows.map(({ line }) => textOf(line))
}

const heights = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 })
const named = (list: readonly number[], from = 0) =>
  list.map((height, at) => ({ key: `${from + at}.`, height }))

describe('at the bottom', () => {
  it('the last rows are shown, also of a block that is cut', () => {
    const blocks = blocksOf(named([2, 2, 2]))
    assert.deepEqual(shown(blocks, bottom, 3), ['1.1', '2.0', '2.1'])
    assert.equal(windowOf(blocks, bottom, 3).isAtEnd, true)
  })

  it('what arrives is shown', () => {
    assert.deepEqual(shown(blocksOf(named([1, 1, 1])), bottom, 2), ['1.0', '2.0'])
    assert.deepEqual(shown(blocksOf(named([1, 1, 1, 1])), bottom, 2), ['2.0', '3.0'])
  })

  it('a list that is shorter than the window is shown whole', () => {
    assert.deepEqual(shown(blocksOf(named([1, 1])), bottom, 5), ['0.0', '1.0'])
  })
})

describe('held away from the bottom', () => {
  it('no row moves, whatever is added before and after', () => {
    const size = fc.integer({ min: 1, max: 12 })
    fc.assert(
      fc.property(heights, heights, heights, size, (older, list, newer, height) => {
        const own = named(list)
        const place = scrolled(blocksOf(own), { from: bottom, step: -3, height })
        if (place.kind === 'bottom') return
        const before = shown(blocksOf(own), place, height)
        const more = [...named(older, 1000), ...own, ...named(newer, 2000)]
        assert.deepEqual(shown(blocksOf(more), place, height), before)
      }),
    )
  })

  it('a row added above the first line of a block moves nothing', () => {
    const place: Place = { kind: 'held', key: '1.', fromEnd: 2 }
    const before = windowOf(blocksOf(named([1, 2, 9])), place, 4).rows
    const after = windowOf(blocksOf(named([1, 3, 9])), place, 4).rows
    assert.deepEqual(
      before.map(({ key }) => key),
      after.map(({ key }) => key),
    )
  })

  it('scrolling up and down as far comes back to the same rows', () => {
    const steps = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(heights, steps, steps, (list, up, down) => {
        const blocks = blocksOf(named(list))
        const height = 4
        const high = scrolled(blocks, { from: bottom, step: -up - down, height })
        const middle = scrolled(blocks, { from: high, step: down, height })
        const again = scrolled(blocks, { from: middle, step: -down, height })
        if (windowOf(blocks, high, height).isAtEnd) return
        if (windowOf(blocks, middle, height).isAtEnd) return
        assert.deepEqual(shown(blocks, again, height), shown(blocks, high, height))
      }),
    )
  })

  it('coming down to the end sticks to the bottom again', () => {
    const blocks = blocksOf(named([3, 3, 3, 3]))
    const up = scrolled(blocks, { from: bottom, step: -5, height: 4 })
    assert.equal(up.kind, 'held')
    assert.deepEqual(scrolled(blocks, { from: up, step: 9, height: 4 }), bottom)
  })

  it('a block that is gone leads to the bottom', () => {
    const place: Place = { kind: 'held', key: 'gone', fromEnd: 1 }
    assert.deepEqual(shown(blocksOf(named([1, 1, 1])), place, 1), ['2.0'])
  })
})

it('a target is shown with rows above it', () => {
  const blocks = blocksOf(named([1, 1, 1, 1, 1, 1, 1, 1]))
  const place = placeAround(blocks, { key: '3.', above: 1, height: 3 })
  assert.deepEqual(shown(blocks, place, 3), ['2.0', '3.0', '4.0'])
})

it('a block is brought into view whole, and the window stays when it is there already', () => {
  const blocks = blocksOf(named([2, 2, 2, 2]))
  const top = placeShowing(blocks, { key: '0.', from: bottom, height: 4 })
  assert.deepEqual(shown(blocks, top, 4), ['0.0', '0.1', '1.0', '1.1'])
  assert.deepEqual(placeShowing(blocks, { key: '1.', from: top, height: 4 }), top)
  const down = placeShowing(blocks, { key: '2.', from: top, height: 4 })
  assert.deepEqual(shown(blocks, down, 4), ['1.0', '1.1', '2.0', '2.1'])
})
