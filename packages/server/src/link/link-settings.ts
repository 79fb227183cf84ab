/** What an operator may set about the links between front-ends and backends. */
import { limits } from '@starling/protocol/limits'

/**
 * `plain` is for loopback only: any other address is refused at start. `key` authenticates both
 * ends by one shared secret (TLS-PSK). `certificates` is mutual TLS; the three are paths of PEM
 * files.
 */
export type LinkSecurity =
  | { readonly kind: 'plain' }
  | { readonly kind: 'key'; readonly clusterKey: string }
  | {
      readonly kind: 'certificates'
      readonly certFile: string
      readonly keyFile: string
      readonly caFile: string
    }

export interface LinkAddress {
  readonly host: string
  /** 0, where one listens: any free port. */
  readonly port: number
}

export interface LinkTuning {
  /** One frame, encoded. A longer one closes the link. */
  readonly frameBytesMax: number
  /** Written and not yet taken by the kernel; above it the link is cut and dialled anew. */
  readonly writeBytesMax: number
  /** From the connection to the end of the handshake. */
  readonly handshakeMsMax: number
  /** From the dial to the connection. */
  readonly dialMsMax: number
  readonly redialMsMin: number
  readonly redialMsMax: number
  /** Both ends send a heartbeat so often when they have nothing else to say. */
  readonly heartbeatMs: number
  /** Heartbeat intervals in which nothing came; then the link counts as half-open and is cut. */
  readonly silentHeartbeatsMax: number
  /** Links that one backend accepts. */
  readonly linksMax: number
  /** Peers beside them whose handshake is not done. */
  readonly handshakesMax: number
  /** How long what was sent before a close may take to leave. */
  readonly closeMsMax: number
  /** A cluster key shorter than this is refused at start. */
  readonly clusterKeyCharactersMin: number
}

export const linkTuning: LinkTuning = {
  // A full answer of history: the greatest number of entries of the greatest size, as JSON.
  frameBytesMax: limits.historyEntriesMax * limits.messageBytesMax * 8,
  writeBytesMax: 64 * 1024 * 1024,
  handshakeMsMax: 5_000,
  dialMsMax: 2_000,
  redialMsMin: 50,
  redialMsMax: 1_000,
  heartbeatMs: 2_000,
  silentHeartbeatsMax: 5,
  linksMax: 256,
  handshakesMax: 256,
  closeMsMax: 1_000,
  clusterKeyCharactersMin: 32,
}
