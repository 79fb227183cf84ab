/** What the torture is played on: a cluster with the faults that it can have. */
import type { MachineKind } from '../cluster/open-machines.ts'
import type { Fault } from './faults.ts'

export interface StageOptions {
  readonly frontends: number
  readonly policy: string
  readonly faultEveryMs: number
  readonly seed: number
  readonly machines?: MachineKind
  readonly say: (line: string) => void
}

export interface Stage {
  /** One line for people. */
  readonly about: string
  /** All files of its servers are in there. */
  readonly folder: string
  /** Where clients connect. */
  readonly addresses: readonly string[]
  /** The worst case, where there is one beyond faults of single processes. */
  readonly disaster?: Disaster
  start(): Promise<void>
  /** Fault after fault until then, noted in the list; all is well again when it resolves. */
  storm(faults: Fault[], endMs: number): Promise<void>
  /** What was found wrong beside what people see. */
  troubles(): Promise<readonly string[]>
  /** The last of what its processes have said. */
  output(): string
  /** Copies what they have traced. */
  keepTraces(folder: string): void
  remove(): Promise<void>
}

export interface Disaster {
  readonly what: string
  /** While people write; all is well again when it resolves. */
  strike(): Promise<void>
}
