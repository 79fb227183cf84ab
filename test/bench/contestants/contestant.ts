/** A chat server that a bench can start, load and measure. */
import type { DialectName } from '../load/dialects.ts'

export interface Contestant {
  readonly name: string
  readonly dialect: DialectName
  /** What it promises of a message, in a few words: the figures say nothing without it. */
  readonly promises: string
  /** Why it cannot run here, where it cannot. */
  missing?(): string | undefined
  start(): Promise<RunningContestant>
}

export interface RunningContestant {
  readonly host: string
  readonly ports: readonly number[]
  readonly path?: string
  readonly subprotocol?: string
  /** Of all its processes; they are counted together. */
  readonly pids: () => readonly number[]
  /** Of those that clients are connected to, where that is not all. */
  readonly frontPids?: () => readonly number[]
  /** To its clients' sockets so far, where it tells. */
  readonly writes?: () => Promise<number>
  readonly stop: () => Promise<void>
}
