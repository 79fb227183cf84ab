import type { Position, PositionedRecord } from './record.ts'

/** How many records stand up to a position; they are in order, so it halves its way there. */
export function countUpTo(records: readonly PositionedRecord[], position: Position): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (records[middle]!.position <= position) low = middle + 1
    else high = middle
  }
  return low
}
