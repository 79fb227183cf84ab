/**
 * The whole screen as panes of lines. Every pane's lines are exactly as many and as wide as its
 * place, so the view above only puts them side by side.
 */
import type { ClientSnapshot, RoomSnapshot } from '@starling/client/api'
import { blocksOf, type Geometry, geometryOf, prompt, roomOf } from '../model/geometry.ts'
import { type UiState, viewOf } from '../model/state.ts'
import { switcherItems } from '../model/switcher.ts'
import { wrap } from '../text/wrap.ts'
import { headerLine, intentLine, isLongNote, noteSpan, noticeLine, statusLine } from './bars.ts'
import { composerLines } from './composer-lines.ts'
import { windowOf } from './list-window.ts'
import { pageLines } from './page-lines.ts'
import { completionLines, lobbyLines, panelLines, peopleLines, refusalLines } from './panels.ts'
import { sidebarLines } from './sidebar.ts'
import { emptyLine, fitLine, type Line, retone, span } from './span.ts'
import type { RowCache } from './timeline-blocks.ts'

export interface ScreenLines {
  readonly sidebar: readonly Line[]
  readonly sidebarRule: readonly Line[]
  readonly main: readonly Line[]
  readonly peopleRule: readonly Line[]
  readonly people: readonly Line[]
  readonly status: Line
  /** Absent hides the cursor. */
  readonly cursor?: { readonly x: number; readonly y: number }
}

export function screenLines(state: UiState, world: ClientSnapshot, cache: RowCache): ScreenLines {
  const geometry = geometryOf(state)
  const room = roomOf(world, state.room)
  const height = state.rows - 1
  const list = listLines(state, room, { world, cache, geometry })
  const intent = intentLine(state, geometry.main)
  const composer = composerLines(state, { geometry, world, room })
  const notice = noticeLine(state, room, { width: geometry.main, isAtEnd: list.isAtEnd })
  const main = [
    headerLine(room, geometry.main),
    [span('─'.repeat(geometry.main), 'quiet')],
    ...list.lines,
    notice,
    ...(intent === undefined ? [] : [intent]),
    ...composer,
  ]
  const rules = new Set([1, 2 + geometry.listRows])
  const sidebar = sidebarLines(state, world, { width: geometry.sidebar, rows: height - 2 })
  const people =
    room === undefined || geometry.people === 0
      ? []
      : peopleLines(state, { room, world, width: geometry.people, rows: height - 2 })
  const cursor = cursorOf(state, geometry)
  return {
    sidebar: fitPane(withHeading('Starling', sidebar, geometry.sidebar), geometry.sidebar, height),
    sidebarRule: geometry.sidebar > 0 ? ruleLines(height, rules, { left: false }) : [],
    main: fitPane(main, geometry.main, height),
    peopleRule: geometry.people > 0 ? ruleLines(height, rules, { left: true }) : [],
    people: fitPane(withHeading('People', people, geometry.people), geometry.people, height),
    status: fitLine(statusLine(state, world, state.columns), state.columns),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

function withHeading(title: string, lines: readonly Line[], width: number): readonly Line[] {
  return [[span(` ${title}`, 'quiet')], [span('─'.repeat(width), 'quiet')], ...lines]
}

/** A vertical rule with a branch where a horizontal one meets it. */
function ruleLines(
  height: number,
  branches: ReadonlySet<number>,
  { left }: { readonly left: boolean },
): readonly Line[] {
  return Array.from({ length: height }, (_, y): Line => {
    if (!branches.has(y)) return [span('│', 'quiet')]
    if (y === 1) return [span('┼', 'quiet')]
    return [span(left ? '┤' : '├', 'quiet')]
  })
}

function fitPane(lines: readonly Line[], width: number, height: number): readonly Line[] {
  if (width === 0) return []
  return Array.from({ length: height }, (_, y) => fitLine(lines[y] ?? emptyLine, width))
}

interface ListAt {
  readonly world: ClientSnapshot
  readonly cache: RowCache
  readonly geometry: Geometry
}

function listLines(
  state: UiState,
  room: RoomSnapshot | undefined,
  at: ListAt,
): { readonly lines: readonly Line[]; readonly isAtEnd: boolean } {
  const { listRows, main } = at.geometry
  const size = { width: main, rows: listRows }
  const { mode } = state
  if (mode.kind === 'switcher') {
    const items = switcherItems(at.world, mode.query.text, state.room)
    return {
      lines: filled(panelLines({ items, picked: mode.picked }, size), listRows),
      isAtEnd: true,
    }
  }
  if (mode.kind === 'page') {
    return { lines: filled(pageLines(mode, size), listRows), isAtEnd: true }
  }
  if (mode.kind === 'panel')
    return { lines: filled(panelLines(mode, size), listRows), isAtEnd: true }
  if (room === undefined) {
    // A room that was just joined is on its way: no word about it.
    const words = state.room === undefined ? lobbyLines(at.world, main) : []
    const lines = covered(state, filled(words, listRows), at)
    return { lines, isAtEnd: true }
  }
  if (state.showsPeople && at.geometry.people === 0) {
    const people = peopleLines(state, { room, world: at.world, ...size })
    return { lines: filled(people, listRows), isAtEnd: true }
  }
  const blocks = blocksOf(state, room, { world: at.world, cache: at.cache, width: main })
  const window = windowOf(blocks, viewOf(state).place, listRows)
  const picked = mode.kind === 'select' ? mode.key : state.flash?.key
  const rows = window.rows.map(({ key, line }) =>
    key === picked ? retone(fitLine(line, main), 'picked') : line,
  )
  const above = Array.from({ length: Math.max(0, listRows - rows.length) }, () => emptyLine)
  return { lines: covered(state, [...above, ...rows], at), isAtEnd: window.isAtEnd }
}

function filled(lines: readonly Line[], rows: number): readonly Line[] {
  return Array.from({ length: rows }, (_, y) => lines[y] ?? emptyLine)
}

function saidLines({ note }: UiState, world: ClientSnapshot, width: number): readonly Line[] {
  if (note === undefined || !isLongNote(note, width)) return refusalLines(world, width)
  const { text, tone } = noteSpan(note)
  const words = wrap(text, width - 3).map((row): Line => [span(`  ${row}`, tone)])
  return [emptyLine, ...words, emptyLine]
}

/** What covers the last rows: candidates, a long sentence, or why one is not let in. */
function covered(
  state: UiState,
  lines: readonly Line[],
  { world, geometry }: ListAt,
): readonly Line[] {
  const width = geometry.main
  const { completion } = state
  const over =
    completion === undefined ? saidLines(state, world, width) : completionLines(completion, width)
  const popup = over.slice(-lines.length)
  return [...lines.slice(0, lines.length - popup.length), ...popup]
}

function cursorOf(
  { mode, rows }: UiState,
  { sidebar, composer }: Geometry,
): ScreenLines['cursor'] | undefined {
  if (/^(select|panel|page|bare)$/.test(mode.kind)) return undefined
  const left = sidebar > 0 ? sidebar + 1 : 0
  const x = left + 1 + prompt.length + composer.cursor.x
  const y = rows - 1 - composer.rows.length + composer.cursor.y
  return { x, y }
}
