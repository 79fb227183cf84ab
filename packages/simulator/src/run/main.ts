/**
 * `npm run sim`: runs seeds until one turns red.
 *
 *     npm run sim -- --seeds 1000              from --first (default 1) on
 *     npm run sim -- --seeds 1000 --workers 2  on two cores
 *     npm run sim -- --seed 4211 --trace       one seed, everything that happens in it
 *     npm run sim -- --story crash-between-append-and-ack [--rewrite]
 */
import { parseArgs } from 'node:util'
import { runSeeds } from './run-seeds.ts'
import { runStories } from './run-stories.ts'
import { traceSeed } from './trace-seed.ts'

const usage = `usage: npm run sim -- [--seeds N] [--first N] [--workers N] [--keep-going]
       npm run sim -- --seed N [--trace]
       npm run sim -- --story NAME [--rewrite] [--trace]   (NAME 'all': every story)`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      first: { type: 'string', default: '1' },
      workers: { type: 'string', default: '1' },
      'keep-going': { type: 'boolean', default: false },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      story: { type: 'string' },
      rewrite: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  if (values.story !== undefined) {
    return runStories({
      name: values.story,
      isRewritten: values.rewrite,
      isTraced: values.trace,
    })
  }
  if (values.seed !== undefined) return traceSeed(wholeNumber(values.seed), values.trace)
  return await runSeeds({
    first: wholeNumber(values.first),
    count: wholeNumber(values.seeds ?? '200'),
    workers: wholeNumber(values.workers),
    isKeptGoing: values['keep-going'],
  })
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new Error(`'${text}' is not a whole number\n${usage}`)
  }
  return number
}

process.exitCode = await main()
