/** What the log holds. One record is one append: everything a backend gathered meanwhile. */
import type { ArchiveRow } from '@starling/protocol/down'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Publication } from '@starling/protocol/up'
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
  | KeyOperation

/** What a device does with its person's keys and others'. */
export type KeyOperation =
  | {
      readonly kind: 'publish'
      readonly user: string
      readonly device: string
      readonly keys: Publication
    }
  | {
      readonly kind: 'claim'
      readonly user: string
      readonly device: string
      readonly claim: string
      readonly room: string
      readonly users: readonly string[]
    }
  | {
      readonly kind: 'archive'
      readonly user: string
      /** Of the identity key that the person had when it was asked; 0: none yet. */
      readonly version: number
      readonly rows: readonly ArchiveRow[]
    }
  | {
      readonly kind: 'mail'
      readonly user: string
      /** Another device of the same person. */
      readonly to: string
      readonly box: string
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
