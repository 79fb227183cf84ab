/**
 * A timeline as rows of the list: messages grouped by author and time, a divider before each day,
 * the line before what is unread, and people who came and went in one row.
 *
 * Invariant: a row's height does not change when its send is acknowledged. So a send has the key of
 * the message that it becomes, and a row that was shown as a send keeps the head and the divider
 * that it had, although the server's clock may say otherwise (`Grouping`).
 */
import type {
  DividerLine,
  MessageLine,
  SendLine,
  SystemLine,
  TimelineLine,
  TimelineSnapshot,
} from '@starling/client/api'

/** A pause that long begins a new group. */
const groupMsMax = 5 * 60_000
const foldedMax = 50

export type Row =
  | { readonly kind: 'start'; readonly key: 'start' }
  /** There are older, or newer, entries that are not held. */
  | { readonly kind: 'more'; readonly key: 'older' | 'newer' }
  /** Stands for all that was written before one could read. */
  | { readonly kind: 'divider'; readonly key: 'divider'; readonly line: DividerLine }
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'unread'; readonly key: 'unread' }
  | MessageRow
  | SendRow
  | { readonly kind: 'system'; readonly key: string; readonly lines: readonly SystemLine[] }

export interface MessageRow {
  readonly kind: 'message'
  readonly key: string
  readonly line: MessageLine
  /** Shows who wrote it and when. */
  readonly isHead: boolean
}

export interface SendRow {
  readonly kind: 'send'
  readonly key: string
  readonly line: SendLine
  readonly isHead: boolean
}

export interface RowsOptions {
  /** Line `unread` stands before the first message of another after this index. */
  readonly unreadAfter: number | undefined
  /** Minutes east of Greenwich at a moment. */
  readonly zone: (at: number) => number
  /** The name under which one's own sends stand. */
  readonly me: string
}

interface Shape {
  readonly isHead: boolean
  readonly hasDay: boolean
  /** Who wrote the message before. */
  readonly afterAuthor: string | undefined
}

/** What rows looked like that were sends when they were last shown. */
export type Grouping = ReadonlyMap<string, Shape>

interface Before {
  author: string | undefined
  at: number
  day: number | undefined
}

export function rowsOf(
  timeline: TimelineSnapshot,
  options: RowsOptions,
  remembered: Grouping = new Map(),
): { readonly rows: readonly Row[]; readonly grouping: Grouping } {
  const grouping = new Map<string, Shape>()
  const rows: Row[] = firstRows(timeline)
  const before: Before = { author: undefined, at: 0, day: undefined }
  let hasUnread = options.unreadAfter === undefined
  const add = (line: MessageLine | SendLine) => {
    const author = line.kind === 'send' ? options.me : line.by
    const shape = shapeOf({ line, author, before, zone: options.zone })
    const kept = remembered.get(line.key)
    const isKept = kept !== undefined && kept.afterAuthor === before.author
    const shown = isKept ? kept : shape
    if (shown.hasDay) rows.push({ kind: 'day', key: `day-${line.key}`, at: line.at })
    const isUnread = !hasUnread && isUnreadAfter(line, options.unreadAfter ?? 0)
    if (isUnread) rows.push({ kind: 'unread', key: 'unread' })
    hasUnread ||= isUnread
    const isHead = shown.isHead || isUnread
    if (line.kind === 'send') rows.push({ kind: 'send', key: line.key, line, isHead })
    else rows.push({ kind: 'message', key: line.key, line, isHead })
    if (line.kind === 'send' || isKept) grouping.set(line.key, shown)
    note(before, line.at, author, options.zone)
  }
  for (const group of folded(timeline.lines)) {
    if (!Array.isArray(group)) add(group as MessageLine)
    else addSystem(rows, group, before, options.zone)
  }
  for (const send of timeline.sends) add(send)
  if (timeline.hasNewer) rows.push({ kind: 'more', key: 'newer' })
  return { rows, grouping }
}

/** Of a room whose beginning one cannot read, the divider is the beginning. */
function firstRows({ divider, hasOlder }: TimelineSnapshot): Row[] {
  const older: Row[] = hasOlder ? [{ kind: 'more', key: 'older' }] : []
  if (divider !== undefined) return [...older, { kind: 'divider', key: 'divider', line: divider }]
  return hasOlder ? older : [{ kind: 'start', key: 'start' }]
}

function shapeOf(of: {
  readonly line: MessageLine | SendLine
  readonly author: string
  readonly before: Before
  readonly zone: RowsOptions['zone']
}): Shape {
  const { line, author, before, zone } = of
  const hasDay = before.day === undefined || dayOf(line.at, zone) > before.day
  const isHead =
    hasDay ||
    before.author !== author ||
    line.replyTo !== undefined ||
    Math.abs(line.at - before.at) > groupMsMax
  return { isHead, hasDay, afterAuthor: before.author }
}

function isUnreadAfter(line: MessageLine | SendLine, index: number): boolean {
  return line.kind === 'message' && line.index > index && !line.isOwn
}

/** A client's clock that is behind makes no day come back. */
function note(before: Before, at: number, author: string | undefined, zone: RowsOptions['zone']) {
  before.author = author
  before.at = at
  before.day = Math.max(before.day ?? 0, dayOf(at, zone))
}

export function dayOf(at: number, zone: RowsOptions['zone']): number {
  return Math.floor((at + zone(at) * 60_000) / 86_400_000)
}

function addSystem(
  rows: Row[],
  lines: readonly SystemLine[],
  before: Before,
  zone: RowsOptions['zone'],
): void {
  const [first] = lines
  const last = lines.at(-1)
  if (first === undefined || last === undefined) return
  if (before.day === undefined || dayOf(first.at, zone) > before.day) {
    rows.push({ kind: 'day', key: `day-${first.key}`, at: first.at })
  }
  rows.push({ kind: 'system', key: `system-${first.key}`, lines })
  note(before, last.at, undefined, zone)
}

/** Messages alone; of what happened, neighbours that came and went in one piece. */
function folded(lines: readonly TimelineLine[]): readonly (MessageLine | SystemLine[])[] {
  const groups: (MessageLine | SystemLine[])[] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (line.kind === 'message') groups.push(line)
    else if (Array.isArray(last) && canFold(last, line)) last.push(line)
    else groups.push([line])
  }
  return groups
}

function canFold(lines: readonly SystemLine[], line: SystemLine): boolean {
  const last = lines.at(-1)
  return (
    last !== undefined &&
    lines.length < foldedMax &&
    isComingOrGoing(last) &&
    isComingOrGoing(line) &&
    line.at - last.at < groupMsMax * 12
  )
}

function isComingOrGoing({ body }: SystemLine): boolean {
  return body.kind === 'join' || body.kind === 'leave'
}

/** The index by which a row is found again when its key is gone; undefined for what has none. */
export function indexOfRow(row: Row): number | undefined {
  if (row.kind === 'message') return row.line.index
  return row.kind === 'system' ? row.lines[0]?.index : undefined
}

/** The row that shows this entry, or the first one after it. */
export function rowOfIndex(rows: readonly Row[], index: number): number | undefined {
  const at = rows.findIndex((row) => {
    if (row.kind === 'message') return row.line.index >= index
    return row.kind === 'system' && (row.lines.at(-1)?.index ?? 0) >= index
  })
  return at === -1 ? undefined : at
}
