/**
 * What the web client remembers beyond the SDK's snapshot: where one looks, what one is writing,
 * what lies over the conversation. A plain immutable value and the steps from one to the next; the
 * shell (`shell/chat.ts`) does what follows from them.
 */
import type { Place } from '../list/place.ts'
import type { Measure } from './permissions.ts'

export type Intent =
  | { readonly kind: 'post' }
  | { readonly kind: 'reply'; readonly index: number; readonly name: string; readonly text: string }
  /** `draft` comes back when the edit is done or given up. */
  | { readonly kind: 'edit'; readonly index: number; readonly draft: string }

export interface RoomView {
  readonly draft: string
  readonly intent: Intent
  /** The line `new` stands before the first message after this index. */
  readonly unreadAfter: number | undefined
  /** Marked unread by hand: being seen marks nothing read until one comes back to the room. */
  readonly isKeptUnread: boolean
}

export type Details = 'members' | 'about' | 'search'

export type Dialog =
  | {
      readonly kind: 'switcher' | 'browse' | 'create' | 'direct' | 'settings' | 'keys' | 'sign-out'
    }
  | { readonly kind: 'invite'; readonly room: string }
  | { readonly kind: 'topic'; readonly room: string }
  | { readonly kind: 'leave'; readonly room: string }
  | {
      readonly kind: 'delete'
      readonly room: string
      readonly index: number
      readonly text: string
    }
  | {
      readonly kind: 'measure'
      readonly room: string
      readonly measure: Measure
      readonly user: string
      readonly name: string
    }
  | { readonly kind: 'react'; readonly room: string; readonly index: number }
  | PrivacyDialog

/** They are loaded when one is opened. */
export type PrivacyDialog =
  | { readonly kind: 'recovery-key' | 'link-other' | 'link-this' | 'restore' | 'reset-identity' }
  | { readonly kind: 'verify'; readonly user: string; readonly name: string }
  | { readonly kind: 'reset-room'; readonly room: string }

/** A message to be shown as soon as it is there; index 0: the newest. */
export interface Target {
  readonly room: string
  readonly index: number
  /** On the way back: where exactly one was. */
  readonly place?: Place
  /** How far from the upper edge, as part of the height. */
  readonly part: number
  readonly isFlashed: boolean
}

export interface Note {
  readonly id: number
  readonly text: string
  readonly isError: boolean
}

/** One was taken out of a room while looking at it. */
export interface Farewell {
  readonly room: string
  readonly title: string
  readonly why: 'kicked' | 'banned'
  readonly byName: string
  readonly canJoin: boolean
}

export interface UiState {
  readonly room: string | undefined
  /** Stands where that room was. */
  readonly farewell: Farewell | undefined
  /** Which pane a narrow window shows. */
  readonly pane: 'rooms' | 'talk' | 'details'
  readonly details: Details | undefined
  readonly dialog: Dialog | undefined
  readonly views: ReadonlyMap<string, RoomView>
  readonly target: Target | undefined
  /** The message that is pointed at or has the focus: what can be done with it is shown. */
  readonly active: number | undefined
  readonly flash: { readonly room: string; readonly index: number } | undefined
  /** There is somewhere to come back to after a jump. */
  readonly jumps: number
  readonly notes: readonly Note[]
  readonly search: { readonly text: string; readonly isEverywhere: boolean }
  readonly isFocused: boolean
  /** A guest asks for an account: a refusal is theirs to read, not the end of their stay. */
  readonly isRegistering: boolean
}

const notesMax = 4

export const freshView: RoomView = {
  draft: '',
  intent: { kind: 'post' },
  unreadAfter: undefined,
  isKeptUnread: false,
}

export function startState(drafts: ReadonlyMap<string, string>): UiState {
  return {
    room: undefined,
    farewell: undefined,
    pane: 'rooms',
    details: undefined,
    dialog: undefined,
    views: new Map([...drafts].map(([room, draft]) => [room, { ...freshView, draft }])),
    target: undefined,
    active: undefined,
    flash: undefined,
    jumps: 0,
    notes: [],
    search: { text: '', isEverywhere: false },
    isFocused: true,
    isRegistering: false,
  }
}

export function viewOf(state: UiState, room: string): RoomView {
  return state.views.get(room) ?? freshView
}

export function withView(state: UiState, room: string, change: Partial<RoomView>): UiState {
  const views = new Map(state.views)
  views.set(room, { ...viewOf(state, room), ...change })
  return { ...state, views }
}

/** Shows a room; what is unread there stands below a line. */
export function withRoom(
  state: UiState,
  { room, unread, readUpTo }: { room: string; unread: number; readUpTo: number },
): UiState {
  const entered = withView({ ...state, room, pane: 'talk' }, room, {
    unreadAfter: unread > 0 ? readUpTo : undefined,
    isKeptUnread: false,
  })
  if (unread === 0) return { ...entered, target: undefined }
  return { ...entered, target: { room, index: readUpTo + 1, part: 0.25, isFlashed: false } }
}

/** Messages came while nobody looked: from here on they are new. */
export function withUnreadLine(
  state: UiState,
  { room, unread, readUpTo }: { room: string; unread: number; readUpTo: number },
): UiState {
  const { unreadAfter } = viewOf(state, room)
  if (unread === 0 || (unreadAfter !== undefined && unreadAfter >= readUpTo)) return state
  return withView(state, room, { unreadAfter: readUpTo })
}

export function withIntent(state: UiState, room: string, intent: Intent): UiState {
  const view = viewOf(state, room)
  const draft = view.intent.kind === 'edit' ? view.intent.draft : view.draft
  return withView(state, room, { draft, intent })
}

/** The composer holds the message; what was being written waits. */
export function editing(
  state: UiState,
  room: string,
  message: { readonly index: number; readonly text: string },
): UiState {
  const view = viewOf(state, room)
  const draft = view.intent.kind === 'edit' ? view.intent.draft : view.draft
  const intent = { kind: 'edit', index: message.index, draft } as const
  return withView(state, room, { draft: message.text, intent })
}

/** After it was sent, or given up: back to writing anew. */
export function composed(state: UiState, room: string): UiState {
  const { intent } = viewOf(state, room)
  const draft = intent.kind === 'edit' ? intent.draft : ''
  return withView(state, room, { draft, intent: { kind: 'post' } })
}

/** What is kept of a room's composer for later. */
export function keptDraft(view: RoomView): string {
  return view.intent.kind === 'edit' ? view.intent.draft : view.draft
}

export function withNote(state: UiState, note: Note): UiState {
  const others = state.notes.filter(({ text }) => text !== note.text)
  return { ...state, notes: [...others, note].slice(-notesMax) }
}

export function withoutNote(state: UiState, id: number): UiState {
  return { ...state, notes: state.notes.filter((note) => note.id !== id) }
}
