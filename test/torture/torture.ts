/**
 * One run: a calm start for comparison, then faults until shortly before the end, then calm, in
 * which everything must come to rest. Then the rooms are read by somebody new, and the ledger
 * judges.
 */

import { openMemoryStorage } from '@starling/client/memory-storage'
import { connect } from '@starling/client/node'
import type { Entry } from '@starling/protocol/entry'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { Crowd } from './crowd.ts'
import { chanceFrom, drawFault, type Fault } from './faults.ts'
import { isClean, Ledger } from './ledger.ts'
import { type Report, reportOf } from './report.ts'

export interface TortureOptions {
  readonly seconds: number
  readonly clients: number
  readonly rooms: number
  readonly window: number
  readonly faultEveryMs: number
  readonly frontends: number
  readonly policy: string
  readonly seed: number
  readonly say: (line: string) => void
}

const calmShare = 0.15
const restMsMax = 60_000

export async function torture(options: TortureOptions): Promise<Report> {
  const { say } = options
  const cluster = await Cluster.create({ frontends: options.frontends, policy: options.policy })
  const ledger = new Ledger()
  const faults: Fault[] = []
  try {
    say(`torture: seed ${options.seed}, ${options.clients} clients, ${options.rooms} rooms`)
    await cluster.start()
    const crowd = await Crowd.gather({ ...options, addresses: cluster.addresses, ledger })
    const startedAt = performance.now()
    const progress = setInterval(() => say(progressLine(ledger, faults, startedAt)), 5_000)
    crowd.start()
    await new Promise((resolve) => setTimeout(resolve, options.seconds * 1000 * calmShare))
    await storm(cluster, options, { faults, endMs: startedAt + options.seconds * 1000 })
    crowd.stop()
    const sentMs = performance.now() - startedAt
    await until(() => crowd.isAtRest, { what: () => crowd.unrest(), ms: restMsMax })
    const truth = await readRooms(cluster.addresses, crowd.rooms)
    await until(() => crowd.hasSeen(truth), { what: 'every observer at the head', ms: restMsMax })
    clearInterval(progress)
    await crowd.close()
    const verdict = ledger.judge(truth)
    return reportOf({
      options,
      verdict,
      isClean: isClean(verdict),
      sends: ledger.sends,
      faults,
      sentMs,
    })
  } catch (error) {
    say(cluster.output)
    throw error
  } finally {
    await cluster.remove()
  }
}

/** One fault after the other, until the end. Every frozen process is thawed, or found dead. */
async function storm(
  cluster: Cluster,
  options: TortureOptions,
  { faults, endMs }: { faults: Fault[]; endMs: number },
): Promise<void> {
  const chance = chanceFrom(options.seed)
  const names = {
    backends: cluster.backends.map((place) => place.name),
    frontends: cluster.frontends.map((place) => place.name),
  }
  const thaws: Promise<void>[] = []
  while (performance.now() < endMs) {
    const fault = { ...drawFault(chance, names), atMs: performance.now() }
    const pid = cluster.pidOf(fault.role, fault.name)
    if (pid !== undefined) {
      faults.push(fault)
      process.kill(pid, signalOf(fault))
      if (fault.kind === 'freeze') thaws.push(thaw(pid, fault.forMs))
    }
    await new Promise((resolve) => setTimeout(resolve, options.faultEveryMs))
  }
  await Promise.all(thaws)
}

function signalOf(fault: { kind: Fault['kind'] }): NodeJS.Signals {
  if (fault.kind === 'kill') return 'SIGKILL'
  return fault.kind === 'freeze' ? 'SIGSTOP' : 'SIGTERM'
}

async function thaw(pid: number, afterMs: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    // Another fault killed it meanwhile, or the others fenced it off.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** What somebody new reads. */
async function readRooms(
  addresses: readonly string[],
  rooms: readonly string[],
): Promise<ReadonlyMap<string, readonly Entry[]>> {
  const reader = await connect({
    addresses,
    auth: { kind: 'guest', name: 'reader' },
    storage: openMemoryStorage(),
  })
  const truth = new Map<string, readonly Entry[]>()
  for (const room of rooms) {
    const joined = await reader.join(room)
    if (!joined.ok) throw new Error(`the reader may not join: ${joined.say}`)
    const entries: Entry[] = []
    for (;;) {
      const page = await reader.history(room, { after: entries.length, limit: 200 })
      if (!page.ok) throw new Error(`the reader may not read: ${page.say}`)
      if (page.value.length === 0) break
      entries.push(...page.value)
    }
    truth.set(room, entries)
  }
  await reader.close()
  return truth
}

function progressLine(ledger: Ledger, faults: readonly Fault[], startedAt: number): string {
  const acked = ledger.sends.filter((send) => send.ackedAtMs !== undefined).length
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const waiting = ledger.sends.length - acked
  return `  ${seconds} s: ${acked} acknowledged, ${waiting} waiting, ${faults.length} faults`
}
