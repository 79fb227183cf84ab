/** Going somewhere: to a room, along its messages, to one message and back. */
import { bottom, placeAround, scrolled } from '../layout/list-window.ts'
import { roomOf } from './geometry.ts'
import { withNote } from './notes.ts'
import {
  type Back,
  type Jump,
  type Step,
  step,
  talk,
  then,
  type UiState,
  viewOf,
  withView,
} from './state.ts'
import {
  indexOfWindow,
  lineAtIndex,
  lineOfKey,
  listOf,
  placeOfTarget,
  type Surroundings,
} from './surroundings.ts'

const backMax = 50
const flashMs = 1_500
/** Rows that stay on the screen when a page is turned. */
const pageOverlap = 2
/** So close to the end of what is held, the next page is asked for. */
const preloadBlocks = 30

export function goTo(state: UiState, room: string, at: Surroundings): Step {
  if (room === state.room) return step({ ...state, mode: talk })
  const snapshot = roomOf(at.world, room)
  const isUnread = snapshot !== undefined && snapshot.unread > 0
  const left = state.room === undefined ? state : leaveRoom(state, state.room)
  const { unreadAfter: _, ...view } = viewOf(left, room)
  const views = new Map(left.views)
  views.set(room, {
    ...view,
    place: bottom,
    isOpening: true,
    isKeptUnread: false,
    ...(isUnread ? { unreadAfter: snapshot.readUpTo } : {}),
  })
  const next: UiState = {
    ...left,
    views,
    room,
    mode: talk,
    completion: undefined,
    pasted: undefined,
    jump: undefined,
  }
  const loads = state.people.has(room) ? [] : [{ kind: 'load-people', room } as const]
  return step(next, { kind: 'open', room }, ...loads)
}

/** A room that is left is found at its newest message the next time. */
function leaveRoom(state: UiState, room: string): UiState {
  const { unreadAfter: _, ...view } = viewOf(state, room)
  const views = new Map(state.views)
  views.set(room, { ...view, place: bottom, isOpening: false, isKeptUnread: false })
  return { ...state, views }
}

/** When the messages of a room that was just entered are there: the first unread one is shown. */
export function settleOpening(state: UiState, at: Surroundings): UiState {
  const list = listOf(state, at)
  if (list === undefined || !viewOf(state).isOpening) return state
  if (list.room.timeline.lines.length === 0) return state
  const { firstUnread } = list.room
  const line = firstUnread === undefined ? undefined : lineAtIndex(list.blocks, firstUnread)
  const { key } = line ?? {}
  const place =
    key === undefined ? bottom : placeAround(list.blocks, { key, above: 2, height: list.height })
  return withView(state, list.room.room, { isOpening: false, place })
}

export function scrollBy(
  state: UiState,
  rows: number | 'page-up' | 'page-down',
  at: Surroundings,
): Step {
  const list = listOf(state, at)
  if (list === undefined) return step(state)
  const page = Math.max(1, list.height - pageOverlap)
  const by = rows === 'page-up' ? -page : rows === 'page-down' ? page : rows
  const view = viewOf(state)
  const place = scrolled(list.blocks, { from: view.place, step: by, height: list.height })
  const { room } = list.room
  if (place.kind === 'bottom' && list.room.timeline.hasNewer) {
    const held = withView(state, room, { place: list.window.place })
    return step(held, { kind: 'load-newer', room })
  }
  return step(withUnreadLine(withView(state, room, { place }), at))
}

/** Coming down to unread messages marks them read; the line that shows where they began stays. */
function withUnreadLine(state: UiState, at: Surroundings): UiState {
  const room = roomOf(at.world, state.room)
  const view = viewOf(state)
  if (room === undefined || view.place.kind !== 'bottom' || room.unread === 0) return state
  if (view.unreadAfter !== undefined && view.unreadAfter >= room.readUpTo) return state
  return withView(state, room.room, { unreadAfter: room.readUpTo })
}

export function goToNewest(state: UiState, at: Surroundings): Step {
  const room = roomOf(at.world, state.room)
  if (room === undefined) return step(state)
  const next = withUnreadLine(withView(state, room.room, { place: bottom }), at)
  return room.timeline.hasNewer ? step(next, { kind: 'show-newest', room: room.room }) : step(next)
}

