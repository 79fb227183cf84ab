/** What applying one record did: for whoever waits for its operations, and for the feeds. */
import type { Entry } from '@starling/protocol/entry'
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Position } from '../log/record.ts'

/**
 * What became of one logged operation. `index` and `at` are those of the entry it made (0 where it
 * made none). `out-of-turn` is the one refusal that leaves the outbox as it was.
 */
export type Outcome =
  | { readonly ok: true; readonly index: number; readonly at: number }
  | { readonly ok: false; readonly code: ErrorCode }

export interface RoomEntries {
  readonly room: string
  /** New entries, dense, in order. */
  readonly entries: readonly Entry[]
}

export interface Applied {
  readonly position: Position
  /** One for each operation of the record, in its order. */
  readonly outcomes: readonly Outcome[]
  readonly rooms: readonly RoomEntries[]
  /** Of all that was applied up to here; replicas of one log that differ once differ for ever. */
  readonly digest: string
}
