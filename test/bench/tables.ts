/**
 * Outcomes as tables in Markdown. In a document a table has a place of its own, between the lines
 * `<!-- bench NAME -->` and `<!-- end -->`, and is kept there as it was measured last.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fixed, type MeasuredCase, type Outcome, spreadOfRuns } from './scenario.ts'

const end = '<!-- end -->'

export function tableOf({ columns, cases, notes }: Outcome): string {
  const rows = cases.map((one) => [
    one.label,
    ...columns.map(({ key, digits }, at) => cellOf(one, { key, digits, isFirst: at === 0 })),
  ])
  const rules = ['---', ...columns.map(() => '---:')]
  const all = [['', ...columns.map(({ head }) => head)], rules, ...rows]
  const table = all.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return [table, ...notes].join('\n\n')
}

interface Cell {
  readonly key: string
  readonly digits: number
  readonly isFirst: boolean
}

/** Median (lowest–highest); in the first cell why there are no figures, where there are none. */
function cellOf({ runs, missing }: MeasuredCase, { key, digits, isFirst }: Cell): string {
  if (missing !== undefined) return isFirst ? `not measured: ${missing}` : ''
  const { lowest, median, highest } = spreadOfRuns(runs, key)
  if (runs.length === 1 || Number.isNaN(median)) return fixed(median, digits)
  return `${fixed(median, digits)} (${fixed(lowest, digits)}–${fixed(highest, digits)})`
}

/** Puts the table into its place; a file or a place that is not there is made, at the end. */
export function putIntoDocument(file: string, name: string, text: string): void {
  const document = existsSync(file) ? readFileSync(file, 'utf8') : ''
  writeFileSync(file, withTable(document, name, text))
}

export function withTable(document: string, name: string, text: string): string {
  const begin = `<!-- bench ${name} -->`
  const placed = `${begin}\n\n${text}\n\n${end}`
  const from = document.indexOf(begin)
  if (from < 0) return `${document}${document === '' ? '' : '\n'}${placed}\n`
  const to = document.indexOf(end, from)
  if (to < 0) throw new Error(`the document has "${begin}", but no "${end}" after it`)
  return document.slice(0, from) + placed + document.slice(to + end.length)
}
