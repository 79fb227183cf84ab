/** What befalls processes: death, power, freezing, starving, planned restarts, clocks. */
import type { Cluster } from '../cluster/cluster.ts'
import type { Process } from '../cluster/process.ts'
import type { Random } from '../random.ts'
import type { Fault, Trouble } from './fault.ts'

function up<T extends Process>(processes: readonly T[]): readonly T[] {
  return processes.filter((process) => process.isUp)
}

function killed(process: Process | undefined, random: Random): Trouble | undefined {
  if (process === undefined) return undefined
  process.kill(random.isHit(0.3))
  return { on: process.name, end: () => process.start() }
}

function servers(cluster: Cluster): readonly Process[] {
  return [...cluster.frontends, ...cluster.backends]
}

export const processFaults: readonly Fault[] = [
  {
    name: 'backend-crash',
    weight: 6,
    lastsMs: [50, 3_000],
    begin: (cluster, random) => killed(random.pickMaybe(up(cluster.backends)), random),
  },
  {
    name: 'backend-crash-loses-store',
    weight: 2,
    lastsMs: [50, 3_000],
    begin: (cluster, random) => {
      if (cluster.hasSharedStore) return undefined
      const backend = random.pickMaybe(up(cluster.backends))
      if (backend === undefined) return undefined
      backend.kill(true)
      cluster.loseStore(
        backend,
        random.isHit(0.5) ? 0 : random.below(cluster.log.records.length + 1),
      )
      return { on: backend.name, end: () => backend.start() }
    },
  },
  {
    name: 'frontend-crash',
    weight: 4,
    lastsMs: [50, 3_000],
    begin: (cluster, random) => killed(random.pickMaybe(up(cluster.frontends)), random),
  },
  {
    name: 'client-crash',
    weight: 4,
    lastsMs: [10, 2_000],
    begin: (cluster, random) => killed(random.pickMaybe(up(cluster.clients)), random),
  },
  {
    name: 'backend-freeze',
    weight: 5,
    lastsMs: [100, 4_000],
    begin: (cluster, random) => frozen(random.pickMaybe(up(cluster.backends))),
  },
  {
    name: 'frontend-freeze',
    weight: 2,
    lastsMs: [100, 4_000],
    begin: (cluster, random) => frozen(random.pickMaybe(up(cluster.frontends))),
  },
  {
    name: 'client-freeze',
    weight: 2,
    lastsMs: [100, 4_000],
    begin: (cluster, random) => frozen(random.pickMaybe(up(cluster.clients))),
  },
  {
    name: 'starved-server',
    weight: 3,
    lastsMs: [500, 4_000],
    begin: (cluster, random) => {
      const process = random.pickMaybe(up(servers(cluster)))
      if (process === undefined) return undefined
      process.turnDelayMs = random.fraction(5, 400)
      return {
        on: process.name,
        end: () => {
          process.turnDelayMs = 0
        },
      }
    },
  },
  {
    name: 'clock-jump',
    weight: 2,
    lastsMs: [100, 3_000],
    begin: (cluster, random) => {
      const process = random.pick(servers(cluster))
      const jumpMs = random.between(-600_000, 600_000)
      process.clock.wallOffsetMs += jumpMs
      return {
        on: process.name,
        end: () => {
          process.clock.wallOffsetMs -= jumpMs
        },
      }
    },
  },
  {
    name: 'planned-restart',
    weight: 3,
    lastsMs: [1_000, 5_000],
    begin: (cluster, random) => {
      const process = random.pickMaybe([...up(cluster.frontends), ...up(cluster.backends)])
      if (process === undefined) return undefined
      process.beginDrain()
      const restart = () => {
        process.kill(false)
        process.start()
      }
      return { on: process.name, end: restart }
    },
  },
]

function frozen(process: Process | undefined): Trouble | undefined {
  if (process === undefined) return undefined
  process.freeze()
  const { life } = process
  return {
    on: process.name,
    end: () => {
      if (process.life === life) process.thaw()
    },
  }
}
