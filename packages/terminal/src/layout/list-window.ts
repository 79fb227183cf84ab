/**
 * Which rows of a long list are on the screen.
 *
 * A list is blocks of rows. The place is either the bottom, which it then sticks to, or held at a
 * row: the block's key and how many of its rows, counted from its end, are at or below the top of
 * the window. Keys and counting from the end make the place independent of everything above it:
 * pages of older messages, a day's heading that moves up, messages that arrive below move no row.
 */
import type { Line } from './span.ts'

export interface Blocks {
  readonly count: number
  keyAt(at: number): string
  rowsAt(at: number): readonly Line[]
}

export type Place =
  | { readonly kind: 'bottom' }
  | { readonly kind: 'held'; readonly key: string; readonly fromEnd: number }

export const bottom: Place = { kind: 'bottom' }

export interface WindowRow {
  readonly key: string
  readonly line: Line
}

export interface Window {
  /** At most `height`; fewer only when the whole list is shorter. */
  readonly rows: readonly WindowRow[]
  /** Of the first row. */
  readonly place: Place
  /** The last row of the list is shown. */
  readonly isAtEnd: boolean
  /** Blocks above the window. */
  readonly above: number
  /** Position of the last block whose last row is shown, -1 for none. */
  readonly lastWhole: number
}

/** A row: its block and its number in it. */
interface Spot {
  readonly block: number
  readonly row: number
}

export function windowOf(blocks: Blocks, place: Place, height: number): Window {
  const end = spotFromBottom(blocks, height)
  const spot = place.kind === 'bottom' ? end : (spotOf(blocks, place) ?? end)
  const start = isAfter(spot, end) ? end : spot
  const rows: WindowRow[] = []
  let lastWhole = -1
  let block = start.block
  for (; block < blocks.count && rows.length < height; block++) {
    const lines = blocks.rowsAt(block).slice(block === start.block ? start.row : 0)
    const shown = lines.slice(0, height - rows.length)
    for (const line of shown) rows.push({ key: blocks.keyAt(block), line })
    if (shown.length === lines.length) lastWhole = block
  }
  return {
    rows,
    place: placeOf(blocks, start),
    isAtEnd: lastWhole === blocks.count - 1,
    above: start.block,
    lastWhole,
  }
}

/** The place `step` rows further down (negative: up); the bottom when the end comes into view. */
export function scrolled(
  blocks: Blocks,
  move: { from: Place; step: number; height: number },
): Place {
  const { place } = windowOf(blocks, move.from, move.height)
  const start = place.kind === 'held' ? spotOf(blocks, place) : undefined
  if (start === undefined) return bottom
  const spot = walk(blocks, start, move.step)
  const end = spotFromBottom(blocks, move.height)
  return isAfter(spot, end) || isSame(spot, end) ? bottom : placeOf(blocks, spot)
}

/** The place that shows a block with `above` rows over it, as far as there are so many below. */
export function placeAround(
  blocks: Blocks,
  target: { key: string; above: number; height: number },
): Place {
  const block = blockOf(blocks, target.key)
  if (block === undefined) return bottom
  const spot = walk(blocks, { block, row: 0 }, -target.above)
  const end = spotFromBottom(blocks, target.height)
  return isAfter(spot, end) || isSame(spot, end) ? bottom : placeOf(blocks, spot)
}

/** The window moved as little as makes the whole block visible. */
export function placeShowing(
  blocks: Blocks,
  target: { key: string; from: Place; height: number },
): Place {
  const { key, from, height } = target
  const window = windowOf(blocks, from, height)
  const block = blockOf(blocks, key)
  if (block === undefined) return from
  const length = blocks.rowsAt(block).length
  const shown = window.rows.filter((row) => row.key === key).length
  if (shown >= Math.min(length, height)) return from
  if (block <= window.above) return placeAround(blocks, { key, above: 0, height })
  return placeAround(blocks, { key, above: Math.max(0, height - length), height })
}

function spotOf(blocks: Blocks, place: Extract<Place, { kind: 'held' }>): Spot | undefined {
  const block = blockOf(blocks, place.key)
  if (block === undefined) return undefined
  return { block, row: Math.max(0, blocks.rowsAt(block).length - place.fromEnd) }
}

function placeOf(blocks: Blocks, spot: Spot): Place {
  if (blocks.count === 0) return bottom
  const fromEnd = blocks.rowsAt(spot.block).length - spot.row
  return { kind: 'held', key: blocks.keyAt(spot.block), fromEnd }
}

/** From the newest back: what is looked for is mostly there. */
function blockOf(blocks: Blocks, key: string): number | undefined {
  for (let at = blocks.count - 1; at >= 0; at--) if (blocks.keyAt(at) === key) return at
  return undefined
}

function spotFromBottom(blocks: Blocks, height: number): Spot {
  let left = height
  for (let block = blocks.count - 1; block >= 0; block--) {
    const length = blocks.rowsAt(block).length
    if (length >= left) return { block, row: length - left }
    left -= length
  }
  return { block: 0, row: 0 }
}

function walk(blocks: Blocks, from: Spot, step: number): Spot {
  let { block, row } = from
  row += step
  while (row < 0 && block > 0) {
    block -= 1
    row += blocks.rowsAt(block).length
  }
  while (block < blocks.count - 1 && row >= blocks.rowsAt(block).length) {
    row -= blocks.rowsAt(block).length
    block += 1
  }
  return { block, row: Math.max(0, row) }
}

function isAfter(a: Spot, b: Spot): boolean {
  return a.block > b.block || (a.block === b.block && a.row > b.row)
}

function isSame(a: Spot, b: Spot): boolean {
  return a.block === b.block && a.row === b.row
}
