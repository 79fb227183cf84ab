/**
 * The heart of the terminal client: an event and the present state make the next state and the acts
 * for the shell. Pure and total. After each event `settle` draws the consequences: what was waited
 * for arrived, what is seen is read, what ran out goes.
 */

import { sidebarOrder } from '@starling/client/navigation/room-order'
import type { Input } from '../screen/key-decoder.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { composerWith, emptyComposer } from './composer.ts'
import { roomOf } from './geometry.ts'
import { withNote } from './notes.ts'
import { bareInput, pageInput, panelInput, promptInput, switcherInput } from './overlay-keys.ts'
import { selectInput } from './select-keys.ts'
import { beginEdit } from './sending.ts'
import {
  type Event,
  hereOf,
  type Step,
  step,
  talk,
  then,
  type UiState,
  viewOf,
  withView,
} from './state.ts'
import { listOf, type Surroundings } from './surroundings.ts'
import { talkInput } from './talk-keys.ts'
import { goTo, jumpTo, preloads, settleJump, settleOpening } from './travel.ts'

export interface Times {
  readonly nowMs: number
  readonly wallMs: number
}

export function update(before: UiState, event: Event, at: Surroundings & Times): Step {
  const state = { ...before, nowMs: at.nowMs, wallMs: at.wallMs }
  return then(react(state, event, at), (next) => settle(next, at))
}

function react(state: UiState, event: Event, at: Surroundings): Step {
  switch (event.kind) {
    case 'input':
      return input(state, event.input, at)
    case 'resize':
      return step({ ...state, columns: event.columns, rows: event.rows })
    case 'world':
    case 'tick':
      return step(state)
    case 'people': {
      const people = new Map(state.people)
      people.set(event.room, event.members)
      return step({ ...state, people })
    }
    case 'note':
      return step(withNote(state, event.text, event.isError))
    case 'panel': {
      const { title, items } = event
      return step({ ...state, mode: { kind: 'panel', title, items, picked: 0 } })
    }
    case 'go':
      return goTo(state, event.room, at)
    case 'jump':
      return jumpTo(state, event, at)
    case 'jump-failed':
      return step(withNote({ ...state, jump: undefined }, event.say, true))
    case 'prompt': {
      const { label, isSecret, id } = event
      const asker = { kind: 'waiting', id } as const
      const mode = { kind: 'prompt', label, isSecret, answer: emptyComposer, asker } as const
      return step({ ...state, mode })
    }
    case 'page': {
      const { id, page } = event
      return step({ ...state, mode: { kind: 'page', id, page, top: 0 } })
    }
    case 'compose':
      return step(compose(state, event))
    case 'toggle-people':
      return talkInput(state, { kind: 'key', key: 'ctrl+p' }, at)
    case 'bare':
      return step({ ...state, mode: { kind: 'bare' } })
  }
}

function compose(state: UiState, event: Extract<Event, { kind: 'compose' }>): UiState {
  const { intent, text } = event
  if (intent.kind === 'edit') return beginEdit(state, { index: intent.index, text })
  return withView(state, hereOf(state), { composer: composerWith(text), intent })
}

function input(before: UiState, what: Input, at: Surroundings): Step {
  if (what.kind === 'focus') return step(focused(before, what.isFocused, at))
  const isLeaving = what.kind === 'key' && what.key === 'ctrl+c' && before.isLeaving
  const state = { ...before, isLeaving }
  const { mode } = state
  switch (mode.kind) {
    case 'talk':
      return talkInput(state, what, at)
    case 'select':
      return selectInput(state, what, at)
    case 'switcher':
      return switcherInput(state, { mode, input: what, around: at })
    case 'panel':
      return panelInput(state, { mode, input: what, around: at })
    case 'prompt':
      return promptInput(state, { mode, input: what })
    case 'page':
      return pageInput(state, { mode, input: what })
    case 'bare':
      return bareInput(state, what, at)
  }
}

