/**
 * Where a vault keeps its keys: names and bytes.
 *
 * All that a vault does happens in *turns*. While a turn runs nobody else who shares the store
 * (another process of the profile, another tab) reads or writes it. What a turn puts is there as a
 * whole and durable when the turn settles, or not at all when it throws. So a crash at any moment
 * leaves the store as it was before a turn or after it, and a turn that is done again finds which.
 */
export interface KeyStore {
  /** Turns are done one after the other, in the order in which they were asked for. */
  turn<T>(act: (turn: KeyTurn) => Promise<T>): Promise<T>
  /** Waits for the turns that were asked for. */
  close(): Promise<void>
}

export interface KeyTurn {
  /** Another one has written since the last turn here: what is remembered is worth nothing. */
  readonly isChanged: boolean
  get(key: string): Promise<Uint8Array | undefined>
  /** Those that begin so, in the order of their code units. */
  keys(prefix: string): Promise<readonly string[]>
  /** All or nothing. `null` removes. */
  batch(writes: readonly KeyWrite[]): Promise<void>
}

export interface KeyWrite {
  readonly key: string
  readonly value: Uint8Array | null
}

/** Another process had the store for too long. The turn did nothing; it may be asked for again. */
export class KeyStoreBusy extends Error {}
