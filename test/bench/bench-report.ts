/** The figures of a bench, run by run, as a table of medians with their spread. */
import type { Spread } from '../torture/latencies.ts'

export interface Report {
  readonly policy: string
  readonly acksPerSecond: number
  readonly latency: Spread
  /** Processor time of all server processes for one acknowledged send. */
  readonly serverMsPerAck: number
  /** The same of the process that makes the load. */
  readonly loadMsPerAck: number
}

export function showTable(reports: readonly Report[]): string {
  const policies = [...new Set(reports.map((report) => report.policy))]
  const rows = policies.map((policy) => {
    const runs = reports.filter((report) => report.policy === policy)
    const of = (figure: (report: Report) => number, digits = 0) =>
      show(runs.map(figure), digits).padEnd(20)
    return [
      policy.padEnd(18),
      of((report) => report.acksPerSecond),
      of((report) => report.latency.p50, 1),
      of((report) => report.latency.p99, 1),
      of((report) => report.serverMsPerAck, 3),
      of((report) => report.loadMsPerAck, 3),
    ].join(' ')
  })
  const heads = ['acks/s', 'p50 ms', 'p99 ms', 'server CPU ms/ack', 'load CPU ms/ack']
  return [
    '',
    `${'policy'.padEnd(18)} ${heads.map((head) => head.padEnd(20)).join(' ')}`,
    ...rows,
  ].join('\n')
}

/** Median (lowest–highest). */
function show(figures: readonly number[], digits: number): string {
  const sorted = [...figures].sort((a, b) => a - b)
  const [low, middle, high] = [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!]
  return `${middle.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`
}
