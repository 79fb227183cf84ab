/** The table of mutants in docs/simulator.md. */
import type { Mutant } from './mutant.ts'
import type { Catch, MutantResult } from './mutant-child.ts'

interface Row {
  readonly mutant: Mutant
  readonly result: MutantResult
}

const begin = '<!-- mutants: written by npm run sim:mutants -->'
const end = '<!-- end of mutants -->'

export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ mutant: { name, without }, result }) =>
    result.kind === 'caught'
      ? `| ${name} | ${without} | ${told(result.story)} | ${told(result.seed)} |`
      : `| ${name} | ${without} | not caught | |`,
  )
  return [
    '| mutant | the rule that it lacks | story | seeds |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

function told(by: Catch | undefined): string {
  return by === undefined ? '–' : `${by.by}: ${by.promise}`
}

export function withTable(text: string, table: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to === -1) throw new Error('docs/simulator.md has no place for the table')
  return `${text.slice(0, from)}${begin}\n${table}\n${text.slice(to)}`
}
