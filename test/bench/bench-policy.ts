/**
 * One measurement: a fresh cluster, a crowd that writes, a warm-up that does not count. A hole, a
 * disorder, a double or a refusal that a client of the crowd saw makes it fail.
 */
import { fork } from 'node:child_process'
import { on } from 'node:events'
import type { StageMark } from '@starling/server/telemetry/stage-marks'
import { type Spread, spreadOf } from '../torture/latencies.ts'
import { type BenchCluster, type Engine, startCluster } from './bench-cluster.ts'
import type { LoadOptions, LoadReport } from './load-process.ts'
import { processorMsOf } from './processor-time.ts'
import type { ClientMark } from './raw-client.ts'

export interface Report {
  readonly acksPerSecond: number
  readonly latency: Spread
  /** Processor time of all server processes for one acknowledged send. */
  readonly serverMsPerAck: number
  /** The same of the process that makes the load. */
  readonly loadMsPerAck: number
  /** Of clients and servers, where sends are followed. */
  readonly marks: readonly (ClientMark | StageMark)[]
}

export interface BenchOptions {
  readonly engine: Engine
  readonly policy: string
  readonly clients: number
  readonly rooms: number
  readonly window: number
  /** Sends a second, in bursts, instead of a window. */
  readonly rate?: number
  readonly burst?: number
  readonly alike?: number
  readonly seconds: number
  /** One send in so many is followed on its way. */
  readonly followEvery?: number
}

const warmUpMs = 2_000
const loadProgram = new URL('load-process.ts', import.meta.url).pathname

export async function benchPolicy(options: BenchOptions): Promise<Report> {
  if (options.followEvery !== undefined) process.env.STARLING_STAGES = `${options.followEvery}`
  const cluster = await startCluster(options.engine, options.policy)
  try {
    return await measure(cluster, options)
  } finally {
    delete process.env.STARLING_STAGES
    await cluster.remove()
  }
}

async function measure(cluster: BenchCluster, options: BenchOptions): Promise<Report> {
  const { address, pids } = cluster
  const load: LoadOptions = { ...options, address, warmUpMs }
  const child = fork(loadProgram, [JSON.stringify(load)], { serialization: 'advanced' })
  let usedMs = 0
  let report: Report | undefined
  for await (const [told] of on(child, 'message', { close: ['exit'] })) {
    const heard: LoadReport = told
    if (heard.kind === 'begins') {
      await cluster.takeStageMarks()
      usedMs = processorMsOf(pids)
    } else if (heard.kind === 'measured') {
      const { durations, elapsedMs, processorMs } = heard
      report = {
        acksPerSecond: Math.round((durations.length / elapsedMs) * 1_000),
        latency: spreadOf(durations),
        serverMsPerAck: (processorMsOf(pids) - usedMs) / durations.length,
        loadMsPerAck: processorMs / durations.length,
        marks: [...heard.marks, ...(await cluster.takeStageMarks())],
      }
    } else if (heard.faults.length > 0) throw new Error(heard.faults.join('\n'))
    else if (report !== undefined) return report
  }
  throw new Error(`the load ended before it had measured and checked (exit ${child.exitCode})`)
}
