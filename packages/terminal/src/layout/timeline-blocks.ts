/**
 * A room's timeline as blocks of rows. Rows are laid out when they are asked for and remembered by
 * the line's identity, which the SDK keeps while a line does not change; so a frame costs the rows
 * on the screen, however long the timeline is.
 */
import type { RoomSnapshot, TimelineLine, TimelineSnapshot } from '@starling/client/api'
import { dayName, dayOf } from '../text/moment.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { widthOf } from '../text/width.ts'
import { wrap } from '../text/wrap.ts'
import type { Blocks } from './list-window.ts'
import {
  goesOn,
  isInSameMinute,
  type LineContext,
  type ListLine,
  type PaneStyle,
  rowsOf,
  type SealedRun,
} from './message-rows.ts'
import { lock } from './privacy-words.ts'
import { emptyLine, type Line, ruleWith, span, type Tone } from './span.ts'

/** The block before the first line: what lies further back. */
const beginningKey = 'beginning'
/** In a room of so few, everybody's coming and going is shown. */
const intimateMembersMax = 6
/** Who wrote within this time of coming or going is not silent. */
const silentMs = 10 * 60_000

export interface TimelineStyle extends PaneStyle {
  /** Day of today in that zone. */
  readonly today: number
  /** The line `new` stands before the first message of others after this index. */
  readonly unreadAfter: number | undefined
}

export interface TimelineBlocks extends Blocks {
  lineAt(at: number): ListLine | undefined
}

interface Laid {
  readonly context: LineContext
  readonly rows: readonly Line[]
}

export class RowCache {
  readonly #laid = new WeakMap<ListLine, Laid>()
  readonly #shown = new WeakMap<TimelineSnapshot, readonly ListLine[]>()

  rows(line: ListLine, context: LineContext): readonly Line[] {
    const laid = this.#laid.get(line)
    if (laid !== undefined && isSame(laid.context, context)) return laid.rows
    const rows = rowsOf(line, context)
    this.#laid.set(line, { context, rows })
    return rows
  }

  shown(room: RoomSnapshot): readonly ListLine[] {
    const known = this.#shown.get(room.timeline)
    if (known !== undefined) return known
    const shown = shownLines(room)
    this.#shown.set(room.timeline, shown)
    return shown
  }
}

function isSame(a: LineContext, b: LineContext): boolean {
  return (
    a.before === b.before &&
    a.isContinued === b.isContinued &&
    a.isSameMinute === b.isSameMinute &&
    a.style.width === b.style.width
  )
}

export function timelineBlocks(
  room: RoomSnapshot,
  style: TimelineStyle,
  cache: RowCache,
): TimelineBlocks {
  const lines = cache.shown(room)
  const firstUnread = firstAfter(lines, style.unreadAfter)
  const head = beginningRows(room, style)
  return {
    count: lines.length + 1,
    keyAt: (at) => (at === 0 ? beginningKey : (lines[at - 1]?.key ?? beginningKey)),
    lineAt: (at) => lines[at - 1],
    rowsAt: (at) => {
      const line = lines[at - 1]
      if (line === undefined) return head
      const before = lines[at - 2]
      const above = separators(line, before, { style, isFirstUnread: at - 1 === firstUnread })
      const isNext = above.length === 0
      const isContinued = isNext && goesOn(line, before, style)
      const isSameMinute = isNext && isInSameMinute(line, before, style)
      return [...above, ...cache.rows(line, { style, before, isContinued, isSameMinute })]
    },
  }
}

function separators(
  line: ListLine,
  before: ListLine | undefined,
  at: { readonly style: TimelineStyle; readonly isFirstUnread: boolean },
): readonly Line[] {
  const { style } = at
  const rows: Line[] = []
  const day = dayOf(line.at, style.zone)
  if (before === undefined || dayOf(before.at, style.zone) !== day) {
    rows.push(separator(dayName(day, style.today), 'quiet', style.width))
  }
  if (at.isFirstUnread) rows.push(separator('new', 'accent', style.width))
  return rows
}

