/** One seed, one run: the same on every machine, every time. */
import { BrokenPromise } from './broken-promise.ts'
import { Random } from './random.ts'
import { type Counts, Storm } from './storm/storm.ts'
import { Trace, type TraceReader } from './trace.ts'
import { World } from './world.ts'

export interface SeedReport {
  readonly seed: number
  readonly steps: number
  readonly virtualMs: number
  readonly counts: Counts
  /** What broke, if something did. */
  readonly broken?: { readonly promise: string; readonly message: string }
}

export function simulate(seed: number, reader?: TraceReader): SeedReport {
  const world = new World(new Trace(reader))
  const storm = new Storm(world, new Random(seed))
  let broken: SeedReport['broken']
  try {
    storm.run()
  } catch (error) {
    if (!(error instanceof BrokenPromise)) throw error
    const { promise, message } = error
    broken = { promise, message }
    world.trace.line('broken', () => `${promise}: ${message}`)
  }
  return {
    seed,
    steps: world.stepsTotal,
    virtualMs: world.nowMs,
    counts: storm.counts,
    ...(broken === undefined ? {} : { broken }),
  }
}
