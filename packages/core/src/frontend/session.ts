/** One attachment of one device. Everything here ends with its connection. */
import { FewSet } from './few-set.ts'
import type { SessionId } from './frontend-io.ts'
import type { Lane, Pending } from './outbox-lanes.ts'
import type { TokenBucket } from './token-bucket.ts'

export type SessionState =
  /** Connected; hello has not been said, or was refused. */
  | { readonly kind: 'new'; readonly sinceMs: number }
  /** Hello was said and a backend was asked who it is. */
  | { readonly kind: 'greeting' }
  | OnlineState

export interface OnlineState {
  readonly kind: 'online'
  readonly user: string
  readonly name: string
  readonly device: string
  /**
   * Rooms that it follows, the self room among them, with the index up to which its being there is
   * known: an entry that says otherwise counts only behind that.
   */
  readonly rooms: Map<string, number>
  /** Rooms in which it has to read before it joins the live stream again. */
  readonly lagging: FewSet<string>
  /** Rooms of which it missed presence while it was blocked. */
  readonly stalePresence: FewSet<string>
  /** Entries of the self room up to here have had their effect on `rooms`. */
  selfSeen: number
}

export class Session {
  readonly id: SessionId
  /** Its rates; undefined while full, which they are of all that say little. */
  frames: TokenBucket | undefined
  logins: TokenBucket | undefined
  state: SessionState
  /** When it last spoke, by the awake clock. */
  heardMs: number
  badFrames = 0
  rateRefusals = 0
  isClosed = false
  /** Its socket takes nothing more for now; since when, by the awake clock. */
  blockedSinceMs: number | undefined
  /** The greatest position that it was answered from (P6). */
  position = 0
  /** Its own backend, given at connect. */
  own: string | undefined
  /** Made when there is one, and gone with the last. */
  lanes: Map<string, Lane> | undefined
  readonly unanswered = new FewSet<Pending>()

  constructor(id: SessionId, awakeMs: number) {
    this.id = id
    this.state = { kind: 'new', sinceMs: awakeMs }
    this.heardMs = awakeMs
  }

  get isBlocked(): boolean {
    return this.blockedSinceMs !== undefined
  }

  get online(): OnlineState | undefined {
    return this.state.kind === 'online' && !this.isClosed ? this.state : undefined
  }
}
