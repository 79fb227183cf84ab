/** What a torture run found, for people and as JSON. */
import type { Circle } from './circle/circle.ts'
import { type Fault, isOfLeader, type Span, touchOf, touchOfSend } from './faults.ts'
import { type Spread, showSpread, spreadOf } from './latencies.ts'
import { isClean, type Ledger, type Verdict } from './ledger.ts'
import type { Reader } from './reader.ts'
import type { TortureOptions } from './torture.ts'

export interface Report {
  readonly isClean: boolean
  readonly seed: number
  readonly engine: string
  readonly about: string
  readonly policy: string
  readonly clients: number
  readonly seconds: number
  /** When → what was found then, over everything up to it. */
  readonly verdicts: { readonly [when: string]: Verdict }
  /** What was found wrong beside. */
  readonly troubles: readonly string[]
  readonly acksPerSecond: number
  /** Fault, as `kill backend` → how often. */
  readonly faults: { readonly [what: string]: number }
  readonly kills: number
  /** What touched a send between composing and ack → time from the one to the other. */
  readonly acks: Latencies
  /** The same of reading a page of history. */
  readonly reads: Latencies
  /** Fault of the engine's leader → the longest time without any ack, of each. */
  readonly pauses: Latencies
  /** What people of encrypted rooms did, and what their devices suffered → how long it took. */
  readonly changes: Latencies
  /** Fault → how long after its end what it hit was back in service. */
  readonly returns: Latencies
}

interface Latencies {
  readonly [what: string]: Spread
}

export function reportOf(run: {
  readonly options: TortureOptions
  readonly about: string
  readonly verdicts: Report['verdicts']
  readonly troubles: readonly string[]
  readonly ledger: Ledger
  readonly circle: Circle | undefined
  readonly reader: Reader
  readonly faults: readonly Fault[]
  readonly sentMs: number
}): Report {
  const { options, verdicts, ledger, reader, faults } = run
  const counts: Record<string, number> = {}
  for (const { what } of faults) counts[what] = (counts[what] ?? 0) + 1
  const troubles = [...run.troubles, ...refusalsOf(run)]
  const acks = ledger.sends.flatMap(({ composedAtMs, ackedAtMs }) =>
    ackedAtMs === undefined ? [] : [{ fromMs: composedAtMs, toMs: ackedAtMs }],
  )
  const beforeEnd = Object.values(verdicts)[0]!
  return {
    isClean: Object.values(verdicts).every(isClean) && troubles.length === 0,
    seed: options.seed,
    engine: options.engine,
    about: run.about,
    policy: options.policy,
    clients: options.clients,
    seconds: options.seconds,
    verdicts,
    troubles,
    acksPerSecond: Math.round((beforeEnd.acknowledged / run.sentMs) * 1000),
    faults: counts,
    kills: faults.filter(({ what }) => what.startsWith('kill')).length,
    acks: latenciesOf(acks, (span) => touchOfSend(span, faults)),
    reads: latenciesOf(reader.reads, (span) => touchOf(span, faults)),
    pauses: pausesOf(acks, faults),
    changes: changesOf(run.circle),
    returns: returnsOf(faults),
  }
}

