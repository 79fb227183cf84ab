/**
 * The text of a message as rows. Fenced code keeps its spaces and stands behind a bar; names that
 * call somebody stand out; the rest is wrapped at words.
 */
import { sanitise } from '../text/sanitise.ts'
import { wrap, wrapExactly } from '../text/wrap.ts'
import { type Line, type Span, span, type Tone } from './span.ts'

export interface TextStyle {
  readonly width: number
  readonly tone: Tone
  /** One's own name: `@name` in a message is an accent. */
  readonly me: string | undefined
}

export function textRows(text: string, style: TextStyle): readonly Line[] {
  const rows: Line[] = []
  // Odd parts stand between two fences; an unclosed fence is text.
  const parts = sanitise(text).split(/^```[^\n`]*\n?|\n?```[^\S\n]*$\n?/m)
  const isBalanced = parts.length % 2 === 1
  parts.forEach((part, at) => {
    if (part === '' && parts.length > 1) return
    if (isBalanced && at % 2 === 1) {
      for (const row of wrapExactly(part, style.width - 2)) {
        rows.push([span('▏ ', 'quiet'), span(row, style.tone)])
      }
    } else for (const row of wrap(part, style.width)) rows.push(withMentions(row, style))
  })
  return rows.length === 0 ? [[]] : rows
}

function withMentions(row: string, { me, tone }: TextStyle): Line {
  if (me === undefined || !row.includes('@')) return [span(row, tone)]
  const spans: Span[] = []
  let rest = row
  for (const [call] of row.matchAll(/@[\p{L}\p{N}\p{M}._-]+/gu)) {
    if (call.slice(1).toLowerCase() !== me.toLowerCase()) continue
    const at = rest.indexOf(call)
    if (at > 0) spans.push(span(rest.slice(0, at), tone))
    spans.push(span(call, 'accent'))
    rest = rest.slice(at + call.length)
  }
  if (rest !== '') spans.push(span(rest, tone))
  return spans
}
