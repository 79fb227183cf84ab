/**
 * A scenario of the bench: cases that are compared. They are measured in turn, run after run, so
 * that whatever else the machine does meets them all alike; what is told is the median of the runs
 * with the lowest and the highest.
 */
import type { Progress } from './progress.ts'

export interface Column {
  readonly key: string
  readonly head: string
  readonly digits: number
}

export type Figures = { readonly [key: string]: number }

export interface Case {
  readonly label: string
  /** Why it cannot be measured here, where it cannot. */
  missing?(): string | undefined
  measure(): Promise<Figures>
}

export interface Effort {
  readonly seconds: number
  readonly runs: number
  /** At most so many clients, for a look whether a scenario works at all. */
  readonly clientsMax?: number
}

export interface Scenario {
  readonly name: string
  /** A sentence for the table's head. */
  readonly title: string
  readonly columns: readonly Column[]
  /** What the picture shows; without it the first column. */
  readonly drawn?: string
  cases(effort: Effort): readonly Case[]
  /** What follows from the figures: lines to stand beneath the table, in Markdown. */
  notes?(outcome: Outcome): readonly string[]
}

export interface MeasuredCase {
  readonly label: string
  readonly runs: readonly Figures[]
  readonly missing?: string
}

export interface Outcome {
  readonly scenario: string
  readonly title: string
  readonly columns: readonly Column[]
  readonly drawn?: string
  /** By case, the figures of each run. */
  readonly cases: readonly MeasuredCase[]
  readonly notes: readonly string[]
}

export async function runScenario(
  scenario: Scenario,
  effort: Effort,
  progress: Progress,
): Promise<Outcome> {
  const { name, title, columns, drawn, cases } = scenario
  const found = cases(effort).map((one) => ({ one, missing: one.missing?.() }))
  const measured = found.map((each) => ({ ...each, runs: [] as Figures[] }))
  for (let run = 1; run <= effort.runs; run += 1) {
    for (const { one, runs, missing } of measured) {
      const step = `${name}, ${one.label}`
      if (missing !== undefined) {
        progress.passed(step, missing)
        continue
      }
      const figures = await one.measure()
      runs.push(figures)
      const shown = columns.map(({ key, head, digits }) => `${head} ${fixed(figures[key], digits)}`)
      progress.done(step, shown.join(', '))
    }
  }
  const results = measured.map(({ one, runs, missing }) => ({
    ...{ label: one.label, runs },
    ...(missing === undefined ? {} : { missing }),
  }))
  const shape = { scenario: name, title, columns, ...(drawn === undefined ? {} : { drawn }) }
  const outcome: Outcome = { ...shape, cases: results, notes: [] }
  return { ...outcome, notes: scenario.notes?.(outcome) ?? [] }
}

export interface Spread {
  readonly lowest: number
  readonly median: number
  readonly highest: number
}

export function spreadOfRuns(runs: readonly Figures[], key: string): Spread {
  const sorted = runs.map((figures) => figures[key] ?? Number.NaN).sort((a, b) => a - b)
  const median = sorted[sorted.length >> 1] ?? Number.NaN
  return { lowest: sorted[0] ?? median, median, highest: sorted.at(-1) ?? median }
}

export function fixed(figure: number | undefined, digits: number): string {
  if (figure === undefined || Number.isNaN(figure)) return '–'
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return figure.toLocaleString('en', options)
}