function separator(word: string, tone: Tone, width: number): Line {
  return [span(' '), ...ruleWith([span(word, tone)], width - 2, tone)]
}

function beginningRows(room: RoomSnapshot, style: TimelineStyle): readonly Line[] {
  const { hasOlder, isLoadingOlder, divider } = room.timeline
  if (divider !== undefined) return dividerRows(divider.say, style.width)
  if (hasOlder) return [[span(isLoadingOlder ? '  Earlier messages …' : '', 'quiet')]]
  const title = sanitiseLine(room.title)
  const where = room.kind === 'direct' ? `your conversation with ${title}` : `#${title}`
  const words = `  This is the beginning of ${where}.`
  const first = [span(style.width > widthOf(words) ? words : '  The beginning.', 'quiet')]
  const isSealed = room.isEncrypted === true
  return [first, ...(isSealed ? quietWords(encryptedWords, style.width) : []), emptyLine]
}

const encryptedWords = `${lock} Only the people in this room can read what is written.`

function quietWords(words: string, width: number): readonly Line[] {
  return wrap(words, width - 3).map((row): Line => [span(`  ${row}`, 'quiet')])
}

/** One for all that was written before, however much it is. */
function dividerRows(say: string, width: number): readonly Line[] {
  const rule: Line = [span(' '), span('─'.repeat(Math.max(1, width - 2)), 'quiet')]
  return [...quietWords(`${lock} ${say}`, width), rule]
}

/** Number of the first message of somebody else after the index, among `lines`. */
function firstAfter(lines: readonly ListLine[], after: number | undefined): number {
  if (after === undefined) return -1
  return lines.findIndex(
    (line) =>
      (line.kind === 'sealed-run' || (line.kind === 'message' && !line.isOwn)) &&
      line.index > after,
  )
}

/**
 * What is worth a row: not the coming and going of people who write nothing, not the sends that
 * show in the message they change, unless they failed.
 */
function shownLines(room: RoomSnapshot): readonly ListLine[] {
  const { lines, sends } = room.timeline
  const isIntimate = room.members <= intimateMembersMax
  const kept = isIntimate ? lines : withoutSilent(lines)
  const own = sends.filter(({ item, state }) => item.op.kind === 'post' || state === 'failed')
  return [...withRuns(kept), ...own]
}

/** A wall of messages that cannot be read is one line that says how many. */
function withRuns(lines: readonly TimelineLine[]): readonly ListLine[] {
  const shown: ListLine[] = []
  for (const line of lines) {
    const run = joined(shown.at(-1), line)
    if (run === undefined) shown.push(line)
    else shown[shown.length - 1] = run
  }
  return shown
}

function joined(before: ListLine | undefined, line: TimelineLine): SealedRun | undefined {
  if (line.kind !== 'message' || line.unreadable === undefined) return undefined
  if (before?.kind !== 'sealed-run' && before?.kind !== 'message') return undefined
  const { key, index, at, unreadable } = line
  if (before.unreadable?.code !== unreadable.code) return undefined
  const count = before.kind === 'sealed-run' ? before.count + 1 : 2
  return { kind: 'sealed-run', key, index, at, count, unreadable }
}

function withoutSilent(lines: readonly TimelineLine[]): readonly TimelineLine[] {
  const wrote = new Map<string, number[]>()
  for (const line of lines) {
    if (line.kind !== 'message') continue
    const times = wrote.get(line.by)
    if (times === undefined) wrote.set(line.by, [line.at])
    else times.push(line.at)
  }
  return lines.filter((line) => {
    if (line.kind !== 'system' || (line.body.kind !== 'join' && line.body.kind !== 'leave')) {
      return true
    }
    const times = wrote.get(line.by) ?? []
    return times.some((at) => Math.abs(at - line.at) <= silentMs)
  })
}
