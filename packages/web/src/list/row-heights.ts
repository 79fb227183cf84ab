/**
 * How high rows are: measured where they were shown, estimated where they were not. What was
 * measured holds for one width.
 */
import type { Row } from '../model/rows.ts'

const keptMax = 20_000
const lineHeight = 22
const headHeight = 24
const characterWidth = 7.4

export class RowHeights {
  readonly #measured = new Map<string, number>()
  #width = 0

  /** True when all is to be measured anew. */
  setWidth(width: number): boolean {
    if (width === this.#width) return false
    this.#width = width
    this.#measured.clear()
    return true
  }

  /** True when it was another. */
  measure(key: string, height: number): boolean {
    const before = this.#measured.get(key)
    if (before === height) return false
    if (before === undefined && this.#measured.size >= keptMax) this.#measured.clear()
    this.#measured.set(key, height)
    return true
  }

  of(row: Row): number {
    return this.#measured.get(row.key) ?? this.#estimate(row)
  }

  /** `tops[n]` is where row n begins; the last one is the height of all. */
  tops(rows: readonly Row[]): Float64Array {
    const tops = new Float64Array(rows.length + 1)
    rows.forEach((row, at) => {
      tops[at + 1] = tops[at]! + this.of(row)
    })
    return tops
  }

  #estimate(row: Row): number {
    switch (row.kind) {
      case 'message':
      case 'send':
        return this.#textHeight(row.line.text) + (row.isHead ? headHeight + 8 : 0) + 4
      case 'day':
        return 40
      case 'start':
        return 120
      case 'divider':
        return 80
      case 'more':
        return 48
      case 'unread':
      case 'system':
        return 28
    }
  }

  #textHeight(text: string): number {
    const columns = Math.max(20, (Math.min(this.#width, 900) - 80) / characterWidth)
    let lines = 0
    for (const line of text.split('\n')) lines += Math.max(1, Math.ceil(line.length / columns))
    return lines * lineHeight
  }
}
