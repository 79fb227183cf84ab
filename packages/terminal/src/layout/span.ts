/**
 * Text with a meaning instead of a colour. Everything on the screen is made of lines of spans; only
 * `view/theme.ts` knows how a tone looks.
 */
import { clip, takeCells, widthOf } from '../text/width.ts'

export type Tone =
  | 'plain'
  | 'quiet'
  | 'strong'
  | 'accent'
  | 'strong-accent'
  | 'danger'
  /** What the cursor is on. */
  | 'picked'

export interface Span {
  readonly text: string
  readonly tone: Tone
}

export type Line = readonly Span[]

export const emptyLine: Line = []

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone }
}

export function lineWidth(line: Line): number {
  return line.reduce((width, { text }) => width + widthOf(text), 0)
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('')
}

/** At most `cells` wide, with an ellipsis where it was cut. */
export function clipLine(line: Line, cells: number): Line {
  if (lineWidth(line) <= cells) return line
  const clipped: Span[] = []
  let left = cells - 1
  for (const part of line) {
    const text = takeCells(part.text, left)
    clipped.push({ text, tone: part.tone })
    left -= widthOf(text)
    if (text !== part.text) break
  }
  if (cells > 0) clipped.push(span('…', clipped.at(-1)?.tone ?? 'plain'))
  return clipped
}

/** Exactly `cells` wide. */
export function fitLine(line: Line, cells: number): Line {
  const clipped = clipLine(line, cells)
  const space = cells - lineWidth(clipped)
  return space > 0 ? [...clipped, span(' '.repeat(space))] : clipped
}

/** `left` and `right` at the two ends; when there is no room for both, `left` gives way. */
export function spread(left: Line, right: Line, cells: number): Line {
  const kept = lineWidth(right) <= cells ? right : emptyLine
  const rightWidth = lineWidth(kept)
  return [...fitLine(left, cells - rightWidth), ...kept]
}

/** The same text in one tone: what is picked, what flashes, what waits. */
export function retone(line: Line, tone: Tone): Line {
  return line.map(({ text }) => ({ text, tone }))
}

/** A rule with a word in it: `── Tuesday 3 June ──────`. */
export function ruleWith(words: Line, cells: number, tone: Tone = 'quiet'): Line {
  const clipped = clipLine(words, Math.max(0, cells - 6))
  const used = lineWidth(clipped)
  if (used === 0) return [span('─'.repeat(cells), tone)]
  const rest = Math.max(0, cells - used - 4)
  return [span('── ', tone), ...clipped, span(` ${'─'.repeat(rest)}`, tone)]
}

export function clipped(text: string, cells: number, tone: Tone = 'plain'): Span {
  return span(clip(text, cells), tone)
}
