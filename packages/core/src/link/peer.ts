/**
 * Frames between two backends, on a link of their own. One whose store is empty or far behind asks
 * another for a copy of its store, one file, sent in parts. The asker says how much it has written,
 * and never more than `snapshotWindowBytes` beyond that are on their way, so a slow disk holds up
 * nobody. The shells speak these frames; the nodes do not know of them.
 *
 * snapshot-ask → snapshot, snapshot-part …, snapshot-end     or  → snapshot-refused
 */
import type { Position } from '../log/record.ts'

/** Raised when an older backend would misread a frame. */
export const peerVersion = 1

export type PeerUp =
  /** The first frame of a link between backends. */
  | {
      readonly t: 'snapshot-ask'
      readonly version: number
      readonly backend: string
      /** The identity of the log that the asker follows. */
      readonly log: string
      /** Version of the store's tables. */
      readonly store: number
      /** A copy is of use only beyond this position. */
      readonly above: Position
    }
  /** So many bytes of the copy are written. */
  | { readonly t: 'snapshot-got'; readonly bytes: number }

export const snapshotRefusals = [
  'busy',
  'no-snapshots',
  'other-version',
  'other-log',
  'not-ahead',
  'behind',
  'failed',
] as const
export type SnapshotRefusal = (typeof snapshotRefusals)[number]

/** What a copy holds. */
export interface SnapshotOffer {
  readonly log: string
  readonly position: Position
  /** The id of the record at this position, and the digest of the state after it. */
  readonly recordId: string
  readonly digest: string
  readonly bytes: number
}

export type PeerDown =
  | ({ readonly t: 'snapshot' } & SnapshotOffer)
  | { readonly t: 'snapshot-part'; readonly data: Uint8Array }
  /** SHA-256 of all parts, in hexadecimal. */
  | { readonly t: 'snapshot-end'; readonly sha256: string }
  | { readonly t: 'snapshot-refused'; readonly code: SnapshotRefusal; readonly why: string }

export const snapshotPartBytes = 256 * 1024
export const snapshotWindowBytes = 8 * snapshotPartBytes

export function isPeerUp(frame: { readonly t: string }): frame is PeerUp {
  return frame.t === 'snapshot-ask' || frame.t === 'snapshot-got'
}
