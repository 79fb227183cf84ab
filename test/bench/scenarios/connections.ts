/** What connections cost: memory while they idle, and time when all come back at once. */
import { readFileSync } from 'node:fs'
import { Cluster } from '../../cluster/cluster.ts'
import { until } from '../../cluster/until.ts'
import { PingingGuest } from '../load/pinging-guest.ts'
import { processorMsOf } from '../processor-time.ts'
import type { Figures, Scenario } from '../scenario.ts'
import { GuestProcess } from './guest-process.ts'

const settleMsMax = 600_000
const config = '[clients]\nconnectionsMax = 50000\n'

export const memoryScenario: Scenario = {
  name: 'memory',
  title: 'Memory of the front-end for clients that are in one room of 100 and say nothing',
  columns: [
    { key: 'kibPerConnection', head: 'KiB per connection', digits: 1 },
    { key: 'mibEmpty', head: 'MiB without', digits: 0 },
    { key: 'mibFull', head: 'MiB with', digits: 0 },
    { key: 'microsecondsPerEntrance', head: 'µs CPU to come in', digits: 0 },
  ],
  cases: () => [
    ...[1_000, 5_000, 10_000].map((clients) => ({
      label: `${clients.toLocaleString('en')} connections`,
      measure: () => measureMemory({ from: 0, clients }),
    })),
    // Without what any load makes a process take once.
    { label: '5,000 beside 5,000', measure: () => measureMemory({ from: 5_000, clients: 5_000 }) },
  ],
}

export function stormScenario({ clients }: { readonly clients: number }): Scenario {
  return {
    name: 'storm',
    title: `${clients.toLocaleString('en')} clients come back after the kill -9 of their front-end`,
    columns: [
      { key: 'firstMs', head: 'first is back, ms', digits: 0 },
      { key: 'halfMs', head: 'half are back, ms', digits: 0 },
      { key: 'allMs', head: 'all are back, ms', digits: 0 },
      { key: 'acceptMs', head: 'from the first to the last, ms', digits: 0 },
      { key: 'microsecondsPerReturn', head: 'µs server CPU per return', digits: 0 },
      { key: 'dials', head: 'dials', digits: 0 },
      { key: 'pingP99Ms', head: 'ping of one who is in, p99 ms', digits: 0 },
      { key: 'refusals', head: 'told to come later', digits: 0 },
    ],
    cases: () => [{ label: 'one front-end, one core', measure: () => measureStorm(clients) }],
  }
}

/** Of so many clients, besides those that were there before. */
async function measureMemory(people: { from: number; clients: number }): Promise<Figures> {
  const { from, clients } = people
  const cluster = await Cluster.create({ config })
  try {
    await cluster.start()
    const pid = cluster.pidOf('frontend', 'frontend-1')!
    const address = cluster.addresses[0]!
    const before = from === 0 ? undefined : GuestProcess.start({ address, clients: from })
    await before?.told('settled', settleMsMax)
    const [empty, usedMs] = [residentKib(pid), processorMsOf([pid])]
    const guests = GuestProcess.start({ address, clients, from })
    await guests.told('settled', settleMsMax)
    const full = residentKib(pid)
    const spentMs = processorMsOf([pid]) - usedMs
    await guests.end()
    await before?.end()
    return {
      kibPerConnection: (full - empty) / clients,
      mibEmpty: empty / 1_024,
      mibFull: full / 1_024,
      microsecondsPerEntrance: (spentMs / clients) * 1_000,
    }
  } finally {
    await cluster.remove()
  }
}

async function measureStorm(clients: number): Promise<Figures> {
  const cluster = await Cluster.create({ config })
  try {
    await cluster.start()
    const guests = GuestProcess.start({ address: cluster.addresses[0]!, clients })
    await guests.told('settled', settleMsMax)
    const before = new Map(cluster.processes().map(({ pid }) => [pid, processorMsOf([pid])]))
    cluster.signal('frontend', 'frontend-1', 'SIGKILL')
    const pinging = new PingingGuest(cluster.addresses[0]!)
    const back = await guests.told('returned', settleMsMax)
    const { p99Ms: pingP99Ms } = pinging.end()
    await until(() => cluster.isReady(), { what: () => 'all roles', ms: settleMsMax })
    const pids = cluster.processes().map(({ pid }) => pid)
    const spentMs = pids.reduce((sum, pid) => {
      return sum + processorMsOf([pid]) - (before.get(pid) ?? 0)
    }, 0)
    await guests.end()
    const microsecondsPerReturn = (spentMs / clients) * 1_000
    const { firstMs, halfMs, allMs, dials, refusals } = back
    const acceptMs = allMs - firstMs
    const times = { firstMs, halfMs, allMs, acceptMs, pingP99Ms }
    return { ...times, dials, refusals, microsecondsPerReturn }
  } finally {
    await cluster.remove()
  }
}

/** Linux; elsewhere the figure is not to be had without the platform's own tools. */
function residentKib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1])
}
