/**
 * What the terminal client remembers beyond the SDK's snapshot: where one looks, what one is
 * writing, what lies over the conversation. A plain immutable value; `update.ts` makes the next one
 * from an input, together with the acts that the shell performs.
 */
import type { Member } from '@starling/protocol/down'
import { bottom, type Place } from '../layout/list-window.ts'
import type { Input } from '../screen/key-decoder.ts'
import type { ZoneOffset } from '../text/moment.ts'
import { type Composer, emptyComposer } from './composer.ts'

/** What the text in the composer will become. */
export type Intent =
  | { readonly kind: 'post' }
  | { readonly kind: 'reply'; readonly index: number; readonly name: string; readonly text: string }
  /** A command is being written about that message. */
  | { readonly kind: 'about'; readonly index: number; readonly name: string; readonly text: string }
  /** `draft` comes back when the edit is done or given up. */
  | { readonly kind: 'edit'; readonly index: number; readonly draft: string }

export interface RoomView {
  readonly composer: Composer
  readonly intent: Intent
  readonly place: Place
  /** Not shown yet: the first unread message is looked for when the messages are there. */
  readonly isOpening: boolean
  /** The line `new` stands before the first message after this index. */
  readonly unreadAfter?: number
  /** Marked unread by hand: being seen does not mark it read until one comes back to the room. */
  readonly isKeptUnread: boolean
}

/** Where one was before a jump. */
export interface Back {
  readonly room: string
  readonly place: Place
  /** Of the message at the place; 0 for the bottom. */
  readonly index: number
}

export type Pick =
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'join'; readonly room: string }
  | { readonly kind: 'create'; readonly title: string }
  | { readonly kind: 'direct'; readonly user: string }
  | { readonly kind: 'message'; readonly room: string; readonly index: number }
  | { readonly kind: 'command'; readonly text: string }

/** A paragraph of a page; line feeds in it stay. */
export interface PagePart {
  readonly text: string
  readonly tone: 'plain' | 'strong' | 'quiet'
}

export interface Page {
  readonly title: string
  readonly parts: readonly PagePart[]
  /** What Enter does or says, in a word or two; Esc gives up. */
  readonly enter: string
  /** It goes by itself when this device is linked. */
  readonly isUntilLinked?: true
}

export interface PanelItem {
  readonly label: string
  readonly detail?: string
  readonly pick?: Pick
}

/** What lies over the list of messages, or leads the keys elsewhere. */
export type Mode =
  | { readonly kind: 'talk' }
  /** A message is picked; letters act on it. `isSure`: the next `d` deletes. */
  | { readonly kind: 'select'; readonly key: string; readonly isSure: boolean }
  | { readonly kind: 'switcher'; readonly query: Composer; readonly picked: number }
  | {
      readonly kind: 'panel'
      readonly title: string
      readonly items: readonly PanelItem[]
      readonly picked: number
    }
  | {
      readonly kind: 'prompt'
      readonly label: string
      readonly isSecret: boolean
      readonly answer: Composer
      readonly asker: Asker
    }
  /** To be read before anything else is done; `id` is told how it was left. */
  | { readonly kind: 'page'; readonly page: Page; readonly top: number; readonly id: number }
  /** The messages alone, for copying. */
  | { readonly kind: 'bare' }

/** Who gets the answer to a prompt: somebody that waits, or a command it completes. */
export type Asker =
  | { readonly kind: 'waiting'; readonly id: number }
  | { readonly kind: 'command'; readonly name: string }

export interface Candidate {
  /** Takes the place of what was typed. */
  readonly text: string
  readonly detail: string
}

export interface Completion {
  /** Where the word begins that is being completed. */
  readonly start: number
  readonly candidates: readonly Candidate[]
  readonly picked: number
  /** The arrows were used: Enter takes the candidate. */
  readonly isChosen: boolean
}

/** A sentence that goes away by itself. */
export interface Note {
  readonly text: string
  readonly isError: boolean
  readonly untilMs: number
}

export interface UiState {
  readonly columns: number
  readonly rows: number
  readonly nowMs: number
  readonly wallMs: number
  readonly zone: ZoneOffset
  readonly isFocused: boolean
  readonly room: string | undefined
  readonly views: ReadonlyMap<string, RoomView>
  readonly mode: Mode
  readonly completion: Completion | undefined
  /** The text for which the completion was closed with Esc. */
  readonly closedCompletion: string | undefined
  readonly note: Note | undefined
  readonly flash: { readonly key: string; readonly untilMs: number } | undefined
  readonly showsPeople: boolean
  /** Members of rooms, as far as they were asked for. */
  readonly people: ReadonlyMap<string, readonly Member[]>
  /** Since when the connection is in trouble. */
  readonly troubleSinceMs: number | undefined
  /** The room that Alt-A comes back to when nothing is left to read. */
  readonly home: string | undefined
  /** A long paste that may become a code block. */
  readonly pasted: { readonly start: number; readonly end: number } | undefined
  /** Ctrl-C was pressed in an empty composer: once more leaves. */
  readonly isLeaving: boolean
  /** A jump whose target is not loaded yet. */
  readonly jump: Jump | undefined
  /** Where one was before each jump, the last one last. */
  readonly back: readonly Back[]
  /** Messages that name one, in all rooms, when last looked. */
  readonly mentions: number
  /** One's own devices that wait to be linked, when last looked. */
  readonly unlinked: number
}

