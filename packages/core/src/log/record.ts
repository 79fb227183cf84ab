/** What the log holds. One record is one append: everything a backend gathered meanwhile. */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Settings } from '../room/settings.ts'

/**
 * Where a record stands. Greater is later; nothing else may be concluded outside `log/`
 * (positions are neither dense nor comparable between two logs).
 */
export type Position = number

/** A send that was refused before it reached the log; keeps its outbox's numbers without a hole. */
export interface VoidOperation {
  readonly kind: 'void'
  readonly code: ErrorCode
}

export interface RoomOperation {
  readonly kind: 'room'
  readonly room: string
  /** The id of the person who sends. */
  readonly by: string
  readonly outbox: string
  readonly number: number
  /** Which of their devices, where the operation is of the room's group. */
  readonly device?: string
  readonly op: Operation | VoidOperation
}

/**
 * Ids and hashes come with the operation, so that applying needs no chance and repeats are
 * harmless.
 */
export type AccountOperation =
  | {
      readonly kind: 'guest'
      readonly user: string
      readonly name: string
      /** The hash of the device's token. */
      readonly device: string
    }
  | {
      readonly kind: 'register'
      readonly user: string
      readonly name: string
      readonly device: string
      readonly label: string
      readonly passwordHash: string
    }
  | {
      readonly kind: 'login'
      readonly user: string
      readonly device: string
      readonly label: string
    }
  | {
      readonly kind: 'revoke'
      readonly user: string
      /** The devices to log out. */
      readonly devices: readonly string[]
    }
  | { readonly kind: 'password'; readonly user: string; readonly passwordHash: string }
  | {
      readonly kind: 'read'
      readonly user: string
      readonly room: string
      readonly upTo: number
      /** The marker goes back, provided that it stands here. */
      readonly was?: number
    }

/** By what all operations from here on are decided: a starting backend's configuration. */
export interface SettingsOperation {
  readonly kind: 'settings'
  readonly settings: Settings
}

export type LoggedOperation = RoomOperation | AccountOperation | SettingsOperation

export interface LogRecord {
  /** Unique for ever; an append repeated with the same id stands once. */
  readonly id: string
  /** Wall clock of the backend that proposes, milliseconds since 1970. */
  readonly at: number
  readonly ops: readonly LoggedOperation[]
}

export interface PositionedRecord {
  readonly position: Position
  readonly record: LogRecord
}
