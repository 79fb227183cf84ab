/**
 * Keeps the list where one looks. `place` is the truth: the scroll position follows from it after
 * every change (`settle`, before anything is painted), and it follows from the scroll position only
 * when the person scrolled. Rows far from it are not drawn; two spacers stand for them.
 *
 * What changed the scroll position is told apart by its value: one that we did not set was set by
 * the person, unless the browser had to, because the list became shorter than it was scrolled.
 */
import { indexOfRow, type Row } from '../model/rows.ts'
import {
  bottom,
  type Geometry,
  type Place,
  placeAt,
  type Range,
  rangeAt,
  rowAt,
  scrollTopOf,
} from './place.ts'
import type { RowHeights } from './row-heights.ts'

/** Rows are drawn so far beyond the edges, and drawn anew when less than the second is left. */
const drawnBeyondPixels = 500
const keptBeyondPixels = 150
const heightDefault = 800

export interface ListElements {
  readonly scroller: HTMLElement
  readonly above: HTMLElement
  readonly content: HTMLElement
  readonly below: HTMLElement
}

/** What is in sight. */
export interface ListView {
  readonly isAtBottom: boolean
  readonly firstIndex: number | undefined
  readonly lastIndex: number | undefined
  readonly pixelsAbove: number
  readonly pixelsBelow: number
}

export class ListPosition {
  readonly #heights: RowHeights
  #place: Place
  #elements: ListElements | undefined
  #rows: readonly Row[] = []
  #tops: Float64Array = new Float64Array(1)
  #range: Range = { from: 0, to: 0 }
  /** The list ends with the newest entry: at its end is the bottom. */
  #isEnd = true
  #scrollTop = 0
  #height = heightDefault

  constructor(heights: RowHeights, place: Place) {
    this.#heights = heights
    this.#place = place
  }

  get place(): Place {
    return this.#place
  }

  get range(): Range {
    return this.#range
  }

  get isAtBottom(): boolean {
    return this.#place.kind === 'bottom' && this.#isEnd
  }

  attach(elements: ListElements): void {
    this.#elements = elements
    this.#height = elements.scroller.clientHeight || heightDefault
    this.#heights.setWidth(elements.content.clientWidth)
  }

  goTo(place: Place): void {
    this.#place = place
  }

  /** Finds which rows to draw. */
  rangeFor(rows: readonly Row[], isEnd: boolean): void {
    this.#noticeScroll()
    const tops = this.#heights.tops(rows)
    const geometry = { rows, tops, height: this.#height }
    const range = rangeAt(scrollTopOf(this.#place, geometry), drawnBeyondPixels, geometry)
    this.#rows = rows
    this.#tops = tops
    this.#range = range
    this.#isEnd = isEnd
  }

  /** After the rows were drawn, or changed their heights. True when others must be drawn. */
  settle(): boolean {
    const elements = this.#elements
    if (elements === undefined) return false
    this.#noticeScroll()
    this.#measure(elements)
    this.#becomeBottom()
    const { above, below, scroller } = elements
    const all = this.#tops[this.#rows.length] ?? 0
    above.style.height = `${this.#tops[this.#range.from] ?? 0}px`
    below.style.height = `${all - (this.#tops[this.#range.to] ?? all)}px`
    const wanted = scrollTopOf(this.#place, this.#geometry)
    if (Math.abs(scroller.scrollTop - wanted) > 0.5) scroller.scrollTop = wanted
    this.#scrollTop = scroller.scrollTop
    return this.#isThin()
  }

  /** After a scroll event. True when other rows must be drawn. */
  scrolled(): boolean {
    this.#noticeScroll()
    return this.#isThin()
  }

  view(): ListView {
    const { rows, tops, height } = this.#geometry
    const top = this.#scrollTop
    const lowest = top + height
    const all = tops[rows.length] ?? 0
    let firstIndex: number | undefined
    let lastIndex: number | undefined
    for (let at = rowAt(tops, top); at < rows.length && tops[at]! < lowest; at += 1) {
      const index = indexOfRow(rows[at]!)
      if (index === undefined) continue
      firstIndex ??= index
      if (tops[at + 1]! <= lowest + 2) lastIndex = index
    }
    const pixelsBelow = Math.max(0, all - lowest)
    const { isAtBottom } = this
    return { isAtBottom, firstIndex, lastIndex, pixelsAbove: top, pixelsBelow }
  }

  /** Puts a row so far from the upper edge, as part of the height. */
  show(key: string, index: number | undefined, part: number): void {
    this.#place = { kind: 'held', key, index, offset: this.#height * part }
  }

  get #geometry(): Geometry {
    return { rows: this.#rows, tops: this.#tops, height: this.#height }
  }

  #measure({ scroller, content }: ListElements): void {
    this.#height = scroller.clientHeight
    const isWidthNew = this.#heights.setWidth(content.clientWidth)
    let hasChanged = isWidthNew
    for (const child of content.children) {
      const key = (child as HTMLElement).dataset.key
      if (key === undefined) continue
      const { height } = child.getBoundingClientRect()
      if (this.#heights.measure(key, height)) hasChanged = true
    }
    if (hasChanged) this.#tops = this.#heights.tops(this.#rows)
  }

  /** A place from which everything to the end is in sight is the bottom. */
  #becomeBottom(): void {
    const place = this.#place
    if (place.kind === 'bottom' || !this.#isEnd || this.#range.to < this.#rows.length) return
    const all = this.#tops[this.#rows.length] ?? 0
    const at = this.#rows.findIndex(({ key }) => key === place.key)
    if (at < this.#range.from) return
    if (this.#tops[at]! - place.offset > all - this.#height) this.#place = bottom
  }

  #noticeScroll(): void {
    const scroller = this.#elements?.scroller
    if (scroller === undefined) return
    const { scrollTop, scrollHeight, clientHeight } = scroller
    if (Math.abs(scrollTop - this.#scrollTop) < 1) return
    const isCutShort = scrollTop < this.#scrollTop && scrollTop + clientHeight >= scrollHeight - 1
    this.#scrollTop = scrollTop
    if (isCutShort && this.#place.kind === 'bottom') return
    this.#place = placeAt(scrollTop, this.#geometry, this.#isEnd)
  }

  /** Too few rows are drawn around what is in sight. */
  #isThin(): boolean {
    const needed = rangeAt(this.#scrollTop, keptBeyondPixels, this.#geometry)
    return needed.from < this.#range.from || needed.to > this.#range.to
  }
}
