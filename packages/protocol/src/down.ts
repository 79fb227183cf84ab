/**
 * Frames from a front-end to a client. Types only: the server is trusted to form them, and a client
 * ignores fields and frames that it does not know.
 */
import type { Entry } from './entry.ts'
import type { ErrorCode, Retry } from './error-codes.ts'
import type { Limits } from './limits.ts'
import type { Role, RoomKind } from './operation.ts'

export interface RoomSummary {
  readonly room: string
  readonly kind: RoomKind | 'self'
  readonly title: string
  readonly topic: string
  readonly role: Role
  readonly members: number
  /** Index of the newest entry. */
  readonly head: number
  /** Own read marker: everything up to it was read. */
  readonly readUpTo: number
  /** One may not write there. Absent: no. */
  readonly isMuted?: boolean
  /** Of a direct conversation: the other. */
  readonly peer?: { readonly user: string; readonly name: string }
}

export interface Member {
  readonly user: string
  readonly name: string
  readonly role: Role
  readonly isMuted: boolean
  readonly isOnline: boolean
}

export interface ListedRoom {
  readonly room: string
  readonly title: string
  readonly topic: string
  readonly members: number
  readonly isMember: boolean
}

export interface Device {
  readonly device: string
  readonly label: string
  readonly addedAt: number
  readonly isThis: boolean
}

/** A position in `room` with the message there and a marked excerpt. */
export interface SearchHit {
  readonly room: string
  readonly entry: Entry
  readonly excerpt: string
  /** Give it as `before` to get older hits. */
  readonly cursor: number
}

export type Answer =
  | {
      readonly kind: 'history'
      readonly room: string
      readonly entries: readonly Entry[]
      /** Index of the room's newest entry at that moment. */
      readonly head: number
    }
  | { readonly kind: 'members'; readonly members: readonly Member[]; readonly more: boolean }
  | { readonly kind: 'rooms'; readonly rooms: readonly ListedRoom[]; readonly more: boolean }
  | {
      readonly kind: 'user'
      readonly user: string
      readonly name: string
      readonly isGuest: boolean
    }
  | { readonly kind: 'search'; readonly hits: readonly SearchHit[]; readonly more: boolean }
  | { readonly kind: 'devices'; readonly devices: readonly Device[] }
  | { readonly kind: 'done' }

export type DownFrame =
  | {
      readonly t: 'welcome'
      readonly protocol: number
      readonly session: string
      readonly user: string
      readonly name: string
      readonly isGuest: boolean
      readonly device: string
      readonly rooms: readonly RoomSummary[]
      readonly limits: Limits
      /**
       * What state this speaks of; opaque, greater is later. Give the newest that came with a
       * `welcome`, `ack` or `answer` in the next `hello`, and you read your own writes anywhere.
       */
      readonly position: number
      /** Addresses of all front-ends, this one first. */
      readonly frontends: readonly string[]
    }
  | {
      readonly t: 'ack'
      readonly room: string
      readonly outbox: string
      readonly number: number
      readonly index: number
      readonly at: number
      readonly position: number
    }
  | {
      readonly t: 'refused'
      readonly room: string
      readonly outbox: string
      readonly number: number
      readonly code: ErrorCode
      readonly retry: Retry
      readonly say: string
      readonly retryMs?: number
    }
  | {
      readonly t: 'answer'
      readonly ask: number
      readonly answer: Answer
      readonly position: number
    }
  | {
      readonly t: 'error'
      /** Of the request, where there was one. */
      readonly ask?: number
      readonly code: ErrorCode
      readonly retry: Retry
      readonly say: string
      readonly retryMs?: number
    }
  /** Entries `from`, `from`+1, … of a room that the session follows. */
  | {
      readonly t: 'entries'
      readonly room: string
      readonly from: number
      readonly entries: readonly Entry[]
    }
  /** Too much was missed to replay: forget what is held, `head` is the newest; read history. */
  | { readonly t: 'gap'; readonly room: string; readonly head: number }
  /** `all`: the whole truth for the room (replaces); else changes. `count` of people online. */
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
  /** This front-end will close: reconnect to one of these within `withinMs`, at a random moment. */
  | { readonly t: 'drain'; readonly frontends: readonly string[]; readonly withinMs: number }
  | { readonly t: 'pong' }

export type DownFrameOf<T extends DownFrame['t']> = Extract<DownFrame, { t: T }>
