/**
 * Turns frames into the fewest bytes that change the screen from one to the next.
 *
 * Every row is addressed absolutely and written only when it differs, so nothing depends on where
 * the cursor was, an unchanged frame costs no byte, and a resize is one repaint. Terminals disagree
 * on how wide some graphemes are (joined emoji, flags, marks): after each of those the column is
 * set again, so what stands to the right of it, a border above all, stays in its place whatever the
 * terminal believes. Wrapping is off (mode 7), so a row can never push the next one down. The bytes
 * of one frame are bracketed (mode 2026) so that terminals that know it show them at once.
 */
import { graphemes, widthOf } from '../text/width.ts'

/** Text as it is, wrapped by the terminal: what it copies then has no line feeds of ours. */
export interface BareFrame {
  readonly columns: number
  readonly rows: number
  readonly bare: string
}

export interface Frame {
  readonly columns: number
  readonly rows: number
  readonly lines: readonly string[]
  /** Zero-based; absent hides the cursor. */
  readonly cursor?: { readonly x: number; readonly y: number }
}

const esc = '\u001b'
const begin = `${esc}[?2026h${esc}[?25l`
const end = `${esc}[?2026l`

export class Painter {
  #last: Frame | undefined
  #lastBare: BareFrame | undefined

  /** The next frame is painted whole: somebody else wrote on the screen. */
  forget(): void {
    this.#last = undefined
    this.#lastBare = undefined
  }

  paintBare(frame: BareFrame): string {
    const { bare, columns, rows } = frame
    const last = this.#lastBare
    if (last?.bare === bare && last.columns === columns && last.rows === rows) return ''
    this.#last = undefined
    this.#lastBare = frame
    const text = bare.replaceAll('\n', '\r\n')
    return `${begin}${esc}[0m${esc}[2J${esc}[H${esc}[?7h${text}${esc}[?7l${end}`
  }

  paint(frame: Frame): string {
    const last = this.#last
    const isWhole = last?.columns !== frame.columns || last.rows !== frame.rows
    let rows = isWhole ? `${esc}[0m${esc}[2J` : ''
    for (let y = 0; y < frame.rows; y++) {
      const line = frame.lines[y] ?? ''
      const before = isWhole ? '' : (last.lines[y] ?? '')
      if (line !== before) rows += paintRow(line, y, frame.columns)
    }
    const hasMoved = frame.cursor?.x !== last?.cursor?.x || frame.cursor?.y !== last?.cursor?.y
    this.#last = frame
    this.#lastBare = undefined
    if (rows === '' && !hasMoved) return ''
    const { cursor } = frame
    const place = cursor === undefined ? '' : `${esc}[${cursor.y + 1};${cursor.x + 1}H${esc}[?25h`
    return begin + rows + place + end
  }
}

const sgr = /(\p{Cc}\[[0-9;]*m)/u
/** Scripts and signs of which one character has one width everywhere. */
const certain = [
  String.raw`\u{20}-\u{24f}`,
  String.raw`\u{370}-\u{52f}`,
  String.raw`\u{2010}-\u{27ff}`,
  String.raw`\u{3041}-\u{30ff}`,
  String.raw`\u{4e00}-\u{9fff}`,
  String.raw`\u{ac00}-\u{d7a3}`,
]
const isCertain = new RegExp(`^[${certain.join('')}]$`, 'u')
const isEmoji = /\p{Emoji_Presentation}|\p{Extended_Pictographic}/u

function paintRow(line: string, y: number, columns: number): string {
  let painted = `${esc}[${y + 1};1H`
  let x = 0
  let isUncertain = false
  for (const part of line.split(sgr)) {
    if (part.startsWith(esc)) {
      painted += part
      continue
    }
    for (const grapheme of graphemes(part)) {
      x += widthOf(grapheme)
      painted += grapheme
      if (isCertain.test(grapheme) && !isEmoji.test(grapheme)) continue
      isUncertain = true
      if (x < columns) painted += `${esc}[${x + 1}G`
    }
  }
  if (isUncertain) painted = painted.replace('H', `H${esc}[2K`)
  return x < columns ? `${painted}${esc}[0m${esc}[K` : `${painted}${esc}[0m`
}