/** Coming back, the line `new` shows where one stopped. */
function focused(state: UiState, isFocused: boolean, at: Surroundings): UiState {
  const room = roomOf(at.world, state.room)
  const next = { ...state, isFocused }
  if (!isFocused || room === undefined || room.unread === 0) return next
  const { unreadAfter } = viewOf(state)
  if (unreadAfter !== undefined && unreadAfter >= room.readUpTo) return next
  return withView(next, room.room, { unreadAfter: room.readUpTo })
}

function settle(state: UiState, at: Surroundings): Step {
  const expired = settleTimes(state, at)
  return then(
    then(
      then(settleRoom(expired, at), (next) => step(settleJump(settleOpening(next, at), at))),
      (next) => settleRead(next, at),
    ),
    (next) =>
      then(settleMentions(next, at), (told) =>
        then(settleLinks(told, at), (last) => preloads(last, at)),
      ),
  )
}

function settleTimes(state: UiState, at: Surroundings): UiState {
  const { note, flash, nowMs } = state
  const isOnline = at.world.connection.kind === 'online'
  const troubleSinceMs = isOnline ? undefined : (state.troubleSinceMs ?? nowMs)
  const next = { ...state, troubleSinceMs }
  return {
    ...next,
    note: note !== undefined && note.untilMs <= nowMs ? undefined : note,
    flash: flash !== undefined && flash.untilMs <= nowMs ? undefined : flash,
    isLeaving: state.isLeaving && note !== undefined,
  }
}

/** A page that waits for the device to be linked goes; another device that waits is told once. */
function settleLinks(state: UiState, { world }: Surroundings): Step {
  const { privacy } = world
  const { mode } = state
  if (mode.kind === 'page' && mode.page.isUntilLinked === true && privacy?.state === 'ready') {
    return step({ ...state, mode: talk }, { kind: 'answer', id: mode.id, text: '' })
  }
  const waiting = privacy?.state === 'ready' ? privacy.unlinked : []
  if (waiting.length === state.unlinked) return step(state)
  const next = { ...state, unlinked: waiting.length }
  const newest = waiting.at(-1)
  if (newest === undefined || waiting.length < state.unlinked) return step(next)
  const label = sanitiseLine(newest.label) || 'a device'
  return step(withNote(next, `“${label}” of yours waits to be linked · /link`))
}

/** There is always a room on the screen as long as there is one. */
function settleRoom(state: UiState, at: Surroundings): Step {
  if (roomOf(at.world, state.room) !== undefined) return step(state)
  // A room that was just joined may be on its way.
  const first = sidebarOrder(at.world.rooms)[0]
  if (first === undefined || (state.room !== undefined && at.world.me === undefined)) {
    return step(state)
  }
  return isExpected(state) ? step(state) : goTo(state, first.room, at)
}

function isExpected(state: UiState): boolean {
  return state.room !== undefined && viewOf(state).isOpening
}

function settleRead(state: UiState, at: Surroundings): Step {
  const list = listOf(state, at)
  const isWatching = state.isFocused && (state.mode.kind === 'talk' || state.mode.kind === 'select')
  if (list === undefined || !isWatching || viewOf(state).isKeptUnread) return step(state)
  const { room, blocks, window } = list
  if (room.unread === 0) return step(state)
  let upTo = 0
  if (window.isAtEnd && !room.timeline.hasNewer) upTo = room.head
  for (let i = window.lastWhole; upTo === 0 && i > 0; i--) {
    const line = blocks.lineAt(i)
    if (line !== undefined && line.kind !== 'send') upTo = line.index
  }
  if (upTo <= room.readUpTo || room.timeline.lines.length === 0) return step(state)
  return step(state, { kind: 'mark-read', room: room.room, upTo })
}

/** One is named while one looks elsewhere: the terminal's bell. */
function settleMentions(state: UiState, at: Surroundings): Step {
  const mentions = at.world.rooms.reduce((sum, room) => sum + room.mentions, 0)
  const isNew = mentions > state.mentions && !state.isFocused
  const next = mentions === state.mentions ? state : { ...state, mentions }
  return isNew ? step(next, { kind: 'ring' }) : step(next)
}
