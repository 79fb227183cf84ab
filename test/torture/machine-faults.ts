/**
 * The faults that a machine of a cluster can have, and which of them is drawn: by role, since an
 * engine server, of which only one at a time may be in trouble, stays in it long enough for the
 * others to elect.
 */
import type { Direction, Machines } from '../cluster/machine.ts'
import { drawn } from './faults.ts'

export type MachineRole = 'engine' | 'backend' | 'frontend'

export type MachineFault =
  /** `downMs`: until it is started again. */
  | { readonly kind: 'kill'; readonly downMs: number }
  | { readonly kind: 'restart'; readonly signal: 'SIGTERM' | 'SIGUSR2' }
  | { readonly kind: 'freeze'; readonly forMs: number }
  /** `from`: the machines of which roles it is cut off from. */
  | {
      readonly kind: 'cut'
      readonly direction: Direction
      readonly from: 'all' | MachineRole
      readonly forMs: number
    }
  | { readonly kind: 'bad line'; readonly forMs: number }

interface Choice {
  readonly weight: number
  /** Needs machines that can be cut off, or have bad lines. */
  readonly needs?: 'cut' | 'bad line'
  readonly make: (chance: () => number) => MachineFault
}

const directions: readonly Direction[] = ['out', 'in', 'both']

function cut(from: 'all' | MachineRole, weight: number, duration: readonly [number, number]) {
  return directions.map((direction): Choice => {
    const make = (chance: () => number): MachineFault => {
      return { kind: 'cut', direction, from, forMs: between(chance, duration) }
    }
    return { weight, needs: 'cut', make }
  })
}

function lasting(
  kind: 'freeze' | 'bad line',
  weight: number,
  duration: readonly [number, number],
): Choice {
  const make = (chance: () => number) => ({ kind, forMs: between(chance, duration) })
  return kind === 'bad line' ? { weight, needs: 'bad line', make } : { weight, make }
}

const restart = (signal: 'SIGTERM' | 'SIGUSR2', weight: number): Choice => ({
  weight,
  make: () => ({ kind: 'restart', signal }),
})

const kill = (weight: number, duration: readonly [number, number]): Choice => ({
  weight,
  make: (chance) => ({ kind: 'kill', downMs: between(chance, duration) }),
})

const choices: Readonly<Record<MachineRole, readonly Choice[]>> = {
  engine: [
    kill(6, [50, 4_000]),
    lasting('freeze', 2, [3_000, 8_000]),
    restart('SIGTERM', 2),
    restart('SIGUSR2', 1),
    ...cut('all', 1, [3_000, 8_000]),
    lasting('bad line', 1, [3_000, 6_000]),
  ],
  backend: [
    kill(8, [50, 500]),
    lasting('freeze', 2, [1_000, 4_000]),
    restart('SIGTERM', 2),
    ...cut('all', 1, [1_000, 5_000]),
    ...cut('engine', 0.5, [1_000, 5_000]),
    ...cut('frontend', 0.5, [1_000, 5_000]),
    lasting('bad line', 2, [2_000, 5_000]),
  ],
  frontend: [
    kill(4, [50, 500]),
    lasting('freeze', 1, [1_000, 4_000]),
    restart('SIGTERM', 2),
    ...cut('all', 0.5, [1_000, 5_000]),
    ...cut('backend', 0.5, [1_000, 5_000]),
    lasting('bad line', 1, [2_000, 5_000]),
  ],
}

export function drawMachineFault(
  chance: () => number,
  role: MachineRole,
  can: Pick<Machines, 'canCut' | 'badLines'>,
): MachineFault {
  const possible = choices[role].filter(({ needs }) => {
    if (needs === 'cut') return can.canCut
    return needs === undefined || can.badLines !== 'none'
  })
  return drawn(chance, possible).make(chance)
}

/** As reports name it: `cut-in from engine`, `kill`. */
export function nameOfFault(fault: MachineFault): string {
  switch (fault.kind) {
    case 'cut': {
      const from = fault.from === 'all' ? '' : ` from ${fault.from}`
      return `cut-${fault.direction}${from}`
    }
    case 'restart':
      return fault.signal === 'SIGUSR2' ? 'lame-duck' : 'restart'
    default:
      return fault.kind
  }
}

function between(chance: () => number, [from, to]: readonly [number, number]): number {
  return Math.round(from + chance() * (to - from))
}
