/**
 * Where the processes of a cluster run. A machine has an address of its own, runs commands, and can
 * be cut off from others in one direction or both, or have a bad line. Two implementations: network
 * namespaces (`namespace-machines.ts`), for root on Linux with iproute2, and plain loopback
 * (`loopback-machines.ts`), where lines cannot be cut.
 */
import type { ChildProcess } from 'node:child_process'

/** `out`: nobody hears it; `in`: it hears nobody. */
export type Direction = 'in' | 'out' | 'both'

export interface Machine {
  readonly name: string
  /** Where the others reach what runs on it. */
  readonly address: string
  /** A port that nothing on it uses; the wished one where the machine has all ports to itself. */
  port(wished: number): Promise<number>
  /** It ends with the machine at the latest. */
  spawn(command: readonly string[], options?: SpawnOptions): ChildProcess
  /** GET on its own loopback, where admin ports listen; undefined when nobody answers. */
  ask(port: number, path: string): Promise<Answer | undefined>
  /** Drops what is sent from now on, silently, of connections that stand too. */
  cut(direction: Direction, from: readonly Machine[]): Promise<void>
  /** Delay and loss of what it sends. */
  worsen(): Promise<void>
  /** Takes back its cuts and its bad line. */
  heal(): Promise<void>
}

export interface SpawnOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** A file's descriptor; absent: its output is piped. */
  readonly output?: number
}

export interface Answer {
  readonly status: number
  readonly body: string
}

/** How lines are made bad: `netem` delays and loses, `tbf` is a thin line that fills up. */
export type BadLines = 'netem' | 'tbf' | 'none'

export interface Machines {
  /** One line for people: what these are, and what is left out. */
  readonly about: string
  readonly canCut: boolean
  readonly badLines: BadLines
  /** Those that were asked for, by name. */
  readonly all: readonly Machine[]
  /** Where this process is: clients dial from here. Runs nothing. */
  readonly here: Machine
  /** Removed with the machines. */
  readonly folder: string
  get(name: string): Machine
  /** Ends what runs on them, at once. */
  remove(): Promise<void>
}
