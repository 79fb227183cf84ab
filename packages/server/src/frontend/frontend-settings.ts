/** All that a front-end's process must know to start. Made from starling.toml and flags. */
import type { BalancingPolicyName } from '@starling/core/frontend/balancing/policy'
import type { FrontendTuning } from '@starling/core/frontend/frontend-io'
import type { Rank } from '@starling/core/link/down'
import type { Limits } from '@starling/protocol/limits'
import type { LinkAddress, LinkSecurity, LinkTuning } from '../link/link-settings.ts'
import type { AdminSettings } from '../telemetry/telemetry-settings.ts'

/** `self-signed`: made at the first start and kept in `dataDir`; its fingerprint is printed. */
export type ClientTls =
  | { readonly kind: 'off' }
  | { readonly kind: 'files'; readonly certFile: string; readonly keyFile: string }
  | {
      readonly kind: 'self-signed'
      readonly dataDir: string
      /** Host names and addresses that it is for, besides `localhost`. */
      readonly hosts: readonly string[]
    }

export interface FrontendBackend extends LinkAddress {
  readonly name: string
  readonly rank: Rank
}

export interface FrontendSettings {
  readonly name: string
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Several front-ends of one machine may share a port. */
  readonly reusePort: boolean
  /** Where clients reach this front-end; made from host and port when absent. */
  readonly address?: string
  /** Where clients reach the other front-ends. */
  readonly otherAddresses: readonly string[]
  readonly tls: ClientTls
  /** Listen beyond loopback without TLS all the same. */
  readonly allowPlaintext: boolean
  /**
   * Web pages that may open a connection, as origins (`https://chat.example.org`), besides those
   * served from this address itself. `*`: all. Programs send no origin and are always let in.
   */
  readonly origins: readonly string[]
  /** The folder of the built web client, served at `/`. Absent: not served. */
  readonly site?: string
  /** In configuration order: primaries first. */
  readonly backends: readonly FrontendBackend[]
  readonly linkSecurity: LinkSecurity
  readonly linkTuning: LinkTuning
  readonly policy: BalancingPolicyName
  readonly longMessageCharacters: number
  readonly limits: Limits
  readonly tuning: FrontendTuning
  readonly shell: FrontendShellTuning
  /** Absent: no admin port. */
  readonly admin?: AdminSettings
}

export interface FrontendShellTuning {
  readonly tickMs: number
  readonly connectionsMax: number
  readonly backlogMax: number
  /** A client that takes longer to send its upgrade request is cut. */
  readonly upgradeMsMax: number
  /** Handshakes done in one turn of the event loop; the others wait, so that it stays short. */
  readonly handshakesPerTurnMax: number
  /** Above it, or waiting for so long, clients are told when to come again. */
  readonly handshakesWaitingMax: number
  readonly handshakeWaitMsMax: number
  /** Under load what is due to clients gathers for up to so long; see flush-window.ts. */
  readonly flushWindowMsMax: number
  /** Above it a client counts as blocked and is sent nothing more until it drains. */
  readonly clientWriteBytesMax: number
  /** Above it a client is cut at once. One turn's answers of history fit. */
  readonly clientCutBytesMax: number
  /** Blocked for so long: closed as a slow reader. */
  readonly clientBlockedMsMax: number
  /** How long a client that was told to close may take before its socket is cut. */
  readonly closeMsMax: number
  /** How long a drain may take before the process ends all the same. */
  readonly drainMsMax: number
  /** How often certificate files are looked at. */
  readonly certificateCheckMs: number
}

export const frontendShellTuning: FrontendShellTuning = {
  tickMs: 250,
  connectionsMax: 50_000,
  backlogMax: 4_096,
  upgradeMsMax: 10_000,
  handshakesPerTurnMax: 8,
  handshakesWaitingMax: 10_000,
  handshakeWaitMsMax: 3_000,
  flushWindowMsMax: 10,
  clientWriteBytesMax: 1024 * 1024,
  clientCutBytesMax: 64 * 1024 * 1024,
  clientBlockedMsMax: 30_000,
  closeMsMax: 2_000,
  drainMsMax: 10_000,
  certificateCheckMs: 10_000,
}
