/**
 * One entry of a room, as clients see it. Entries are dense by `index`. History answers the present
 * state of a message (edited text, reactions) in the entry of its post; the entries that changed it
 * keep their own index, so a client that holds indexes a..b without a hole has missed nothing.
 */
import type { Role, RoomKind } from './operation.ts'

export interface EntryHead {
  readonly index: number
  /** Milliseconds since 1970, never less than that of the entry before it in the room. */
  readonly at: number
  /** The id of who did it, and their name then. */
  readonly by: string
  readonly name: string
  /** Of the send that made it; lets the sender's own device recognise its pending line. */
  readonly outbox?: string
  readonly number?: number
  /**
   * Put by the client, never on the wire: the body was sealed, and this device of theirs sealed it.
   * `isVerified`: one has compared safety numbers with them.
   */
  readonly isSealed?: true
  readonly device?: string
  readonly isVerified?: boolean
}

export interface Reaction {
  readonly emoji: string
  readonly users: readonly string[]
}

export interface PostBody {
  readonly kind: 'post'
  /** Empty when deleted. */
  readonly text: string
  readonly replyTo?: number
  readonly editedAt?: number
  readonly deletedBy?: string
  readonly reactions?: readonly Reaction[]
}

export type RoomBody =
  | {
      readonly kind: 'create'
      readonly room: RoomKind
      readonly title: string
      readonly topic: string
      readonly isEncrypted?: true
      /** For who comes later; left out when there is none. */
      readonly history?: 'all'
    }
  | { readonly kind: 'join' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'invite'; readonly user: string; readonly userName: string }
  | PostBody
  | { readonly kind: 'edit'; readonly target: number; readonly text: string }
  | { readonly kind: 'delete'; readonly target: number }
  | {
      readonly kind: 'react'
      readonly target: number
      readonly emoji: string
      readonly on: boolean
    }
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'role'; readonly user: string; readonly userName: string; readonly role: Role }
  | {
      readonly kind: 'kick'
      readonly user: string
      readonly userName: string
      readonly reason?: string
    }
  | {
      readonly kind: 'ban'
      readonly user: string
      readonly userName: string
      readonly on: boolean
      readonly reason?: string
    }
  | {
      readonly kind: 'mute'
      readonly user: string
      readonly userName: string
      readonly on: boolean
    }
  /** The group of an encrypted room began, the `gen`th time; by `groupInfo` one knows one's own. */
  | { readonly kind: 'group'; readonly gen: number; readonly groupInfo: string }
  /** What made the epoch after `epoch`. */
  | {
      readonly kind: 'commit'
      readonly gen: number
      readonly epoch: number
      readonly id: string
      readonly commit: string
    }
  | ({ readonly kind: 'sealed' } & SealedBox)

export interface SealedBox {
  readonly gen: number
  readonly epoch: number
  readonly box: string
}

/** Why this device cannot read what was sealed. */
export type Unreadable = 'before-join' | 'no-key' | 'bad-signature' | 'tampered' | 'not-linked'

/** Made by the client out of what was sealed; never on the wire. */
export type OpenedBody =
  | { readonly kind: 'title'; readonly title: string }
  | { readonly kind: 'unreadable'; readonly why: Unreadable; readonly sealed: SealedBox }

/** What a device gets of another alone; only it can open it. */
export type Mail =
  | {
      readonly kind: 'welcome'
      readonly room: string
      readonly gen: number
      /** The first that it may read. */
      readonly epoch: number
      readonly bytes: string
    }
  | { readonly kind: 'link'; readonly box: string }

/**
 * A person's own room (its id is the user's id) tells all their devices, reliably and in order,
 * what concerns them alone. It is read and resumed like any room.
 */
export type SelfBody =
  | { readonly kind: 'account'; readonly guest: boolean }
  /** You are now in `room`; its entries from `from` on are yours to follow. */
  | {
      readonly kind: 'room-added'
      readonly room: string
      readonly from: number
      readonly roomKind: RoomKind
      readonly title: string
      /** Left out when there is none. */
      readonly topic?: string
      readonly isEncrypted?: true
      readonly history?: 'all'
    }
  | {
      readonly kind: 'room-removed'
      readonly room: string
      readonly why: 'left' | 'kicked' | 'banned'
    }
  /** `by` asks you to join `room`; an invitation to a private room lets you in. */
  | {
      readonly kind: 'invited'
      readonly room: string
      readonly roomKind: RoomKind
      readonly title: string
    }
  /** The read marker moved; with `was` it went back from there. */
  | { readonly kind: 'read'; readonly room: string; readonly upTo: number; readonly was?: number }
  | { readonly kind: 'device-added'; readonly device: string; readonly label: string }
  | { readonly kind: 'device-removed'; readonly device: string }
  | { readonly kind: 'password-changed' }
  /** For the device named; the others pass it over. */
  | { readonly kind: 'mail'; readonly device: string; readonly mail: Mail }
  /** The person has a new identity key; certificates of the one before count no more. */
  | { readonly kind: 'identity'; readonly version: number }

export type EntryBody = RoomBody | SelfBody | OpenedBody
export type Entry = EntryHead & EntryBody
