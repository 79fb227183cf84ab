/** What a backend needs of an engine: the log, and the store that its own or its log applies to. */
import type { Log } from '@starling/core/log/log'
import type { Store } from '@starling/core/room/store'
import type { PeerMessage } from '../log/nats/nats-view.ts'
import type { EngineView } from '../telemetry/engine-view.ts'
import type { SnapshotSource } from './snapshot-giver.ts'

export interface BackendEngine {
  readonly log: Log
  readonly store: Store
  /** What it cannot promise, in plain words; shown wherever state is shown. */
  readonly warnings: readonly string[]
  /** What operators see of it. */
  view(): EngineView
  /** Only where each backend has a store of its own. */
  readonly replication?: Replication
  close(): Promise<void>
}

export interface Replication {
  readonly snapshots: SnapshotSource
  /** To all other backends; may get lost. */
  tellPeers(message: PeerMessage): void
  /** Returns the function that stops hearing. */
  onPeers(hear: (message: PeerMessage) => void): () => void
  /** Closes the engine, and moves the store out of the way of the next start. */
  setAside(): Promise<void>
}

/** Why a backend cannot go on, and what comes next. */
export interface BackendFailure {
  readonly code: 'diverged' | 'log-damaged' | 'store-failed'
  readonly found: string
  readonly remedy: string
  /** Then the store is set aside, and the next start makes or takes another. */
  readonly isStoreWrong: boolean
}
