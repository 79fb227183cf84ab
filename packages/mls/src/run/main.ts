/**
 * `npm run mls -- walk --seeds 100`  random walks, seed after seed
 * `npm run mls -- walk --seed 7`     one of them
 * `npm run mls -- bench`             what everything costs, at 10, 100 and 1000 devices
 * `npm run mls -- builds`            which published builds of the library can be trusted
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { bench } from './bench.ts'
import { judgeBuilds } from './builds.ts'
import { Dice } from './dice.ts'
import { Walk } from './walk.ts'

const stepsOfWalk = 40

async function walk(first: number, count: number, steps: number): Promise<boolean> {
  const sum: Record<string, number> = {}
  for (let seed = first; seed < first + count; seed += 1) {
    const walker = await Walk.begin(new Dice(seed))
    try {
      for (let step = 0; step < steps; step += 1) await walker.step()
    } catch (error) {
      console.error(`seed ${seed} after ${JSON.stringify(walker.counts)}:`, error)
      return false
    }
    for (const [what, n] of Object.entries(walker.counts)) sum[what] = (sum[what] ?? 0) + n
  }
  console.log(`${count} seeds of ${steps} steps, all well: ${JSON.stringify(sum)}`)
  return true
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '20' },
      steps: { type: 'string', default: String(stepsOfWalk) },
      devices: { type: 'string', default: '10,100,1000' },
    },
  })
  const command = positionals[0] ?? 'walk'
  if (command === 'bench') return bench(values.devices.split(',').map(Number))
  if (command === 'builds') {
    process.exitCode = (await judgeBuilds()) ? 0 : 1
    return
  }
  if (command !== 'walk') {
    console.error(`mls: no command ${command}; there are walk, bench and builds`)
    process.exitCode = 2
    return
  }
  const count = values.seed === undefined ? Number(values.seeds) : 1
  const isWell = await walk(Number(values.seed ?? 1), count, Number(values.steps))
  process.exitCode = isWell ? 0 : 1
}

if (import.meta.main) await main()
