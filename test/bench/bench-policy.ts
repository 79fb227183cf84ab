/** One measurement: a fresh cluster, a crowd that writes, a warm-up that does not count. */
import { performance } from 'node:perf_hooks'
import { Cluster } from '../cluster/cluster.ts'
import { until } from '../cluster/until.ts'
import { Crowd } from '../torture/crowd.ts'
import { spreadOf } from '../torture/latencies.ts'
import { Ledger } from '../torture/ledger.ts'
import type { Report } from './bench-report.ts'

export interface BenchOptions {
  readonly policy: string
  readonly clients: number
  readonly rooms: number
  readonly window: number
  readonly seconds: number
}

const warmUpMs = 2_000

export async function benchPolicy(options: BenchOptions): Promise<Report> {
  const cluster = await Cluster.create({ policy: options.policy })
  try {
    await cluster.start()
    const ledger = new Ledger()
    const crowd = await Crowd.gather({ ...options, addresses: cluster.addresses, ledger })
    crowd.start()
    await new Promise((resolve) => setTimeout(resolve, warmUpMs))
    const fromMs = performance.now()
    const serverMsBefore = cluster.processorMs()
    await new Promise((resolve) => setTimeout(resolve, options.seconds * 1_000))
    const toMs = performance.now()
    const serverMs = cluster.processorMs() - serverMsBefore
    crowd.stop()
    await until(() => crowd.isAtRest, { what: () => crowd.unrest(), ms: 30_000 })
    await crowd.close()
    const durations = ledger.sends.flatMap(({ composedAtMs, ackedAtMs }) =>
      ackedAtMs !== undefined && ackedAtMs >= fromMs && ackedAtMs < toMs
        ? [ackedAtMs - composedAtMs]
        : [],
    )
    return {
      policy: options.policy,
      acksPerSecond: Math.round((durations.length / (toMs - fromMs)) * 1_000),
      latency: spreadOf(durations),
      serverMsPerAck: serverMs / durations.length,
    }
  } finally {
    await cluster.remove()
  }
}
