/**
 * Where a client keeps what must outlive it: its identity, its outboxes and, to start quickly, the
 * newest entries. One storage belongs to one client at a time; see `sqlite-storage.ts` for how
 * processes share a profile.
 */
import type { ClientOutput, OutboxItem, RestoredState } from '@starling/core/client/client-io'

/**
 * One thing to keep. When `store-me` tells of another person than before, outboxes and entries of
 * the former are forgotten; items stay, since the node has marked them as refused.
 */
export type StoredChange = Extract<
  ClientOutput,
  { kind: 'store-items' | 'forget-item' | 'store-entries' | 'store-me' }
>

/** The secret of this device, and who comes in with it. */
export interface Identity {
  readonly token: string
  readonly kind: 'guest' | 'account'
  readonly name: string
  /** The server knows the token: it was welcomed once. */
  readonly isKnown: boolean
}

export interface Restored {
  readonly state: RestoredState
  /** Who was welcomed last. */
  readonly identity: Identity | undefined
  /** Who said hello after that and was not welcomed yet. */
  readonly arriving?: Identity
}

export interface ClientStorage {
  open(): Promise<Restored>
  /**
   * Returns, or settles, when `store-items` among the changes are durable; the others may come
   * later. Writes are done in the order of their calls.
   */
  write(changes: readonly StoredChange[]): Promise<void> | void
  /**
   * One that is not known to the server yet is kept beside the one that is, so that who cannot come
   * in takes nobody's place; once it is known it takes the place of both.
   */
  saveIdentity(identity: Identity): Promise<void>
  /** Items that another process left unsent when it ended; they are this client's from now on. */
  adoptOrphans(): Promise<readonly OutboxItem[]>
  close(): Promise<void>
}
