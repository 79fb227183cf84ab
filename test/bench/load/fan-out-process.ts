/**
 * The load of a fan-out, in a process of its own so that it waits for nobody but the servers. Tells
 * its parent when it begins to measure, when it has measured, and that all was in order.
 */
import { performance } from 'node:perf_hooks'
import { until } from '../../cluster/until.ts'
import { type DialectName, dialects } from './dialects.ts'
import { FanOutCrowd, type FanOutOptions } from './fan-out-crowd.ts'
import { type LatencySpread, latencySpreadOf } from './latency-spread.ts'

export interface FanOutLoadOptions extends FanOutOptions {
  readonly dialect: DialectName
  readonly warmUpMs: number
  readonly seconds: number
  /** Members of the first room that read nothing while it is measured. */
  readonly stalled: number
}

export interface FanOutMeasured {
  readonly kind: 'measured'
  readonly messages: number
  readonly deliveries: number
  readonly bytes: number
  /** Pieces in which the bytes came: about as many as the server wrote. */
  readonly reads: number
  readonly elapsedMs: number
  /** Of this process. */
  readonly processorMs: number
  readonly latency: LatencySpread
}

export type FanOutReport =
  | { readonly kind: 'gathered'; readonly elapsedMs: number }
  | { readonly kind: 'begins' }
  | FanOutMeasured
  | { readonly kind: 'checked'; readonly faults: readonly string[] }

const restMsMax = 60_000
const calmMsMax = 120_000
const calmStepMs = 250
/** Less than an entry; pings may come. */
const calmBytesPerClient = 20

const options: FanOutLoadOptions = JSON.parse(process.argv[2]!)
const crowd = new FanOutCrowd(options, dialects[options.dialect]())
const gatheringAtMs = performance.now()
await crowd.gather()
tell({ kind: 'gathered', elapsedMs: performance.now() - gatheringAtMs })
const resume = await crowd.stall(options.stalled)
crowd.settle()
await calm()
crowd.start()
await pause(options.warmUpMs)
crowd.takeLatencies()
tell({ kind: 'begins' })
const before = marks()
await pause(options.seconds * 1_000)
// A price needs something that was paid for, however busy the machine is.
const isOne = () => crowd.deliveries > before.deliveries
await until(isOne, { what: () => 'a delivery while it is measured', ms: restMsMax })
const after = marks()
tell({
  kind: 'measured',
  messages: after.posted - before.posted,
  deliveries: after.deliveries - before.deliveries,
  bytes: after.bytes - before.bytes,
  reads: after.reads - before.reads,
  elapsedMs: after.atMs - before.atMs,
  processorMs: after.processorMs - before.processorMs,
  latency: latencySpreadOf(crowd.takeLatencies()),
})
resume()
crowd.stop()
const what = () => {
  const { count, what: lack } = crowd.behind
  return `everybody to have it all; ${count} have not (${lack}; ${crowd.faults.join('; ')})`
}
await until(() => crowd.faults.length > 0 || crowd.isAtRest, { what, ms: restMsMax })
tell({ kind: 'checked', faults: crowd.faults })
crowd.close()
process.disconnect?.()

/** What the joins brought has come to all: a room of 5,000 tells each join to all who are in. */
async function calm(): Promise<void> {
  const endMs = performance.now() + calmMsMax
  for (let before = -1; performance.now() < endMs; ) {
    const { bytesIn } = crowd
    if (before >= 0 && bytesIn - before < calmBytesPerClient * options.clients) return
    before = bytesIn
    await pause(calmStepMs)
  }
  throw new Error(`the clients were still told of joins after ${calmMsMax} ms`)
}

function marks() {
  const { user, system } = process.cpuUsage()
  return {
    atMs: performance.now(),
    posted: crowd.posted,
    deliveries: crowd.deliveries,
    bytes: crowd.bytesIn,
    reads: crowd.readsIn,
    processorMs: (user + system) / 1_000,
  }
}

function tell(report: FanOutReport): void {
  process.send!(report)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
