/**
 * One line of a timeline as rows.
 *
 * In a wide pane a message stands in three columns: the minute, the name set flush right, the text.
 * In a narrow one the name and the minute are a heading over the text. Consecutive messages of one
 * person share their name. A pending send is the same rows, dim; so an acknowledgement changes a
 * tone and no row.
 */
import type { MessageLine, PrivacyCause, SendLine, TimelineLine } from '@starling/client/api'
import { clockOf, dayOf, type ZoneOffset } from '../text/moment.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { fit } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'
import { textRows } from './message-text.ts'
import { causeSentence } from './privacy-words.ts'
import { clipLine, type Line, lineWidth, type Span, span, type Tone } from './span.ts'
import { systemSentence } from './system-sentence.ts'

/** The same person within this time goes on under the same name. */
const groupMsMax = 5 * 60_000
const narrowBelow = 50

export interface PaneStyle {
  readonly width: number
  readonly zone: ZoneOffset
  readonly me: { readonly user: string; readonly name: string } | undefined
}

/** Messages one after the other that cannot be read for one reason; key and index of the last. */
export interface SealedRun {
  readonly kind: 'sealed-run'
  readonly key: string
  readonly index: number
  readonly at: number
  readonly count: number
  readonly unreadable: PrivacyCause
}

export type ListLine = TimelineLine | SendLine | SealedRun

interface Author {
  readonly user: string
  readonly name: string
}

function isNarrow({ width }: PaneStyle): boolean {
  return width < narrowBelow
}

export function isInSameMinute(
  line: ListLine,
  before: ListLine | undefined,
  { zone }: PaneStyle,
): boolean {
  return before !== undefined && clockOf(line.at, zone) === clockOf(before.at, zone)
}

/** Whether a line goes on under the name of the one before. */
export function goesOn(line: ListLine, before: ListLine | undefined, style: PaneStyle): boolean {
  if (before === undefined || !isSaid(line) || !isSaid(before)) return false
  if (line.replyTo !== undefined || line.at - before.at > groupMsMax) return false
  if (dayOf(line.at, style.zone) !== dayOf(before.at, style.zone)) return false
  return authorOf(line, style).user === authorOf(before, style).user
}

/** Somebody's words, as against what happened. */
function isSaid(line: ListLine): line is MessageLine | SendLine {
  return line.kind === 'message' || line.kind === 'send'
}

export interface LineContext {
  readonly style: PaneStyle
  readonly before: ListLine | undefined
  /** It goes on under the name of the line before. */
  readonly isContinued: boolean
  /** The line before has the same minute beside it. */
  readonly isSameMinute: boolean
}

export function rowsOf(line: ListLine, context: LineContext): readonly Line[] {
  const { style } = context
  if (line.kind === 'system')
    return quietRows(systemSentence(line, style.me?.user), line.at, context)
  if (line.kind === 'sealed-run') {
    return quietRows(causeSentence(line.unreadable, line.count), line.at, context)
  }
  const body = bodyRows(line, style)
  const name = nameTone(line)
  const author = sanitiseLine(authorOf(line, style).name)
  const clock = clockOf(line.at, style.zone)
  if (isNarrow(style)) {
    const rows = body.map((row) => [span('  '), ...row])
    if (context.isContinued) return rows
    return [[span(' '), span(author, name), span(`  ${clock}`, 'quiet')], ...rows]
  }
  const nameCells = nameWidth(style)
  return body.map((row, at): Line => {
    const minute = at === 0 && !context.isSameMinute ? clock : '     '
    const shown = at === 0 && !context.isContinued ? author : ''
    return [
      span(` ${minute} `, 'quiet'),
      span(fit(shown, nameCells, 'right'), name),
      span('  '),
      ...row,
    ]
  })
}

function authorOf(line: MessageLine | SendLine, { me }: PaneStyle): Author {
  if (line.kind === 'message') return { user: line.by, name: line.name }
  return me ?? { user: '', name: 'me' }
}