export interface Jump {
  readonly room: string
  readonly index: number
  /** On the way back: the exact place. On the way there the message flashes instead. */
  readonly place?: Place
}

export type Event =
  | { readonly kind: 'input'; readonly input: Input }
  | { readonly kind: 'resize'; readonly columns: number; readonly rows: number }
  /** The SDK's snapshot changed. */
  | { readonly kind: 'world' }
  /** Time passed to a moment that `nextWake` named. */
  | { readonly kind: 'tick' }
  | { readonly kind: 'people'; readonly room: string; readonly members: readonly Member[] }
  | { readonly kind: 'note'; readonly text: string; readonly isError: boolean }
  | { readonly kind: 'panel'; readonly title: string; readonly items: readonly PanelItem[] }
  | { readonly kind: 'go'; readonly room: string }
  | { readonly kind: 'jump'; readonly room: string; readonly index: number }
  | {
      readonly kind: 'prompt'
      readonly id: number
      readonly label: string
      readonly isSecret: boolean
    }
  | { readonly kind: 'page'; readonly id: number; readonly page: Page }
  | { readonly kind: 'jump-failed'; readonly say: string }
  | { readonly kind: 'compose'; readonly text: string; readonly intent: Intent }
  | { readonly kind: 'toggle-people' }
  | { readonly kind: 'bare' }

/** What the shell does, in order. */
export type Act =
  | {
      readonly kind: 'post'
      readonly room: string
      readonly text: string
      readonly replyTo?: number
    }
  | {
      readonly kind: 'edit'
      readonly room: string
      readonly target: number
      readonly text: string
    }
  | { readonly kind: 'delete'; readonly room: string; readonly target: number }
  | {
      readonly kind: 'react'
      readonly room: string
      readonly target: number
      readonly emoji: string
      readonly on: boolean
    }
  /** The oldest failed send of the room, or that one. */
  | { readonly kind: 'retry'; readonly room: string; readonly key: string | undefined }
  | { readonly kind: 'drop'; readonly room: string; readonly key: string | undefined }
  | { readonly kind: 'command'; readonly text: string; readonly target: number | undefined }
  | { readonly kind: 'pick'; readonly pick: Pick }
  | { readonly kind: 'open'; readonly room: string }
  | { readonly kind: 'load-older'; readonly room: string }
  | { readonly kind: 'load-newer'; readonly room: string }
  | { readonly kind: 'load-around'; readonly room: string; readonly index: number }
  | { readonly kind: 'show-newest'; readonly room: string }
  | { readonly kind: 'mark-read'; readonly room: string; readonly upTo: number }
  | { readonly kind: 'mark-unread'; readonly room: string; readonly index: number }
  | { readonly kind: 'typing'; readonly room: string; readonly isTyping: boolean }
  | { readonly kind: 'save-draft'; readonly room: string; readonly text: string }
  | { readonly kind: 'load-people'; readonly room: string }
  | { readonly kind: 'answer'; readonly id: number; readonly text: string | undefined }
  | { readonly kind: 'ring' }
  | { readonly kind: 'try-now' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'repaint' }

export interface Step {
  readonly state: UiState
  readonly acts: readonly Act[]
}

export const talk: Mode = { kind: 'talk' }

const freshView: RoomView = {
  composer: emptyComposer,
  intent: { kind: 'post' },
  place: bottom,
  isOpening: false,
  isKeptUnread: false,
}

export function startState(start: {
  readonly columns: number
  readonly rows: number
  readonly nowMs: number
  readonly wallMs: number
  readonly zone: ZoneOffset
  readonly drafts: ReadonlyMap<string, string>
}): UiState {
  const views = new Map<string, RoomView>()
  for (const [room, text] of start.drafts) {
    views.set(room, { ...freshView, composer: { text, cursor: text.length, cut: '' } })
  }
  return {
    columns: start.columns,
    rows: start.rows,
    nowMs: start.nowMs,
    wallMs: start.wallMs,
    zone: start.zone,
    isFocused: true,
    room: undefined,
    views,
    mode: talk,
    completion: undefined,
    closedCompletion: undefined,
    note: undefined,
    flash: undefined,
    showsPeople: false,
    people: new Map(),
    troubleSinceMs: undefined,
    home: undefined,
    pasted: undefined,
    isLeaving: false,
    jump: undefined,
    back: [],
    mentions: 0,
    unlinked: 0,
  }
}

/** Where one writes when there is no room yet. */
const lobby = ''

export function hereOf(state: UiState): string {
  return state.room ?? lobby
}

export function viewOf(state: UiState, room: string = hereOf(state)): RoomView {
  return state.views.get(room) ?? freshView
}

export function withView(state: UiState, room: string, change: Partial<RoomView>): UiState {
  const views = new Map(state.views)
  views.set(room, { ...viewOf(state, room), ...change })
  return { ...state, views }
}

export function step(state: UiState, ...acts: readonly Act[]): Step {
  return { state, acts }
}

/** `next` continued from `first`, with the acts of both in order. */
export function then(first: Step, next: (state: UiState) => Step): Step {
  const second = next(first.state)
  return { state: second.state, acts: [...first.acts, ...second.acts] }
}
