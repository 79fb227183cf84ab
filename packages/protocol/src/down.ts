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
  readonly isEncrypted?: true
  /** Of an encrypted room: who comes may read what was before. */
  readonly history?: 'all'
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

/** A device as others see it. */
export interface CertifiedDevice {
  readonly device: string
  readonly certificate: string
  readonly linkKey?: string
}

/** What only oneself is told of one's keys. */
export interface OwnKeys {
  /** Of this device: key packages that are left. */
  readonly packages: number
  readonly hasLastResort: boolean
  readonly recovery?: string
  /** Devices that are not certified yet and wait to be linked. */
  readonly unlinked: readonly {
    readonly device: string
    readonly label: string
    readonly linkKey: string
  }[]
}

export interface ClaimedPackage {
  readonly user: string
  readonly device: string
  readonly package: string
  readonly certificate: string
}

export interface Leaf {
  readonly leaf: number
  readonly user: string
  readonly device: string
}

export interface ArchiveRow {
  readonly key: string
  readonly box: string
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
  | {
      readonly kind: 'keys'
      readonly user: string
      /** Absent with version 0: they have no identity key yet. */
      readonly identity?: string
      readonly version: number
      readonly devices: readonly CertifiedDevice[]
      readonly mine?: OwnKeys
    }
  | { readonly kind: 'claimed'; readonly packages: readonly ClaimedPackage[] }
  | {
      readonly kind: 'group'
      /** 0: it was not begun yet; all the rest is empty then. */
      readonly gen: number
      /** If it is not the present one: `tree` and `leaves` are of it, all the rest is empty. */
      readonly epoch: number
      readonly groupInfo: string
      readonly tree: readonly (string | null)[]
      readonly leaves: readonly Leaf[]
      /** Leaves that the next commit must remove. */
      readonly removals: readonly number[]
      /** Certified devices of members that have no leaf; the first ones. */
      readonly absent: readonly { readonly user: string; readonly device: string }[]
    }
  /** Entries of kind `commit`, dense by epoch. */
  | {
      readonly kind: 'commits'
      readonly entries: readonly Entry[]
      /** Index of the room's newest entry at that moment. */
      readonly head: number
      readonly more: boolean
    }
  | { readonly kind: 'archived'; readonly rows: readonly ArchiveRow[]; readonly more: boolean }
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
