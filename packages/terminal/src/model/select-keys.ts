/** A message is picked: arrows move, letters act on it, anything else goes back to writing. */
import type { PrivacyCause } from '@starling/client/api'
import { placeShowing } from '../layout/list-window.ts'
import type { ListLine } from '../layout/message-rows.ts'
import { actionCommands } from '../layout/privacy-words.ts'
import type { Input } from '../screen/key-decoder.ts'
import { composerWith } from './composer.ts'
import { withNote } from './notes.ts'
import { beginEdit } from './sending.ts'
import { type Mode, type Step, step, talk, type UiState, viewOf, withView } from './state.ts'
import { type ListView, lineOfKey, listOf, type Surroundings } from './surroundings.ts'
import { globalKey, talkInput } from './talk-keys.ts'
import { jumpTo } from './travel.ts'

type Select = Extract<Mode, { kind: 'select' }>

interface Picked {
  readonly list: ListView
  readonly line: ListLine
  readonly mode: Select
}

type Action = (state: UiState, picked: Picked, at: Surroundings) => Step

const letters: { readonly [letter: string]: Action } = {
  r: (state, { line, list }) => {
    if (line.kind === 'send') return actOnSend(state, 'retry', { line, list })
    return isRead(line) ? reply(state, line) : step(state)
  },
  e: (state, { line }) => {
    if (!isRead(line) || !line.isOwn) return refused(state, 'Only your own can be edited')
    return step(beginEdit({ ...state, mode: talk }, line))
  },
  d: remove,
  '+': (state, { line }) => (isRead(line) ? react(state, line) : step(state)),
  u: (state, { line, list }) => {
    if (line.kind !== 'message') return step(state)
    const { room } = list.room
    const marked = withView({ ...state, mode: talk }, room, {
      isKeptUnread: true,
      unreadAfter: line.index - 1,
    })
    const note = withNote(marked, 'Unread from here')
    return step(note, { kind: 'mark-unread', room, index: line.index })
  },
}

export function selectInput(state: UiState, input: Input, at: Surroundings): Step {
  const { mode } = state
  const list = listOf(state, at)
  const back = { ...state, mode: talk }
  if (mode.kind !== 'select' || list === undefined) return talkInput(back, input, at)
  const line = lineOfKey(list.blocks, mode.key)
  if (line === undefined) return talkInput(back, input, at)
  const picked: Picked = { list, line, mode }
  if (input.kind === 'text') {
    const action = letters[input.text]
    return action === undefined ? talkInput(back, input, at) : action(state, picked, at)
  }
  if (input.kind !== 'key') return talkInput(back, input, at)
  switch (input.key) {
    case 'up':
    case 'ctrl+up':
      return move(state, picked, -1)
    case 'down':
    case 'ctrl+down':
      return move(state, picked, 1)
    case 'enter':
      return follow(state, picked, at)
    case 'esc':
    case 'ctrl+c':
      return step(back)
    case 'ctrl+r':
    case 'ctrl+x':
      return line.kind === 'send'
        ? actOnSend(state, input.key === 'ctrl+r' ? 'retry' : 'drop', { line, list })
        : step(state)
    default:
      return globalKey(state, input.key, at) ?? talkInput(back, input, at)
  }
}

/** Down from the last message is back to writing. */
function move(state: UiState, { list, mode }: Picked, by: -1 | 1): Step {
  const { blocks, height } = list
  let at = 0
  for (let i = 1; i < blocks.count; i++) if (blocks.keyAt(i) === mode.key) at = i
  for (let i = at + by; i >= 1 && i < blocks.count; i += by) {
    if (blocks.lineAt(i)?.kind === 'system') continue
    const key = blocks.keyAt(i)
    const place = placeShowing(blocks, { key, from: viewOf(state).place, height })
    const moved = withView(state, list.room.room, { place })
    return step({ ...moved, mode: { kind: 'select', key, isSure: false } })
  }
  return step(by === 1 ? { ...state, mode: talk } : state)
}

function follow(state: UiState, { line, list }: Picked, at: Surroundings): Step {
  if (line.kind === 'sealed-run') return heal(state, line.unreadable)
  if (line.kind !== 'message') return step(state)
  if (line.unreadable !== undefined) return heal(state, line.unreadable)
  if (line.replyTo === undefined) return reply(state, line)
  return jumpTo(state, { room: list.room.room, index: line.replyTo.index }, at)
}

function isRead(line: ListLine): line is Extract<ListLine, { kind: 'message' }> {
  return line.kind === 'message' && line.unreadable === undefined
}

/** What may make a message readable. */
function heal(state: UiState, { say, action }: PrivacyCause): Step {
  const text = action === undefined ? undefined : actionCommands[action]
  if (text === undefined) return refused(state, say)
  return step({ ...state, mode: talk }, { kind: 'command', text, target: undefined })
}

function reply(state: UiState, line: Extract<ListLine, { kind: 'message' }>): Step {
  const { index, name, text } = line
  const intent = { kind: 'reply', index, name, text } as const
  return step(withView({ ...state, mode: talk }, state.room ?? '', { intent }))
}

function react(state: UiState, line: Extract<ListLine, { kind: 'message' }>): Step {
  const { index, name, text } = line
  const intent = { kind: 'about', index, name, text } as const
  const composer = composerWith('/react :')
  return step(withView({ ...state, mode: talk }, state.room ?? '', { intent, composer }))
}

function remove(state: UiState, { line, list, mode }: Picked): Step {
  if (line.kind === 'send') return actOnSend(state, 'drop', { line, list })
  const mayDelete = line.kind === 'message' && (line.isOwn || list.room.role !== 'member')
  if (line.kind !== 'message' || !mayDelete) return refused(state, 'Only your own can be deleted')
  if (!mode.isSure) {
    const asked = withNote(state, 'd again deletes it for everybody')
    return step({ ...asked, mode: { ...mode, isSure: true } })
  }
  const done = { ...state, mode: talk, note: undefined }
  return step(done, { kind: 'delete', room: list.room.room, target: line.index })
}

function actOnSend(
  state: UiState,
  kind: 'retry' | 'drop',
  { line, list }: Pick<Picked, 'line' | 'list'>,
): Step {
  return step({ ...state, mode: talk }, { kind, room: list.room.room, key: line.key })
}

function refused(state: UiState, why: string): Step {
  return step(withNote(state, why, true))
}
