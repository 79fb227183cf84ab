/** All that a backend's process must know to start. Made from starling.toml and flags. */
import type { BackendTuning } from '@starling/core/backend/backend-io'
import type { Rank } from '@starling/core/link/down'
import type { Limits } from '@starling/protocol/limits'
import type { LinkAddress, LinkSecurity, LinkTuning } from '../link/link-settings.ts'
import type { AdminSettings } from '../telemetry/telemetry-settings.ts'
import { type SnapshotTuning, snapshotTuning } from './snapshot-settings.ts'

export interface BackendSettings {
  readonly name: string
  readonly rank: Rank
  /** Where front-ends reach this backend. */
  readonly listen: LinkAddress
  readonly linkSecurity: LinkSecurity
  readonly linkTuning: LinkTuning
  readonly areGuestsAllowed: boolean
  readonly isRegistrationOpen: boolean
  readonly limits: Limits
  readonly tuning: BackendTuning
  readonly shell: BackendShellTuning
  /** Absent: no admin port. */
  readonly admin?: AdminSettings
}

export interface BackendShellTuning {
  readonly tickMs: number
  /** How often the delay of the event loop is told to the node. */
  readonly loopDelayMs: number
  /** How long a drain may take before the process ends all the same. */
  readonly drainMsMax: number
  readonly passwords: PasswordTuning
  readonly snapshots: SnapshotTuning
}

/** argon2id; see RFC 9106 §4 for how memory and passes trade. */
export interface PasswordTuning {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
  /** Hashes computed at once, each on a thread of libuv's pool. */
  readonly hashesAtOnceMax: number
  /** Hashes that wait; above it a task is dropped and its request runs into its own limit. */
  readonly hashesWaitingMax: number
}

export const backendShellTuning: BackendShellTuning = {
  tickMs: 250,
  loopDelayMs: 100,
  drainMsMax: 8_000,
  passwords: {
    memoryKib: 19_456,
    passes: 2,
    lanes: 1,
    hashesAtOnceMax: 2,
    hashesWaitingMax: 512,
  },
  snapshots: snapshotTuning,
}
