/**
 * The load of a measurement, in a process of its own so that it waits for nobody but the servers.
 * Tells its parent when it begins to measure, when it has measured, and that all was in order.
 */
import { performance } from 'node:perf_hooks'
import { until } from '../cluster/until.ts'
import type { ClientMark } from './raw-client.ts'
import { RawCrowd, type RawCrowdOptions } from './raw-crowd.ts'

export interface LoadOptions extends RawCrowdOptions {
  readonly warmUpMs: number
  readonly seconds: number
}

export type LoadReport =
  | { readonly kind: 'begins' }
  | {
      readonly kind: 'measured'
      readonly durations: readonly number[]
      readonly marks: readonly ClientMark[]
      readonly elapsedMs: number
      /** Of this process. */
      readonly processorMs: number
    }
  | { readonly kind: 'checked'; readonly faults: readonly string[] }

const restMsMax = 30_000

const options: LoadOptions = JSON.parse(process.argv[2]!)
const crowd = await RawCrowd.gather(options)
crowd.start()
await pause(options.warmUpMs)
crowd.takeDurations()
crowd.takeMarks()
tell({ kind: 'begins' })
const [fromMs, usedMs] = [performance.now(), processorMs()]
await pause(options.seconds * 1_000)
tell({
  kind: 'measured',
  durations: crowd.takeDurations(),
  marks: crowd.takeMarks(),
  elapsedMs: performance.now() - fromMs,
  processorMs: processorMs() - usedMs,
})
await crowd.stop()
const what = () => `everybody to have seen the same (${crowd.faults.join('; ')})`
await until(() => crowd.isAtRest, { what, ms: restMsMax })
tell({ kind: 'checked', faults: crowd.faults })
crowd.close()
process.disconnect?.()

function tell(report: LoadReport): void {
  process.send!(report)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function processorMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
