/**
 * The keys of a conversation. Global keys first (they work while a message is picked, too), then
 * the completion's, then the composer's; what is left is text.
 */

import { neighbour, nextActivity, sidebarOrder } from '@starling/client/navigation/room-order'
import type { Input } from '../screen/key-decoder.ts'
import { emojiNamed } from '../text/emoji.ts'
import { sanitise } from '../text/sanitise.ts'
import { completionOf } from './completion.ts'
import {
  type Composer,
  composerKeys,
  emptyComposer,
  insert,
  moveLine,
  replaceFrom,
} from './composer.ts'
import { roomOf } from './geometry.ts'
import { keyHelp } from './keys.ts'
import { withNote } from './notes.ts'
import { beginEdit, dropIntent, submit } from './sending.ts'
import { type Act, hereOf, type Step, step, type UiState, viewOf, withView } from './state.ts'
import { lineOfKey, listOf, type Surroundings } from './surroundings.ts'
import { goBack, goTo, goToFirstUnread, goToNewest, scrollBy } from './travel.ts'

/** A paste of more lines is offered as a code block. */
const pasteLinesMax = 5

type KeyStep = (state: UiState, at: Surroundings) => Step

const globalKeys: { readonly [key: string]: KeyStep } = {
  'ctrl+k': (state) =>
    step({ ...state, mode: { kind: 'switcher', query: emptyComposer, picked: 0 } }),
  'alt+a': goToActivity,
  'alt+up': (state, at) => toNeighbour(state, at, { step: -1, isUnread: false }),
  'alt+down': (state, at) => toNeighbour(state, at, { step: 1, isUnread: false }),
  'alt+shift+up': (state, at) => toNeighbour(state, at, { step: -1, isUnread: true }),
  'alt+shift+down': (state, at) => toNeighbour(state, at, { step: 1, isUnread: true }),
  'alt+left': (state, at) =>
    viewOf(state).composer.text === '' || state.mode.kind === 'select'
      ? goBack(state, at)
      : edited(state, composerKeys['alt+left']!(viewOf(state).composer), at),
  'alt+u': goToFirstUnread,
  pageup: (state, at) => scrollBy(state, 'page-up', at),
  pagedown: (state, at) => scrollBy(state, 'page-down', at),
  'shift+up': (state, at) => scrollBy(state, -1, at),
  'shift+down': (state, at) => scrollBy(state, 1, at),
  'ctrl+end': goToNewest,
  'alt+end': goToNewest,
  'ctrl+p': (state) => togglePeople(state),
  'ctrl+f': (state) =>
    step({
      ...state,
      mode: {
        kind: 'prompt',
        label: 'Search',
        isSecret: false,
        answer: emptyComposer,
        asker: { kind: 'command', name: 'search' },
      },
    }),
  f1: showKeys,
  'alt+l': (state) => step({ ...state, mode: { kind: 'bare' } }),
  'ctrl+t': (state) => step(state, { kind: 'try-now' }),
  'ctrl+l': (state) => step(state, { kind: 'repaint' }),
  'ctrl+z': (state) => step(state, { kind: 'suspend' }),
  'ctrl+r': (state) => onFailed(state, 'retry'),
  'ctrl+x': (state) => onFailed(state, 'drop'),
  'ctrl+up': (state, at) => pickMessage(state, -1, at),
  'ctrl+down': (state, at) => pickMessage(state, 1, at),
  ...Object.fromEntries(
    [...'1234567890'].map((digit, number): [string, KeyStep] => [
      `alt+${digit}`,
      (state, at) => {
        const room = sidebarOrder(at.world.rooms)[number]
        return room === undefined ? step(state) : goTo(state, room.room, at)
      },
    ]),
  ),
}

export function globalKey(state: UiState, key: string, at: Surroundings): Step | undefined {
  return globalKeys[key]?.(state, at)
}

export function talkInput(state: UiState, input: Input, at: Surroundings): Step {
  switch (input.kind) {
    case 'text':
      return typed(state, input.text, at)
    case 'paste':
      return pasted(state, sanitise(input.text), at)
    case 'key':
      return talkKey(state, input.key, at)
    case 'focus':
      return step(state)
  }
}

