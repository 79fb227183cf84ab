/** What a torture run found, for people and as JSON. */
import type { Fault } from './faults.ts'
import { type Spread, showSpread, spreadOf } from './latencies.ts'
import type { SendRecord, Verdict } from './ledger.ts'
import type { TortureOptions } from './torture.ts'

export interface Report {
  readonly isClean: boolean
  readonly seed: number
  readonly policy: string
  readonly clients: number
  readonly seconds: number
  readonly verdict: Verdict
  readonly acksPerSecond: number
  /** Fault, as `kill backend` → how often. */
  readonly faults: { readonly [what: string]: number }
  readonly kills: number
  /** What touched a send between composing and ack → time from the one to the other. */
  readonly latencies: { readonly [what: string]: Spread }
}

/** A send that was composed so shortly after a fault still met it. */
const aftermathMs = 500

export function reportOf(run: {
  readonly options: TortureOptions
  readonly verdict: Verdict
  readonly isClean: boolean
  readonly sends: readonly SendRecord[]
  readonly faults: readonly Fault[]
  readonly sentMs: number
}): Report {
  const { options, verdict, sends, faults } = run
  const counts: Record<string, number> = {}
  for (const fault of faults) counts[nameOf(fault)] = (counts[nameOf(fault)] ?? 0) + 1
  return {
    isClean: run.isClean,
    seed: options.seed,
    policy: options.policy,
    clients: options.clients,
    seconds: options.seconds,
    verdict,
    acksPerSecond: Math.round((verdict.acknowledged / run.sentMs) * 1000),
    faults: counts,
    kills: faults.filter((fault) => fault.kind === 'kill').length,
    latencies: latenciesOf(sends, faults),
  }
}

function nameOf(fault: Pick<Fault, 'kind' | 'role'>): string {
  return `${fault.kind} ${fault.role}`
}

/** Each send counts once: under the one kind of fault that touched it, `several`, or `no fault`. */
function latenciesOf(sends: readonly SendRecord[], faults: readonly Fault[]) {
  const durations = new Map<string, number[]>([['no fault', []]])
  for (const { composedAtMs, ackedAtMs } of sends) {
    if (ackedAtMs === undefined) continue
    const touching = new Set(
      faults.filter((fault) => fault.atMs <= ackedAtMs && composedAtMs <= endOf(fault)).map(nameOf),
    )
    const what =
      touching.size === 0 ? 'no fault' : touching.size === 1 ? [...touching][0]! : 'several'
    const list = durations.get(what) ?? []
    durations.set(what, list)
    list.push(ackedAtMs - composedAtMs)
  }
  return Object.fromEntries([...durations].map(([what, list]) => [what, spreadOf(list)]))
}

function endOf(fault: Fault): number {
  return fault.atMs + (fault.kind === 'freeze' ? fault.forMs : 0) + aftermathMs
}

export function showReport(report: Report): string {
  const { verdict, latencies, faults } = report
  const { acknowledged, lost, doubled, outOfOrder, holes, stuck, refused } = verdict
  return [
    '',
    `${acknowledged.toLocaleString('en')} acknowledged (${report.acksPerSecond}/s), ` +
      `${verdict.observed.toLocaleString('en')} entries seen, seed ${report.seed}`,
    `${lost} lost, ${doubled} doubled, ${outOfOrder} out of order, ${holes} holes, ` +
      `${stuck} stuck, ${refused} refused`,
    `faults: ${Object.entries(faults)
      .map(([what, count]) => `${count} × ${what}`)
      .join(', ')} (${report.kills} kills)`,
    'time to the ack:',
    ...Object.entries(latencies).map(([what, s]) => `  ${what.padEnd(16)} ${showSpread(s)}`),
    ...verdict.examples.map((example) => `  ! ${example}`),
  ].join('\n')
}
