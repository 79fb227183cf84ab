/**
 * What befalls the log: elections, outages, lost acknowledgements, reach, full disks, followers
 * that lag.
 */
import type { Fault } from './fault.ts'
import { beginOutage } from './outage.ts'

export const logFaults: readonly Fault[] = [
  {
    name: 'log-election',
    weight: 3,
    lastsMs: [100, 6_000],
    begin: ({ log }) => {
      log.beginElection()
      return { on: 'log', end: () => log.endElection() }
    },
  },
  {
    name: 'log-outage',
    weight: 3,
    lastsMs: [500, 8_000],
    begin: (cluster, random) => ({ on: 'log', end: beginOutage(cluster, random) }),
  },
  {
    name: 'log-loses-acks',
    weight: 4,
    lastsMs: [200, 3_000],
    begin: ({ log }, random) => {
      const share = random.fraction(0.2, 1)
      log.ackLossShare = share
      return {
        on: 'log',
        end: () => {
          if (log.ackLossShare === share) log.ackLossShare = 0
        },
      }
    },
  },
  {
    name: 'log-out-of-reach',
    weight: 4,
    lastsMs: [100, 4_000],
    begin: ({ log, backends }, random) => {
      const { name } = random.pick(backends)
      log.cutOff(name)
      return { on: name, end: () => log.reconnect(name) }
    },
  },
  {
    name: 'log-disk-full',
    weight: 2,
    lastsMs: [100, 3_000],
    begin: ({ log }) => {
      log.fillDisk()
      return { on: 'log', end: () => log.freeDisk() }
    },
  },
  {
    name: 'log-follower-lags',
    weight: 4,
    lastsMs: [200, 4_000],
    begin: ({ log, backends }, random) => {
      const { name } = random.pick(backends)
      log.setLag(name, random.fraction(50, 2_000))
      return { on: name, end: () => log.setLag(name, 0) }
    },
  },
]
