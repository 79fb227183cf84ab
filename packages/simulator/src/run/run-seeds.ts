/** Many seeds, here or spread over worker threads. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type SeedReport, simulate } from '../simulate.ts'
import { SeedTotals } from './seed-totals.ts'

interface Seeds {
  readonly first: number
  readonly count: number
  readonly workers: number
  readonly isKeptGoing: boolean
}

/** Every `step`th seed. */
interface Share {
  readonly first: number
  readonly end: number
  readonly step: number
}

const progressMs = 5_000

export async function runSeeds(seeds: Seeds): Promise<number> {
  const totals = new SeedTotals()
  const startMs = performance.now()
  let toldMs = startMs
  const take = (report: SeedReport): boolean => {
    totals.add(report)
    if (report.broken !== undefined) {
      const { promise, message } = report.broken
      console.log(`seed ${report.seed} BROKEN ${promise}: ${message}`)
    }
    if (performance.now() - toldMs > progressMs) {
      toldMs = performance.now()
      console.log(totals.progress(toldMs - startMs))
    }
    return report.broken === undefined || seeds.isKeptGoing
  }
  const end = seeds.first + seeds.count
  if (seeds.workers <= 1) {
    for (let seed = seeds.first; seed < end; seed++) if (!take(simulate(seed))) break
  } else {
    const shares = Array.from({ length: seeds.workers }, (_, i) => ({
      first: seeds.first + i,
      end,
      step: seeds.workers,
    }))
    await runShares(shares, take)
  }
  console.log(totals.summary())
  console.log(totals.progress(performance.now() - startMs))
  const first = totals.broken[0]
  if (first === undefined) return 0
  console.log(`show it again: npm run sim -- --seed ${first.seed} --trace`)
  return 1
}

async function runShares(shares: readonly Share[], take: (report: SeedReport) => boolean) {
  const workers = shares.map((share) => new Worker(new URL(import.meta.url), { workerData: share }))
  const stop = () => {
    for (const worker of workers) void worker.terminate()
  }
  await Promise.all(
    workers.map((worker) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      worker.on('message', (report: SeedReport) => {
        if (!take(report)) stop()
      })
      worker.on('error', reject)
      worker.on('exit', () => resolve())
      return promise
    }),
  )
}

function isShare(data: unknown): data is Share {
  return typeof data === 'object' && data !== null && 'step' in data
}

if (!isMainThread && isShare(workerData)) {
  const { first, end, step } = workerData
  for (let seed = first; seed < end; seed += step) parentPort?.postMessage(simulate(seed))
}
