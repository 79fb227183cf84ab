/** What an operator sees of the log, as its leader described it last. */
import type { Position } from '@starling/core/log/record'
import type { StreamInfo } from './jetstream-api.ts'

const nanosecondsPerMs = 1_000_000

export interface NatsReplicaView {
  readonly server: string
  readonly isLeader: boolean
  /** It has all that the leader has, or nearly. */
  readonly isCurrent: boolean
  readonly isOffline: boolean
  /** Steps that it is behind the leader. */
  readonly lag: number
  /** Since the leader heard of it; undefined: not since it leads. */
  readonly silentMs: number | undefined
}

/** What this handle knows itself. */
export interface OwnView {
  readonly identity: string
  /** The server that appends go to; undefined while there is none. */
  readonly connectedTo: string | undefined
  readonly appendsInFlight: number
  readonly canAppend: boolean
  readonly why: string
  /** How long ago the leader answered. */
  readonly ageMs: number
}

export interface NatsView extends OwnView {
  readonly stream: string
  /** Undefined for a server that is alone. */
  readonly leader: string | undefined
  /** The leader among them; in the order of their names. */
  readonly replicas: readonly NatsReplicaView[]
  readonly head: Position
  readonly records: number
  readonly bytes: number
  readonly bytesMax: number
}

/** Something an operator should hear of, once. */
export interface NatsNotice {
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
}

/** Plain data for all other backends. Whoever hears it checks its shape. */
export interface PeerMessage {
  readonly kind: string
  /** The backend that says it. */
  readonly from: string
  readonly [field: string]: unknown
}

export function viewOf({ config, state, cluster }: StreamInfo, own: OwnView): NatsView {
  const others = (cluster?.replicas ?? []).map((replica) => ({
    server: replica.name,
    isLeader: false,
    isCurrent: replica.current,
    isOffline: replica.offline,
    lag: replica.lag,
    // Of a server that was down when it was elected a leader says 0, and not that it is offline.
    silentMs: isUnheard(replica) ? undefined : Math.round(replica.active / nanosecondsPerMs),
  }))
  const leader = cluster?.leader
  const leading = { isLeader: true, isCurrent: true, isOffline: false, lag: 0, silentMs: 0 }
  const replicas = leader === undefined ? others : [...others, { server: leader, ...leading }]
  replicas.sort((a, b) => (a.server < b.server ? -1 : 1))
  return {
    ...own,
    stream: config.name,
    leader,
    replicas,
    head: state.last_seq,
    records: state.messages,
    bytes: state.bytes,
    bytesMax: config.max_bytes,
  }
}

function isUnheard({ active, current }: { active: number; current: boolean }): boolean {
  return active === 0 && !current
}
