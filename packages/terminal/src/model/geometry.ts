/** How the screen is divided. Pure, so that keys that scroll and the view agree on every row. */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { type RowCache, type TimelineBlocks, timelineBlocks } from '../layout/timeline-blocks.ts'
import { dayOf } from '../text/moment.ts'
import { widthOf } from '../text/width.ts'
import { wrapExactly } from '../text/wrap.ts'
import { type UiState, viewOf } from './state.ts'

const composerRowsMax = 8
const sidebarFrom = 60
const peopleFrom = 100
export const prompt = '› '

export interface Geometry {
  /** 0 when the window is too narrow for it. */
  readonly sidebar: number
  /** Width of the list of messages. */
  readonly main: number
  readonly people: number
  readonly listRows: number
  /** The composer's text as rows, and where the cursor is in them. */
  readonly composer: ComposerRows
}

export interface ComposerRows {
  readonly rows: readonly string[]
  readonly cursor: { readonly x: number; readonly y: number }
}

/** Header, rule above the composer, status line. */
const chromeRows = 4

export function geometryOf(state: UiState): Geometry {
  const { columns, rows } = state
  const sidebar = columns < sidebarFrom ? 0 : Math.min(28, Math.max(17, Math.floor(columns * 0.22)))
  const people =
    state.showsPeople && columns >= peopleFrom ? Math.min(24, Math.floor(columns * 0.2)) : 0
  const rules = (sidebar > 0 ? 1 : 0) + (people > 0 ? 1 : 0)
  const main = columns - sidebar - people - rules
  const composer = composerRows(textOfComposer(state), main - 2 - prompt.length, composerRowsMax)
  const intent = viewOf(state).intent.kind === 'post' ? 0 : 1
  const listRows = Math.max(1, rows - chromeRows - composer.rows.length - intent)
  return { sidebar, main, people, listRows, composer }
}

export function blocksOf(
  state: UiState,
  room: RoomSnapshot,
  at: { world: ClientSnapshot; cache: RowCache; width?: number },
): TimelineBlocks {
  const { zone, wallMs } = state
  const view = viewOf(state, room.room)
  const isLooking = state.isFocused && view.place.kind === 'bottom'
  const style = {
    width: at.width ?? geometryOf(state).main,
    zone,
    me: at.world.me,
    today: dayOf(wallMs, zone),
    unreadAfter: view.unreadAfter ?? (isLooking || room.unread === 0 ? undefined : room.readUpTo),
  }
  return timelineBlocks(room, style, at.cache)
}

export function roomOf(world: ClientSnapshot, room: string | undefined): RoomSnapshot | undefined {
  return room === undefined ? undefined : world.rooms.find((one) => one.room === room)
}

function textOfComposer(state: UiState): { text: string; cursor: number } {
  const { mode } = state
  if (mode.kind === 'switcher') return mode.query
  if (mode.kind === 'prompt') {
    const { text, cursor } = mode.answer
    return mode.isSecret ? { text: '•'.repeat(text.length), cursor } : { text, cursor }
  }
  return viewOf(state).composer
}

/** Only the last rows when there are more than `rowsMax`, as long as the cursor is among them. */
function composerRows(
  composer: { text: string; cursor: number },
  cells: number,
  rowsMax: number,
): ComposerRows {
  const width = Math.max(4, cells)
  const rows = wrapExactly(composer.text, width)
  const before = wrapExactly(composer.text.slice(0, composer.cursor), width)
  const y = before.length - 1
  const from = Math.min(Math.max(0, y - rowsMax + 1), Math.max(0, rows.length - rowsMax))
  const start = Math.min(y, from)
  return {
    rows: rows.slice(start, start + rowsMax),
    cursor: { x: widthOf(before.at(-1) ?? ''), y: y - start },
  }
}
