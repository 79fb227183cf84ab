/** A question in the middle of an empty screen. */
import type { Asking } from '../model/question.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { fit, widthOf } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'
import { clipLine, emptyLine, fitLine, type Line, retone, span } from './span.ts'

const measureMax = 64
const marginWide = 8
const marginNarrow = 2
const prompt = '› '

export interface QuestionView {
  readonly lines: readonly Line[]
  readonly cursor?: { readonly x: number; readonly y: number }
}

export function questionLines(
  asking: Asking,
  size: { readonly columns: number; readonly rows: number },
): QuestionView {
  const { columns, rows } = size
  const margin = columns >= 60 ? marginWide : marginNarrow
  const width = Math.min(measureMax, columns - margin * 2)
  const { question, composer, error } = asking
  const said = sanitiseLine(question.label)
  const lines: Line[] = [[span('Starling', 'strong-accent')], emptyLine]
  for (const row of wrap(said, width)) lines.push([span(row, 'strong')])
  let cursor: { x: number; y: number } | undefined
  if (question.kind === 'text') {
    const shown = question.isSecret ? '•'.repeat(composer.text.length) : composer.text
    const before = shown.slice(0, composer.cursor)
    cursor = { x: margin + widthOf(prompt) + widthOf(before), y: lines.length }
    lines.push([span(prompt, 'accent'), span(shown)])
  }
  if (question.kind === 'choice') lines.push(...choices(asking, width))
  lines.push(emptyLine)
  if (error !== undefined) {
    for (const row of wrap(sanitiseLine(error), width)) lines.push([span(row, 'danger')])
    lines.push(emptyLine)
  }
  for (const part of question.hint.split('\n')) {
    for (const row of wrap(sanitiseLine(part), width)) lines.push([span(row, 'quiet')])
  }
  const top = Math.max(0, Math.min(Math.floor(rows / 5), rows - 2 - lines.length))
  const placed = lines.map((line) => [span(' '.repeat(margin)), ...line])
  const body = [...Array.from({ length: top }, () => emptyLine), ...placed].slice(0, rows - 1)
  const filled = Array.from({ length: rows - 1 }, (_, y) => body[y] ?? emptyLine)
  const foot = question.kind === 'wait' ? ' Esc goes back · Ctrl-C leaves' : keys
  return {
    lines: [...filled, [span(foot, 'quiet')]].map((line) => fitLine(line, columns)),
    ...(cursor === undefined ? {} : { cursor: { ...cursor, y: cursor.y + top } }),
  }
}

const keys = ' Enter goes on · Esc goes back · Ctrl-C leaves'

function choices({ question, picked }: Asking, width: number): readonly Line[] {
  if (question.kind !== 'choice') return []
  const cells = Math.max(...question.items.map(({ label }) => widthOf(label)))
  return question.items.map(({ label, detail }, at): Line => {
    const line: Line = [span(` ${fit(label, cells)} `), span(` ${detail}`, 'quiet')]
    return at === picked ? [...retone(clipLine(line, width), 'picked')] : clipLine(line, width)
  })
}
