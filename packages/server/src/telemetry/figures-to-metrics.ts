/**
 * Turns the figures of a node into metrics at the moment they are asked for. A table says which
 * figure is which metric; nothing is counted twice.
 */
import { Counter, Gauge, Registry } from 'prom-client'
import { processMetrics } from './process-metrics.ts'

export interface Sample {
  readonly labels?: { readonly [label: string]: string }
  readonly value: number
}

export interface MetricRow<Figures> {
  readonly name: string
  readonly help: string
  /** `counter`: a running total since the process began; its name ends in `_total`. */
  readonly kind: 'counter' | 'gauge'
  readonly labels?: readonly string[]
  readonly read: (figures: Figures) => number | readonly Sample[]
}

export function registerFigures<Figures>(
  rows: readonly MetricRow<Figures>[],
  figures: () => Figures,
): Registry {
  const registry = new Registry()
  for (const row of processMetrics) register(registry, row, () => undefined)
  for (const row of rows) register(registry, row, figures)
  return registry
}

function register<Figures>(
  registry: Registry,
  row: MetricRow<Figures>,
  figures: () => Figures,
): void {
  const { name, help, labels } = row
  const shape = { name, help, labelNames: [...(labels ?? [])], registers: [registry] }
  const samples = () => samplesOf(row.read(figures()))
  if (row.kind === 'gauge') {
    new Gauge({
      ...shape,
      collect() {
        this.reset()
        for (const { labels, value } of samples()) this.set(labels ?? {}, value)
      },
    })
  } else {
    new Counter({
      ...shape,
      collect() {
        this.reset()
        for (const { labels, value } of samples()) this.inc(labels ?? {}, value)
      },
    })
  }
}

/** A row for each key of a record of totals. */
export function byLabel(label: string, totals: { readonly [key: string]: number }): Sample[] {
  return Object.entries(totals).map(([key, value]) => ({ labels: { [label]: key }, value }))
}

function samplesOf(read: number | readonly Sample[]): readonly Sample[] {
  return typeof read === 'number' ? [{ value: read }] : read
}
