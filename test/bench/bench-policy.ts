/**
 * One measurement: a fresh cluster, a crowd that writes, a warm-up that does not count. A hole, a
 * disorder, a double or a refusal that a client of the crowd saw makes it fail.
 */
import { fork } from 'node:child_process'
import { on } from 'node:events'
import { Cluster } from '../cluster/cluster.ts'
import { type Spread, spreadOf } from '../torture/latencies.ts'
import type { LoadOptions, LoadReport } from './load-process.ts'
import { processorMsOf } from './processor-time.ts'

export interface Report {
  readonly acksPerSecond: number
  readonly latency: Spread
  /** Processor time of all server processes for one acknowledged send. */
  readonly serverMsPerAck: number
  /** The same of the process that makes the load. */
  readonly loadMsPerAck: number
}

export interface BenchOptions {
  readonly policy: string
  readonly clients: number
  readonly rooms: number
  readonly window: number
  readonly seconds: number
}

const warmUpMs = 2_000
const loadProgram = new URL('load-process.ts', import.meta.url).pathname

export async function benchPolicy(options: BenchOptions): Promise<Report> {
  const cluster = await Cluster.create({ policy: options.policy })
  try {
    await cluster.start()
    return await measure(cluster, options)
  } finally {
    await cluster.remove()
  }
}

async function measure(cluster: Cluster, options: BenchOptions): Promise<Report> {
  const load: LoadOptions = { ...options, address: cluster.addresses[0]!, warmUpMs }
  const pids = cluster.processes().map(({ pid }) => pid)
  const child = fork(loadProgram, [JSON.stringify(load)], { serialization: 'advanced' })
  let usedMs = 0
  let report: Report | undefined
  for await (const [told] of on(child, 'message', { close: ['exit'] })) {
    const heard: LoadReport = told
    if (heard.kind === 'begins') usedMs = processorMsOf(pids)
    else if (heard.kind === 'measured') {
      const { durations, elapsedMs, processorMs } = heard
      report = {
        acksPerSecond: Math.round((durations.length / elapsedMs) * 1_000),
        latency: spreadOf(durations),
        serverMsPerAck: (processorMsOf(pids) - usedMs) / durations.length,
        loadMsPerAck: processorMs / durations.length,
      }
    } else if (heard.faults.length > 0) throw new Error(heard.faults.join('\n'))
    else if (report !== undefined) return report
  }
  throw new Error(`the load ended before it had measured and checked (exit ${child.exitCode})`)
}