function nameTone(line: MessageLine | SendLine): Tone {
  if (line.kind === 'send') return line.state === 'sent' ? 'strong' : 'quiet'
  return line.isMention ? 'strong-accent' : 'strong'
}

function nameWidth({ width }: PaneStyle): number {
  if (width >= 90) return 14
  return width >= 70 ? 12 : 9
}

/** Cells for the text itself; one stays free at the right. */
function textWidth(style: PaneStyle): number {
  return isNarrow(style) ? style.width - 3 : style.width - 7 - nameWidth(style) - 2 - 1
}

function bodyRows(line: MessageLine | SendLine, style: PaneStyle): readonly Line[] {
  const width = textWidth(style)
  const isSolid = line.kind === 'message' ? !line.isChanging : line.state === 'sent'
  const tone: Tone = isSolid ? 'plain' : 'quiet'
  const rows: Line[] = []
  const { replyTo } = line
  if (replyTo !== undefined) {
    const quoted = sanitiseLine(replyTo.text ?? 'an earlier message')
    const name = replyTo.name === undefined ? '' : `${sanitiseLine(replyTo.name)}  `
    rows.push(clipLine([span(`↳ ${name}${quoted}`, 'quiet')], width))
  }
  if (line.kind === 'message' && line.deletedBy !== undefined) {
    rows.push([span(line.deletedBy === line.by ? 'deleted' : 'deleted by a moderator', 'quiet')])
    return rows
  }
  if (line.kind === 'message' && line.unreadable !== undefined) {
    return wrap(causeSentence(line.unreadable), width).map((row): Line => [span(row, 'quiet')])
  }
  rows.push(...textRows(line.text, { width, tone, me: style.me?.name }))
  if (line.kind === 'send')
    return line.state === 'failed' ? [...rows, ...failure(line, width)] : rows
  if (line.editedAt !== undefined) appendMark(rows, ' (edited)', width)
  if (line.reactions.length > 0) rows.push(...reactionRows(line, width))
  return rows
}

/** At the end of the last row when there is room, else on a row of its own. */
function appendMark(rows: Line[], mark: string, width: number): void {
  const last = rows.at(-1) ?? []
  const part = span(mark, 'quiet')
  if (lineWidth(last) + mark.length <= width) rows[rows.length - 1] = [...last, part]
  else rows.push([span(mark.trim(), 'quiet')])
}

function failure(line: SendLine, width: number): readonly Line[] {
  const why = sanitiseLine(line.refusal?.say ?? '')
  const verb = line.item.op.kind === 'post' ? 'Not sent' : `Refused (${line.item.op.kind})`
  const sentence = wrap(`✗ ${verb}. ${why}`.trimEnd(), width)
  return [
    ...sentence.map((row): Line => [span(row, 'danger')]),
    ...wrap('Ctrl-R retry · Ctrl-X delete', width).map((row): Line => [span(row, 'quiet')]),
  ]
}

function reactionRows(line: MessageLine, width: number): readonly Line[] {
  const rows: Span[][] = []
  for (const { emoji, users, isMine } of line.reactions) {
    const part = span(`${sanitiseLine(emoji)} ${users.length}`, isMine ? 'accent' : 'quiet')
    const row = rows.at(-1)
    const gap = span('  ')
    if (row !== undefined && lineWidth([...row, gap, part]) <= width) row.push(gap, part)
    else rows.push([...clipLine([part], width)])
  }
  return rows
}

function quietRows(
  sentence: string,
  at: number,
  { style, isSameMinute }: LineContext,
): readonly Line[] {
  if (isNarrow(style)) {
    return wrap(sentence, style.width - 3).map((row): Line => [span(`  ${row}`, 'quiet')])
  }
  const clock = isSameMinute ? '     ' : clockOf(at, style.zone)
  return wrap(sentence, textWidth(style)).map(
    (row, number): Line => [
      span(` ${number === 0 ? clock : '     '} ${' '.repeat(nameWidth(style))}  ${row}`, 'quiet'),
    ],
  )
}
