/** What Enter does with the text, and the two ways in which a text gets its intent. */

import { bottom } from '../layout/list-window.ts'
import { withEmoji } from '../text/emoji.ts'
import { composerWith, emptyComposer } from './composer.ts'
import { roomOf } from './geometry.ts'
import { withNote } from './notes.ts'
import { type Act, hereOf, type Step, step, type UiState, viewOf, withView } from './state.ts'
import type { Surroundings } from './surroundings.ts'

export function submit(state: UiState, at: Surroundings): Step {
  const { room } = state
  const view = viewOf(state)
  const text = view.composer.text.trimEnd()
  const isCommand = /^\/(?!\/)/.test(text)
  const { intent } = view
  if (isCommand && intent.kind !== 'edit') {
    const target = intent.kind === 'post' ? undefined : intent.index
    return cleared(state, { kind: 'command', text, target })
  }
  if (room === undefined) return step(withNote(state, 'Ctrl-K goes to a room, /help helps.', true))
  if (text.trim() === '') {
    const isEdit = intent.kind === 'edit'
    return step(isEdit ? withNote(state, 'An empty message: /delete deletes it.', true) : state)
  }
  const ready = withEmoji(text.startsWith('//') ? text.slice(1) : text)
  const bytes = new TextEncoder().encode(ready).length
  const { messageBytesMax } = at.world.limits
  if (bytes > messageBytesMax) {
    const over = bytes - messageBytesMax
    return step(withNote(state, `Too long by ${over} bytes; shorten it or send it in parts.`, true))
  }
  if (intent.kind === 'edit') {
    return step(endEdit(state, intent.draft), {
      kind: 'edit',
      room,
      target: intent.index,
      text: ready,
    })
  }
  const replyTo = intent.kind === 'reply' ? { replyTo: intent.index } : {}
  const sent = cleared(state, { kind: 'post', room, text: ready, ...replyTo })
  const isPast = roomOf(at.world, room)?.timeline.hasNewer === true
  return {
    state: atBottom(sent.state, room),
    acts: isPast ? [{ kind: 'show-newest', room }, ...sent.acts] : sent.acts,
  }
}

function atBottom(state: UiState, room: string): UiState {
  const { unreadAfter: _, ...view } = viewOf(state, room)
  const views = new Map(state.views)
  views.set(room, { ...view, place: bottom, isKeptUnread: false })
  return { ...state, views, back: [] }
}

function cleared(state: UiState, act: Act): Step {
  const { room } = state
  const done = withView(
    { ...state, completion: undefined, pasted: undefined, closedCompletion: undefined },
    hereOf(state),
    { composer: emptyComposer, intent: { kind: 'post' } },
  )
  if (room === undefined) return step(done, act)
  return step(
    done,
    act,
    { kind: 'typing', room, isTyping: false },
    { kind: 'save-draft', room, text: '' },
  )
}

export function beginEdit(
  state: UiState,
  message: { readonly index: number; readonly text: string },
): UiState {
  const { room } = state
  if (room === undefined) return state
  const { composer, intent } = viewOf(state)
  const draft = intent.kind === 'edit' ? intent.draft : composer.text
  return withView(state, room, {
    composer: composerWith(message.text),
    intent: { kind: 'edit', index: message.index, draft },
  })
}

function endEdit(state: UiState, draft: string): UiState {
  const { room } = state
  if (room === undefined) return state
  return withView(state, room, { composer: composerWith(draft), intent: { kind: 'post' } })
}

/** The reply, the edit or the command about a message is given up; a reply's text stays. */
export function dropIntent(state: UiState): UiState {
  const { intent } = viewOf(state)
  const { room } = state
  if (room === undefined || intent.kind === 'post') return state
  if (intent.kind === 'edit') return endEdit(state, intent.draft)
  if (intent.kind === 'reply') return withView(state, room, { intent: { kind: 'post' } })
  return withView(state, room, { intent: { kind: 'post' }, composer: emptyComposer })
}