function talkKey(state: UiState, key: string, at: Surroundings): Step {
  const view = viewOf(state)
  const inCompletion = completionKey(state, key, at)
  if (inCompletion !== undefined) return inCompletion
  const global = globalKey(state, key, at)
  if (global !== undefined) return global
  if (key === 'enter') return submit(state, at)
  if (key === 'esc') return backOut(state, at)
  if (key === 'ctrl+c') return leaveOrClear(state)
  if (key === 'tab') return edited(state, view.composer, at)
  if (key === 'ctrl+o' && state.pasted !== undefined) return asCode(state, at)
  if (key === 'up' && view.composer.text === '') return editLast(state, at)
  if (key === 'up' || key === 'down') {
    const moved = moveLine(view.composer, key === 'up' ? -1 : 1)
    return moved === undefined ? step(state) : moveTo(state, moved)
  }
  const edit = composerKeys[key]
  if (edit === undefined) return step(state)
  const next = edit(view.composer)
  return next.text === view.composer.text ? moveTo(state, next) : edited(state, next, at)
}

function typed(state: UiState, text: string, at: Surroundings): Step {
  const { composer } = viewOf(state)
  if (text === '?' && composer.text === '') return showKeys(state)
  const next = insert(composer, sanitise(text))
  // The colon that ends the name of an emoji makes it one.
  const name = text === ':' ? /:([a-z0-9_+-]{2,}):$/i.exec(next.text.slice(0, next.cursor)) : null
  const emoji = name === null ? undefined : emojiNamed(name[1] ?? '')
  if (name === null || emoji === undefined) return edited(state, next, at)
  return edited(state, replaceFrom(next, next.cursor - name[0].length, emoji), at)
}

function pasted(state: UiState, text: string, at: Surroundings): Step {
  const { composer } = viewOf(state)
  const start = composer.cursor
  const lines = text.replace(/\n+$/, '').split('\n').length
  const next = edited(state, insert(composer, text), at)
  if (lines <= pasteLinesMax) return next
  const offer = withNote(next.state, `${lines} lines pasted · Ctrl-O makes them a code block`)
  return { state: { ...offer, pasted: { start, end: start + text.length } }, acts: next.acts }
}

function asCode(state: UiState, at: Surroundings): Step {
  const { composer } = viewOf(state)
  const { start, end } = state.pasted ?? { start: 0, end: 0 }
  const code = composer.text.slice(start, end).replace(/^\n+|\n+$/g, '')
  const before = composer.text.slice(0, start)
  const after = composer.text.slice(end).replace(/^\n/, '')
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  const head = `${before}${gap}\`\`\`\n${code}\n\`\`\`\n`
  const block: Composer = { text: head + after, cursor: head.length, cut: composer.cut }
  const next = edited({ ...state, note: undefined }, block, at)
  return { state: { ...next.state, pasted: undefined }, acts: next.acts }
}

/** The text changed: what is completed, the draft and the typing notice follow it. */
export function edited(state: UiState, composer: Composer, at: Surroundings): Step {
  const here = hereOf(state)
  const room = roomOf(at.world, state.room)
  const people = state.people.get(here) ?? []
  const isClosed = state.closedCompletion === composer.text
  const next: UiState = {
    ...withView(state, here, { composer }),
    completion: isClosed ? undefined : completionOf(composer, { world: at.world, room, people }),
    closedCompletion: isClosed ? state.closedCompletion : undefined,
    pasted: undefined,
  }
  if (room === undefined) return step(next)
  const { intent } = viewOf(state)
  const acts: Act[] = []
  if (intent.kind !== 'edit') {
    acts.push({ kind: 'save-draft', room: here, text: composer.text })
    const isTyping = composer.text !== '' && !composer.text.startsWith('/')
    acts.push({ kind: 'typing', room: here, isTyping })
  }
  return step(next, ...acts)
}

function moveTo(state: UiState, composer: Composer): Step {
  return step({ ...withView(state, hereOf(state), { composer }), completion: undefined })
}

