/** Frames from a front-end to a backend. */
import type { Operation } from '@starling/protocol/operation'
import type { UpFrame } from '@starling/protocol/up'
import type { Position, VoidOperation } from '../log/record.ts'

/** Bumped when an old peer would misread a frame. */
export const linkVersion = 1

/**
 * One client in a front-end's list. `rooms` are those its session follows (without the self room).
 */
export interface ClientInfo {
  readonly session: string
  readonly user: string
  readonly name: string
  readonly rooms: readonly string[]
}

export type AskFrame = Extract<UpFrame, { ask: number }>

/** All of it may be repeated on any backend at any time without a second effect. */
export type RequestBody =
  | {
      readonly kind: 'guest'
      readonly user: string
      readonly name: string
      readonly device: string
    }
  | { readonly kind: 'token'; readonly device: string }
  | {
      readonly kind: 'login'
      readonly name: string
      readonly password: string
      readonly device: string
      readonly label: string
    }
  | {
      readonly kind: 'register'
      readonly user: string
      readonly name: string
      readonly password: string
      readonly device: string
      readonly label: string
    }
  | {
      readonly kind: 'send'
      readonly room: string
      readonly by: string
      readonly outbox: string
      readonly number: number
      /** The session's device, for operations of a room's group. */
      readonly device?: string | undefined
      readonly op: Operation | VoidOperation
    }
  | { readonly kind: 'ask'; readonly by: string; readonly device: string; readonly frame: AskFrame }
  /** Entries after an index for a session that fell behind; refused to who is not in the room. */
  | {
      readonly kind: 'catch-up'
      readonly by: string
      readonly room: string
      readonly after: number
      readonly limit: number
    }

export type LinkUp =
  | {
      readonly t: 'hello'
      readonly version: number
      readonly frontend: string
      /** Random, new with each start of the front-end's process. */
      readonly incarnation: string
      /** Where clients reach it, `wss://…` or `ws://…`. */
      readonly address: string
    }
  /** `all`: this is the whole list; else changes to it. A client that changed is in `added`. */
  | {
      readonly t: 'clients'
      readonly all: boolean
      readonly added: readonly ClientInfo[]
      readonly removed: readonly string[]
    }
  | {
      readonly t: 'request'
      readonly request: number
      /** Answer from a state that has reached this position (P6). */
      readonly after: Position
      readonly body: RequestBody
    }
  /** Feed me this room from the entry `from` on, and its presence. Replaces an earlier one. */
  | { readonly t: 'feed'; readonly room: string; readonly from: number }
  | { readonly t: 'unfeed'; readonly room: string }
  | {
      readonly t: 'typing'
      readonly room: string
      readonly user: string
      readonly name: string
      readonly on: boolean
    }
