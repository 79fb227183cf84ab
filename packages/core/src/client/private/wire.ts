/** Between the outboxes and what seals their sends (sealing.ts). */
import type { ErrorCode } from '@starling/protocol/error-codes'
import type { Operation } from '@starling/protocol/operation'
import type { Now } from '../../now.ts'
import type { Composed, OutboxItem } from '../client-io.ts'

/** What of a send goes on the wire: in an encrypted room that is not what was composed. */
export interface Wire {
  /** It goes out sealed or not at all. */
  isEncrypted(room: string): boolean
  /** Why it cannot be sent from here. */
  reasonAgainst(now: Now, room: string, op: Composed): ErrorCode | undefined
  /** Undefined: not yet, and nothing that comes after it in its outbox either. */
  operation(now: Now, item: OutboxItem): Operation | undefined
  /** The servers want it sealed anew. */
  sealAnew(now: Now, room: string): void
  acked(now: Now, item: OutboxItem): void
  /** It needs its box no more. */
  settled(item: OutboxItem): void
}
