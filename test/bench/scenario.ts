/**
 * A scenario of the bench: cases that are compared. They are measured in turn, run after run, so
 * that whatever else the machine does meets them all alike; what is told is the median of the runs
 * with the lowest and the highest.
 */
export interface Column {
  readonly key: string
  readonly head: string
  readonly digits: number
}

export type Figures = { readonly [key: string]: number }

export interface Case {
  readonly label: string
  measure(): Promise<Figures>
}

export interface Effort {
  readonly seconds: number
  readonly runs: number
}

export interface Scenario {
  readonly name: string
  /** A sentence for the table's head. */
  readonly title: string
  readonly columns: readonly Column[]
  cases(effort: Effort): readonly Case[]
}

export interface Outcome {
  readonly scenario: string
  readonly title: string
  readonly columns: readonly Column[]
  /** By case, the figures of each run. */
  readonly cases: readonly { readonly label: string; readonly runs: readonly Figures[] }[]
}

export async function runScenario(
  { name, title, columns, cases }: Scenario,
  effort: Effort,
  say: (line: string) => void,
): Promise<Outcome> {
  const measured = cases(effort).map((one) => ({ one, runs: [] as Figures[] }))
  for (let run = 1; run <= effort.runs; run += 1) {
    for (const { one, runs } of measured) {
      const figures = await one.measure()
      runs.push(figures)
      const shown = columns.map(({ key, head, digits }) => `${head} ${fixed(figures[key], digits)}`)
      say(`${name}, run ${run} of ${effort.runs}, ${one.label}: ${shown.join(', ')}`)
    }
  }
  const results = measured.map(({ one, runs }) => ({ label: one.label, runs }))
  return { scenario: name, title, columns, cases: results }
}

/** A table in Markdown, so that it can stand in a document as it is printed. */
export function showOutcome({ title, columns, cases }: Outcome): string {
  const rows = cases.map(({ label, runs }) => {
    return [label, ...columns.map(({ key, digits }) => spread(runs, key, digits))]
  })
  const all = [['', ...columns.map(({ head }) => head)], columns.map(() => '---'), ...rows]
  all[1]!.push('---')
  return `\n${title}\n\n${all.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`
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

/** Median (lowest–highest). */
function spread(runs: readonly Figures[], key: string, digits: number): string {
  const { lowest, median, highest } = spreadOfRuns(runs, key)
  if (runs.length === 1) return fixed(median, digits)
  return `${fixed(median, digits)} (${fixed(lowest, digits)}–${fixed(highest, digits)})`
}

function fixed(figure: number | undefined, digits: number): string {
  if (figure === undefined || Number.isNaN(figure)) return '–'
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return figure.toLocaleString('en', options)
}
