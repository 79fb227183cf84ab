/** The rooms, at the left: number for Alt-1 … Alt-0, name, how much is unread, a draft's mark. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { sidebarOrder } from '@starling/client/navigation/room-order'
import type { UiState } from '../model/state.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { clip } from '../text/width.ts'
import { emptyLine, type Line, lineWidth, retone, type Span, span, spread } from './span.ts'

const numberedRooms = 10
const invited = ' invited '

/** A row that is not laid out yet: of 2,000 rooms only those on the screen are. */
interface Row {
  readonly line: () => Line
  readonly room?: string
  readonly unread: number
}

export function sidebarLines(
  state: UiState,
  world: ClientSnapshot,
  size: { readonly width: number; readonly rows: number },
): readonly Line[] {
  const rows = allRows(state, world, size.width)
  const selected = rows.findIndex(({ room }) => room !== undefined && room === state.room)
  const start = Math.max(0, Math.min(selected - Math.floor(size.rows / 2), rows.length - size.rows))
  const shown = rows.slice(start, start + size.rows).map(({ line }) => line())
  const above = unreadIn(rows.slice(0, start))
  const below = unreadIn(rows.slice(start + size.rows))
  if (above > 0) shown[0] = [span(`  ↑ ${above} unread`, 'accent')]
  if (below > 0) shown[size.rows - 1] = [span(`  ↓ ${below} unread`, 'accent')]
  return shown
}

function allRows(state: UiState, world: ClientSnapshot, width: number): readonly Row[] {
  const rows: Row[] = []
  let kind: string | undefined
  sidebarOrder(world.rooms).forEach((room, at) => {
    const isDirect = room.kind === 'direct'
    if (kind !== undefined && isDirect && kind !== 'direct') rows.push(blank)
    kind = room.kind
    const number = at < numberedRooms ? String((at + 1) % numberedRooms) : ' '
    const line = () => roomLine(room, { state, number, width })
    rows.push({ line, room: room.room, unread: room.unread })
  })
  if (world.invitations.length > 0 && rows.length > 0) rows.push(blank)
  for (const { title } of world.invitations) {
    rows.push({ line: () => invitationLine(title, width), unread: 0 })
  }
  return rows
}

const blank: Row = { line: () => emptyLine, unread: 0 }

function invitationLine(title: string, width: number): Line {
  const left: Line = [span('   +', 'accent'), span(clip(sanitiseLine(title), width - 5), 'accent')]
  const isRoomy = lineWidth(left) + invited.length <= width
  return spread(left, isRoomy ? [span(invited, 'quiet')] : [], width)
}

function roomLine(
  room: RoomSnapshot,
  at: { readonly state: UiState; readonly number: string; readonly width: number },
): Line {
  const { state, number, width } = at
  const isSelected = room.room === state.room
  const hasDraft = !isSelected && (state.views.get(room.room)?.composer.text ?? '') !== ''
  const right: Span[] = []
  if (hasDraft) right.push(span('✎ ', 'quiet'))
  if (room.mentions > 0) right.push(span(`${shortCount(room.mentions)}@`, 'strong-accent'))
  else if (room.unread > 0) right.push(span(shortCount(room.unread), 'plain'))
  if (right.length > 0) right.push(span(' '))
  const isUnread = room.unread > 0
  const isDirect = room.kind === 'direct'
  const isOnline = room.peer !== undefined && room.online.includes(room.peer.user)
  const mark = isDirect ? (isOnline ? '•' : ' ') : '#'
  const title = clip(sanitiseLine(room.title), width - lineWidth(right) - 4)
  const left: Line = [
    span(` ${number} `, 'quiet'),
    span(mark, isDirect ? 'accent' : 'quiet'),
    span(title, isUnread ? 'strong' : isSelected ? 'plain' : 'quiet'),
  ]
  const line = spread(left, right, width)
  return isSelected ? retone(line, 'picked') : line
}

const countMax = 999

function shortCount(count: number): string {
  return count > countMax ? `${Math.floor(count / 1000)}k` : String(count)
}

function unreadIn(rows: readonly Row[]): number {
  return rows.filter(({ unread }) => unread > 0).length
}
