/**
 * `npm run sim:mutants`: removes one rule at a time, looks for a story that breaks, and counts the
 * seeds until one turns red.
 *
 *     npm run sim:mutants                     all of them; the table goes to docs/simulator.md
 *     npm run sim:mutants -- --only failover  some (comma-separated), nothing is written
 *     npm run sim:mutants -- --seeds 2000     the most seeds for each (default 1000)
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Catch } from '../mutants/mutant-child.ts'
import { mutants } from '../mutants/mutants.ts'
import { runMutant } from '../mutants/run-mutant.ts'
import { tableOf, withTable } from '../mutants/table.ts'

const documentPath = new URL('../../../../docs/simulator.md', import.meta.url)

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      seeds: { type: 'string', default: '1000' },
      first: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
    },
  })
  const names = values.only?.split(',')
  const chosen = mutants.filter(({ name }) => names === undefined || names.includes(name))
  const seeds = { first: Number(values.first), count: Number(values.seeds) }
  const rows: Parameters<typeof tableOf>[0][number][] = []
  const waiting = [...chosen]
  const work = async () => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const result = await runMutant(mutant.name, seeds)
      rows.push({ mutant, result })
      const said =
        result.kind === 'caught'
          ? [result.story, result.seed].map(told).join('; ')
          : JSON.stringify(result)
      console.log(`${mutant.name}: ${result.kind}, ${said}`)
    }
  }
  await Promise.all(Array.from({ length: Number(values.workers) }, work))
  rows.sort((a, b) => mutants.indexOf(a.mutant) - mutants.indexOf(b.mutant))
  const missed = rows.filter(({ result }) => result.kind !== 'caught')
  console.log(`${rows.length} mutants, ${rows.length - missed.length} caught`)
  if (names === undefined && missed.length === 0) {
    const text = withTable(readFileSync(documentPath, 'utf8'), tableOf(rows))
    writeFileSync(documentPath, text)
  }
  return missed.length === 0 ? 0 : 1
}

function told(by: Catch | undefined): string {
  if (by === undefined) return '–'
  const what = typeof by.by === 'number' ? `${by.by} seeds` : `story ${by.by}`
  return `${what}, ${by.promise}: ${by.how.slice(0, 80)}`
}

process.exitCode = await main()
