/** Frames from a backend to a front-end. */
import type { Answer, RoomSummary } from '@starling/protocol/down'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Position } from '../log/record.ts'

export const ranks = ['primary', 'secondary'] as const
export type Rank = (typeof ranks)[number]

/** What a backend tells of itself several times a second. Silence counts as trouble. */
export interface Health {
  /** Sessions of all front-ends that it knows of. */
  readonly clients: number
  /** Requests that wait for the log or for a position. */
  readonly inFlight: number
  readonly position: Position
  readonly canAppend: boolean
  /** Why it cannot, for people. Empty when it can. */
  readonly why: string
  readonly loopDelayMs: number
  readonly isDraining: boolean
}

/**
 * One entry as its clients get it: JSON text made once, passed on unparsed. `gone` names the person
 * who may follow the room no further than this entry (they left, were kicked or banned).
 */
export interface FedEntry {
  readonly json: string
  readonly gone?: string
  /** In a self room: the room that its person's sessions now follow from `from` on, or no more. */
  readonly follow?: { readonly room: string; readonly from: number }
  readonly unfollow?: string
  /** In a self room: the device whose sessions must close. */
  readonly revoked?: string
}

export interface Identity {
  readonly user: string
  readonly name: string
  readonly isGuest: boolean
  readonly device: string
}

export type Reply =
  | {
      readonly kind: 'identity'
      readonly identity: Identity
      readonly rooms: readonly RoomSummary[]
    }
  | { readonly kind: 'sent'; readonly index: number; readonly at: number }
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** `head`: index of the room's newest entry at that moment. */
  | {
      readonly kind: 'catch-up'
      readonly from: number
      readonly entries: readonly FedEntry[]
      readonly head: number
    }
  | { readonly kind: 'refused'; readonly code: ErrorCode }

export type LinkDown =
  | { readonly t: 'hello'; readonly version: number; readonly backend: string; readonly rank: Rank }
  | { readonly t: 'health'; readonly health: Health }
  /** `position`: the state that the reply speaks of; later requests of the session carry it. */
  | {
      readonly t: 'reply'
      readonly request: number
      readonly position: Position
      readonly reply: Reply
    }
  /** `entries[0]` has the index `from`. Dense from the feed's start, in order. */
  | {
      readonly t: 'entries'
      readonly room: string
      readonly from: number
      readonly entries: readonly FedEntry[]
    }
  /** The room is unknown here (yet); the front-end asks again later or elsewhere. */
  | { readonly t: 'no-feed'; readonly room: string }
  | {
      readonly t: 'presence'
      readonly room: string
      readonly all: boolean
      readonly online: readonly string[]
      readonly offline: readonly string[]
      readonly count: number
    }
  | {
      readonly t: 'typing'
      readonly room: string
      readonly user: string
      readonly name: string
      readonly on: boolean
    }
