/** The keys of what lies over the conversation: the switcher, panels, questions, the bare view. */
import { pageRows } from '../layout/page-lines.ts'
import type { Input } from '../screen/key-decoder.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { type Composer, composerKeys, insert } from './composer.ts'
import { geometryOf } from './geometry.ts'
import {
  type Act,
  type Mode,
  type PanelItem,
  type Step,
  step,
  talk,
  type UiState,
} from './state.ts'
import type { Surroundings } from './surroundings.ts'
import { switcherItems } from './switcher.ts'
import { globalKey, talkInput } from './talk-keys.ts'
import { scrollBy } from './travel.ts'

type ModeOf<K extends Mode['kind']> = Extract<Mode, { kind: K }>

const pageRowsMax = 10

export function switcherInput(
  state: UiState,
  at: { readonly mode: ModeOf<'switcher'>; readonly input: Input; readonly around: Surroundings },
): Step {
  const { mode, input, around } = at
  const items = switcherItems(around.world, mode.query.text, state.room)
  const key = input.kind === 'key' ? input.key : ''
  if (key === 'esc' || key === 'ctrl+k' || key === 'ctrl+c') return closed(state)
  if (key === 'enter' || key === 'tab') return picked(state, items[mode.picked])
  const to = movedPick(key, mode.picked, items.length)
  if (to !== undefined) return step({ ...state, mode: { ...mode, picked: to } })
  const query = editedBy(mode.query, input)
  if (query === mode.query) return step(state)
  const kept = query.text === mode.query.text ? mode.picked : 0
  return step({ ...state, mode: { ...mode, query, picked: kept } })
}

export function panelInput(
  state: UiState,
  at: { readonly mode: ModeOf<'panel'>; readonly input: Input; readonly around: Surroundings },
): Step {
  const { mode, input, around } = at
  if (input.kind !== 'key') return talkInput({ ...state, mode: talk }, input, around)
  const { key } = input
  if (key === 'esc' || key === 'ctrl+c' || key === 'f1') return closed(state)
  if (key === 'enter') return picked(state, mode.items[mode.picked])
  const to = movedPick(key, mode.picked, mode.items.length)
  if (to !== undefined) return step({ ...state, mode: { ...mode, picked: to } })
  return globalKey(state, key, around) ?? step(state)
}

export function promptInput(
  state: UiState,
  at: { readonly mode: ModeOf<'prompt'>; readonly input: Input },
): Step {
  const { mode, input } = at
  const key = input.kind === 'key' ? input.key : ''
  if (key === 'esc' || key === 'ctrl+c') return answered(state, mode, undefined)
  if (key === 'enter') {
    const { text } = mode.answer
    return text.trim() === '' ? step(state) : answered(state, mode, text)
  }
  const answer = editedBy(mode.answer, input)
  return step(answer === mode.answer ? state : { ...state, mode: { ...mode, answer } })
}

/** Nothing but reading it: who types on is not somewhere else unawares. */
export function pageInput(
  state: UiState,
  at: { readonly mode: ModeOf<'page'>; readonly input: Input },
): Step {
  const { mode, input } = at
  const key = input.kind === 'key' ? input.key : ''
  if (key === 'enter') return leftPage(state, mode, '')
  if (key === 'esc' || key === 'ctrl+c') return leftPage(state, mode, undefined)
  const { listRows, main } = geometryOf(state)
  const lastTop = Math.max(0, pageRows(mode.page, main).length - listRows)
  const top = Math.min(lastTop, Math.max(0, mode.top + (pageSteps[key] ?? 0)))
  return step(top === mode.top ? state : { ...state, mode: { ...mode, top } })
}

const pageSteps: { readonly [key: string]: number } = {
  up: -1,
  down: 1,
  pageup: -pageRowsMax,
  pagedown: pageRowsMax,
}

function leftPage(state: UiState, { id }: ModeOf<'page'>, text: string | undefined): Step {
  return step({ ...state, mode: talk }, { kind: 'answer', id, text })
}

export function bareInput(state: UiState, input: Input, at: Surroundings): Step {
  if (input.kind === 'focus') return step(state)
  const key = input.kind === 'key' ? input.key : ''
  if (key === 'pageup') return scrollBy(state, 'page-up', at)
  if (key === 'pagedown') return scrollBy(state, 'page-down', at)
  return closed(state)
}

function closed(state: UiState): Step {
  return step({ ...state, mode: talk })
}

function picked(state: UiState, item: PanelItem | undefined): Step {
  const { pick } = item ?? {}
  return pick === undefined ? closed(state) : step({ ...state, mode: talk }, { kind: 'pick', pick })
}

function answered(state: UiState, mode: ModeOf<'prompt'>, text: string | undefined): Step {
  const { asker } = mode
  const done = { ...state, mode: talk }
  if (asker.kind === 'waiting') return step(done, { kind: 'answer', id: asker.id, text })
  if (text === undefined) return step(done)
  const act: Act = { kind: 'command', text: `/${asker.name} ${text}`, target: undefined }
  return step(done, act)
}

function movedPick(key: string, from: number, count: number): number | undefined {
  const last = Math.max(0, count - 1)
  switch (key) {
    case 'up':
    case 'ctrl+p':
      return from === 0 ? last : from - 1
    case 'down':
    case 'ctrl+n':
      return from >= last ? 0 : from + 1
    case 'pageup':
      return Math.max(0, from - pageRowsMax)
    case 'pagedown':
      return Math.min(last, from + pageRowsMax)
    default:
      return undefined
  }
}

/** One line: pasted line feeds become spaces. */
function editedBy(composer: Composer, input: Input): Composer {
  if (input.kind === 'text') return insert(composer, input.text)
  if (input.kind === 'paste') return insert(composer, sanitiseLine(input.text))
  if (input.kind === 'focus') return composer
  if (/enter|ctrl\+j/.test(input.key)) return composer
  return composerKeys[input.key]?.(composer) ?? composer
}