/** Nothing is refused to anybody: what cannot be done now waits. */
function refusalsOf({ ledger, reader }: { ledger: Ledger; reader: Reader }): readonly string[] {
  const sends = ledger.sends.flatMap(({ refused }) => (refused === undefined ? [] : [refused]))
  const counts = new Map<string, number>()
  for (const why of [
    ...sends.map((code) => `a send: ${code}`),
    ...reader.refusals.map((said) => `a read: ${said}`),
  ]) {
    counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  return [...counts].map(([why, count]) => `refused ${count} ×: ${why}`)
}

/** Each counts once, under what touched it. */
function latenciesOf(spans: readonly Span[], nameOf: (span: Span) => string): Latencies {
  const durations = new Map<string, number[]>([['no fault', []]])
  for (const span of spans) {
    const what = nameOf(span)
    const list = durations.get(what) ?? []
    durations.set(what, list)
    list.push(span.toMs - span.fromMs)
  }
  return spreads(durations)
}

function pausesOf(acks: readonly Span[], faults: readonly Fault[]): Latencies {
  const times = acks.map(({ toMs }) => toMs).sort((a, b) => a - b)
  const pauses = new Map<string, number[]>()
  for (const { what, atMs, endedAtMs } of faults.filter(isOfLeader)) {
    if (endedAtMs === undefined) continue
    const within = times.filter((time) => time >= atMs && time <= endedAtMs)
    const next = times.find((time) => time > endedAtMs)
    const ends = [atMs, ...within, ...(next === undefined ? [] : [next])]
    const gaps = ends.slice(1).map((time, at) => time - ends[at]!)
    const longest = gaps.reduce((most, gap) => Math.max(most, gap), 0)
    pauses.set(what, [...(pauses.get(what) ?? []), longest])
  }
  return spreads(pauses)
}

/** What is sealed has to wait for keys as well, while people come and go. */
function changesOf(circle: Circle | undefined): Latencies {
  if (circle === undefined) return {}
  const acks = circle.ledger.sends.flatMap(({ composedAtMs, ackedAtMs }) =>
    ackedAtMs === undefined ? [] : [ackedAtMs - composedAtMs],
  )
  return spreads(new Map([...circle.times, ['send, to the ack', acks]]))
}

function returnsOf(faults: readonly Fault[]): Latencies {
  const durations = new Map<string, number[]>()
  for (const { what, backAfterMs } of faults) {
    if (backAfterMs !== undefined)
      durations.set(what, [...(durations.get(what) ?? []), backAfterMs])
  }
  return spreads(durations)
}

function spreads(durations: ReadonlyMap<string, readonly number[]>): Latencies {
  return Object.fromEntries([...durations].map(([what, list]) => [what, spreadOf(list)]))
}

export function showReport(report: Report): string {
  const { verdicts, faults } = report
  const all = Object.values(verdicts)
  const count = (key: 'acknowledged' | 'observed') =>
    all.reduce((most, verdict) => Math.max(most, verdict[key]), 0).toLocaleString('en')
  const examples = all.flatMap((verdict) => verdict.examples)
  return [
    '',
    `${count('acknowledged')} acknowledged (${report.acksPerSecond}/s), ` +
      `${count('observed')} entries seen, seed ${report.seed}`,
    ...Object.entries(verdicts).map(([when, verdict]) => `${when}: ${showVerdict(verdict)}`),
    `${Object.values(faults).reduce((sum, count) => sum + count, 0)} faults ` +
      `(${report.kills} kills): ${Object.entries(faults)
        .map(([what, count]) => `${count} × ${what}`)
        .join(', ')}`,
    ...section('time to the ack', report.acks),
    ...section('time to read a page', report.reads),
    ...section('longest time without any ack, of each', report.pauses),
    ...section('in encrypted rooms', report.changes),
    ...section('back in service after the fault was over', report.returns),
    ...[...examples, ...report.troubles].map((what) => `  ! ${what}`),
  ].join('\n')
}

function showVerdict(verdict: Verdict): string {
  const { acknowledged, lost, doubled, outOfOrder, holes, stuck, refused } = verdict
  return (
    `${acknowledged.toLocaleString('en')} acknowledged, ${lost} lost, ${doubled} doubled, ` +
    `${outOfOrder} out of order, ${holes} holes, ${stuck} stuck, ${refused} refused`
  )
}

function section(title: string, latencies: Latencies): readonly string[] {
  const rows = Object.entries(latencies).filter(([, { count }]) => count > 0)
  const width = Math.max(...rows.map(([what]) => what.length))
  const lines = rows.map(([what, spread]) => `  ${what.padEnd(width)}  ${showSpread(spread)}`)
  return rows.length === 0 ? [] : [`${title}:`, ...lines]
}
