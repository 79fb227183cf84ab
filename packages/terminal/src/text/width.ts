/**
 * Text measured in terminal cells. A grapheme takes 0, 1 or 2 of them and is never cut in half; the
 * rare cluster that is wider (several spacing marks) counts as its characters.
 */
import stringWidth from 'string-width'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** Of one grapheme. */
const cellsMax = 2
const isAscii = /^[\x20-\x7e]*$/

/** One cell a character everywhere: Latin, Greek, Cyrillic, signs, arrows, lines and shapes. */
const simple = [
  String.raw`\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff`,
  String.raw`\u0370-\u0482\u048a-\u0530`,
  String.raw`\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2500-\u25fc`,
]
const isSimple = new RegExp(`^[${simple.join('')}]*$`)

export function widthOf(text: string): number {
  return isSimple.test(text) ? text.length : stringWidth(text)
}

/** The same for a text with colours in it. */
export function cellsOf(painted: string): number {
  return widthOf(painted.replace(/\p{Cc}\[[0-9;]*m/gu, ''))
}

export function graphemes(text: string): readonly string[] {
  if (isAscii.test(text)) return text.split('')
  const parts = Array.from(segmenter.segment(text), (part) => part.segment)
  return parts.flatMap((part) => (widthOf(part) > cellsMax ? [...part] : [part]))
}

/** The longest beginning that fits. */
export function takeCells(text: string, cells: number): string {
  if (widthOf(text) <= cells) return text
  let used = 0
  let taken = ''
  for (const grapheme of graphemes(text)) {
    used += widthOf(grapheme)
    if (used > cells) break
    taken += grapheme
  }
  return taken
}

/** At most `cells` wide; what is cut shows as an ellipsis. */
export function clip(text: string, cells: number): string {
  if (cells <= 0) return ''
  if (widthOf(text) <= cells) return text
  return `${takeCells(text, cells - 1)}…`
}

/** Exactly `cells` wide. */
export function fit(text: string, cells: number, side: 'left' | 'right' = 'left'): string {
  const clipped = clip(text, cells)
  const space = ' '.repeat(Math.max(0, cells - widthOf(clipped)))
  return side === 'left' ? clipped + space : space + clipped
}
