/**
 * Where one looks in a list, apart from how high its rows are: at the bottom, or at a row that
 * stands so many pixels below the upper edge. The list is put there after every change, so what is
 * looked at stays where it is whatever comes above or below.
 */
import { indexOfRow, type Row, rowOfIndex } from '../model/rows.ts'

/** So near counts as being there. */
export const bottomPixelsMax = 30

export type Place =
  | { readonly kind: 'bottom' }
  | {
      readonly kind: 'held'
      readonly key: string
      /** Finds the row when its key is gone. */
      readonly index: number | undefined
      /** From the upper edge of the window to that of the row. */
      readonly offset: number
    }

export const bottom: Place = { kind: 'bottom' }

export interface Range {
  readonly from: number
  /** Not included. */
  readonly to: number
}

export interface Geometry {
  readonly rows: readonly Row[]
  /** Where each row begins, and where the last one ends. */
  readonly tops: Float64Array
  /** Height of the window. */
  readonly height: number
}

/** The row at which one looks; undefined when it is gone. */
export function heldRow(rows: readonly Row[], place: Place): number | undefined {
  if (place.kind === 'bottom') return undefined
  const at = rows.findIndex(({ key }) => key === place.key)
  if (at !== -1) return at
  return place.index === undefined ? undefined : rowOfIndex(rows, place.index)
}

/** How far the list is scrolled there. */
export function scrollTopOf(place: Place, { rows, tops, height }: Geometry): number {
  const all = tops[rows.length] ?? 0
  const lowest = Math.max(0, all - height)
  const at = heldRow(rows, place)
  if (place.kind === 'bottom' || at === undefined) return lowest
  return Math.min(lowest, Math.max(0, tops[at]! - place.offset))
}

/** The rows in sight, and so many pixels of rows on either side. */
export function rangeAt(scrollTop: number, more: number, geometry: Geometry): Range {
  const { rows, tops, height } = geometry
  const from = rowAt(tops, Math.max(0, scrollTop - more))
  const to = rowAt(tops, scrollTop + height + more) + 1
  return { from, to: Math.min(rows.length, to) }
}

/** The row at so many pixels from the top of the list. */
export function rowAt(tops: Float64Array, pixels: number): number {
  let low = 0
  let high = Math.max(0, tops.length - 2)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (tops[middle]! <= pixels) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * The place at which the list stands: that of the first row in sight that stays itself while older
 * ones come (dividers and folded rows may not).
 */
export function placeAt(scrollTop: number, geometry: Geometry, isEnd: boolean): Place {
  const { rows, tops, height } = geometry
  const all = tops[rows.length] ?? 0
  if (isEnd && all - height - scrollTop <= bottomPixelsMax) return bottom
  const first = rowAt(tops, scrollTop)
  for (let at = first; at < rows.length && tops[at]! < scrollTop + height; at += 1) {
    const row = rows[at]!
    if (row.kind === 'message' || row.kind === 'send') return holding(row, tops[at]! - scrollTop)
  }
  const row = rows[first]
  return row === undefined ? bottom : holding(row, tops[first]! - scrollTop)
}

function holding(row: Row, offset: number): Place {
  return { kind: 'held', key: row.key, index: indexOfRow(row), offset }
}