function completionKey(state: UiState, key: string, at: Surroundings): Step | undefined {
  const { completion } = state
  if (completion === undefined) return undefined
  const { candidates, picked, isChosen } = completion
  if (key === 'up' || key === 'down') {
    const by = key === 'up' ? -1 : 1
    const next = (picked + by + candidates.length) % candidates.length
    return step({ ...state, completion: { ...completion, picked: next, isChosen: true } })
  }
  if (key === 'esc') {
    const closedCompletion = viewOf(state).composer.text
    return step({ ...state, completion: undefined, closedCompletion })
  }
  const isTaken = key === 'tab' || (key === 'enter' && isChosen)
  const candidate = candidates[picked]
  if (!isTaken || candidate === undefined) return undefined
  return edited(state, replaceFrom(viewOf(state).composer, completion.start, candidate.text), at)
}

function backOut(state: UiState, at: Surroundings): Step {
  if (state.note !== undefined) return step({ ...state, note: undefined, pasted: undefined })
  const view = viewOf(state)
  if (view.intent.kind !== 'post') return step(dropIntent(state))
  if (state.back.length > 0) return goBack(state, at)
  return view.place.kind === 'held' ? goToNewest(state, at) : step(state)
}

function leaveOrClear(state: UiState): Step {
  const here = hereOf(state)
  const { composer } = viewOf(state)
  if (composer.text !== '') {
    const empty = { ...dropIntent(state), completion: undefined }
    const emptied = withView(empty, here, { composer: { ...emptyComposer, cut: composer.text } })
    return step(
      withNote(emptied, 'Ctrl-Y brings it back'),
      { kind: 'save-draft', room: here, text: '' },
      { kind: 'typing', room: here, isTyping: false },
    )
  }
  if (state.isLeaving) return step(state, { kind: 'quit' })
  return step({ ...withNote(state, 'Ctrl-C again leaves Starling'), isLeaving: true })
}

function editLast(state: UiState, at: Surroundings): Step {
  const room = roomOf(at.world, state.room)
  const last = room?.timeline.lines.findLast(
    (line) =>
      line.kind === 'message' &&
      line.isOwn &&
      line.deletedBy === undefined &&
      line.unreadable === undefined,
  )
  return last?.kind === 'message' ? step(beginEdit(state, last)) : step(state)
}

function pickMessage(state: UiState, by: -1 | 1, at: Surroundings): Step {
  const list = listOf(state, at)
  if (list === undefined || by === 1) return step(state)
  const last = list.window.rows.findLast(({ key }) => {
    const line = lineOfKey(list.blocks, key)
    return line !== undefined && line.kind !== 'system'
  })
  if (last === undefined) return step(state)
  const mode = { kind: 'select', key: last.key, isSure: false } as const
  return step({ ...state, completion: undefined, mode })
}

function toNeighbour(
  state: UiState,
  at: Surroundings,
  by: { readonly step: -1 | 1; readonly isUnread: boolean },
): Step {
  const room = neighbour(at.world.rooms, state.room, by)
  return room === undefined ? step(state) : goTo(state, room.room, at)
}

function goToActivity(state: UiState, at: Surroundings): Step {
  const next = nextActivity(at.world.rooms, state.room)
  if (next !== undefined) {
    const home = state.home ?? state.room
    return goTo({ ...state, home }, next.room, at)
  }
  const { home } = state
  if (home === undefined || home === state.room) {
    return step(withNote({ ...state, home: undefined }, 'Nothing is unread'))
  }
  return goTo({ ...state, home: undefined }, home, at)
}

function togglePeople(state: UiState): Step {
  const { room } = state
  const loads = room === undefined ? [] : [{ kind: 'load-people', room } as const]
  return step({ ...state, showsPeople: !state.showsPeople }, ...loads)
}

function showKeys(state: UiState): Step {
  const items = keyHelp.map(({ keys, does }) => ({ label: keys, detail: does }))
  return step({ ...state, mode: { kind: 'panel', title: 'Keys', items, picked: 0 } })
}

function onFailed(state: UiState, kind: 'retry' | 'drop'): Step {
  const { room } = state
  return room === undefined ? step(state) : step(state, { kind, room, key: undefined })
}