export function goToFirstUnread(state: UiState, at: Surroundings): Step {
  const room = roomOf(at.world, state.room)
  const view = viewOf(state)
  const index = room?.firstUnread ?? (view.unreadAfter ?? room?.readUpTo ?? 0) + 1
  if (room === undefined || index > room.head) {
    return step(withNote(state, 'Nothing is unread here'))
  }
  return jumpTo(state, { room: room.room, index }, at)
}

/** Shows a message, wherever it is; Esc or Alt-← comes back. */
export function jumpTo(
  state: UiState,
  target: { readonly room: string; readonly index: number },
  at: Surroundings,
): Step {
  const here = backOf(state, at)
  const back = here === undefined ? state.back : [...state.back, here].slice(-backMax)
  return arrive({ ...state, back, mode: talk }, target, at)
}

export function goBack(state: UiState, at: Surroundings): Step {
  const last = state.back.at(-1)
  if (last === undefined) return step(state)
  const popped = { ...state, back: state.back.slice(0, -1), mode: talk }
  if (last.place.kind === 'bottom') {
    return then(goTo(popped, last.room, at), (next) => goToNewest(next, at))
  }
  return arrive(popped, { room: last.room, index: last.index, place: last.place }, at)
}

function arrive(state: UiState, jump: Jump, at: Surroundings): Step {
  const there = jump.room === state.room ? step(state) : goTo(state, jump.room, at)
  return then(there, (next) => {
    const opened = withView(next, jump.room, { isOpening: false })
    const settled = settleJump({ ...opened, jump }, at)
    if (settled.jump === undefined) return step(settled)
    return step(settled, { kind: 'load-around', room: jump.room, index: jump.index })
  })
}

/** The target of a jump is there now: show it. */
export function settleJump(state: UiState, at: Surroundings): UiState {
  const { jump } = state
  const list = listOf(state, at)
  if (jump === undefined || list === undefined || list.room.room !== jump.room) return state
  if (!holds(list.room.timeline.lines, jump.index)) return state
  const line = lineAtIndex(list.blocks, jump.index)
  if (line === undefined) return { ...state, jump: undefined }
  const { place } = jump
  if (place?.kind === 'held' && lineOfKey(list.blocks, place.key) !== undefined) {
    return { ...withView(state, jump.room, { place }), jump: undefined }
  }
  return {
    ...withView(state, jump.room, { place: placeOfTarget(list, line.key) }),
    jump: undefined,
    flash: { key: line.key, untilMs: state.nowMs + flashMs },
  }
}

function holds(lines: readonly { readonly index: number }[], index: number): boolean {
  const [first] = lines
  const last = lines.at(-1)
  return first !== undefined && last !== undefined && first.index <= index && index <= last.index
}

function backOf(state: UiState, at: Surroundings): Back | undefined {
  const list = listOf(state, at)
  if (list === undefined) return undefined
  const { place } = viewOf(state)
  const index = place.kind === 'bottom' ? 0 : indexOfWindow(list)
  return { room: list.room.room, place, index }
}

/** Pages to ask for, so that scrolling meets no edge. */
export function preloads(state: UiState, at: Surroundings): Step {
  const list = listOf(state, at)
  if (list === undefined) return step(state)
  const { room, timeline } = list.room
  const below = list.blocks.count - 1 - list.window.lastWhole
  const isNearTop = list.window.above < preloadBlocks && timeline.lines.length > 0
  if (
    timeline.hasOlder &&
    !timeline.isLoadingOlder &&
    isNearTop &&
    wantsOlder(state, list.window.above)
  ) {
    return step(state, { kind: 'load-older', room })
  }
  if (timeline.hasNewer && !timeline.isLoadingNewer && below < preloadBlocks) {
    return step(state, { kind: 'load-newer', room })
  }
  return step(state)
}

/** At the bottom only when the window is not even full. */
function wantsOlder(state: UiState, above: number): boolean {
  return viewOf(state).place.kind === 'held' || above === 0
}
