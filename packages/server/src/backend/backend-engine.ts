/** What a backend needs of an engine: the log, and the store that its own or its log applies to. */
import type { Log } from '@starling/core/log/log'
import type { Store } from '@starling/core/room/store'

export interface BackendEngine {
  readonly log: Log
  readonly store: Store
  close(): Promise<void>
}
