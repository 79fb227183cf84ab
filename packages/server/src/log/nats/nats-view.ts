/** What an operator sees of the log, as the last probe of its leader found it. */
import type { Position } from '@starling/core/log/record'

export interface NatsReplicaView {
  readonly server: string
  readonly isLeader: boolean
  /** It has all that the leader has, or nearly. */
  readonly isCurrent: boolean
  readonly isOffline: boolean
  /** Records that it has not got yet. */
  readonly lag: number
  /** Since the leader heard of it. */
  readonly silentMs: number
}

export interface NatsView {
  readonly stream: string
  readonly identity: string
  /** The server that appends go to; undefined while there is none. */
  readonly connectedTo: string | undefined
  /** Undefined while nobody leads, as far as is known here. */
  readonly leader: string | undefined
  /** The leader among them; in the order of their names. */
  readonly replicas: readonly NatsReplicaView[]
  readonly head: Position
  readonly records: number
  readonly bytes: number
  readonly bytesMax: number
  readonly appendsInFlight: number
  readonly canAppend: boolean
  readonly why: string
  /** How long ago the leader answered. */
  readonly ageMs: number
}

/** Something an operator should hear of, once. */
export interface NatsNotice {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

/** Plain data for all other backends. Whoever hears it checks its shape. */
export interface PeerMessage {
  readonly kind: string
  readonly from: string
  readonly [field: string]: unknown
}
