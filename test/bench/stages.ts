/**
 * The way of a message in stages, from the marks that clients and servers made of some sends
 * (packages/server/src/telemetry/stage-marks.ts): how long each stage took, and when in the way.
 */
import type { StageMark } from '@starling/server/telemetry/stage-marks'
import type { ClientMark } from './raw-client.ts'

type MarkName = ClientMark[0] | StageMark[0]

interface StageOfWay {
  readonly what: string
  readonly from: MarkName
  readonly to: MarkName
}

export interface StageTimes {
  readonly what: string
  /** Sends of which both ends are known. */
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly meanMs: number
  /** Since the client posted, on average. */
  readonly beginsAtMs: number
}

/** To the ack, then from the applied record to the last receiver of the entry. */
const way: readonly StageOfWay[] = [
  { what: 'client → front-end', from: 'posted', to: 'heard' },
  { what: 'checked, in its lane, to the end of the turn', from: 'heard', to: 'sent' },
  { what: 'front-end → backend', from: 'sent', to: 'arrived' },
  { what: 'to the end of the turn: put into a record', from: 'arrived', to: 'recorded' },
  { what: 'log: durable; applied', from: 'recorded', to: 'applied' },
  { what: 'answer made', from: 'applied', to: 'replied' },
  { what: 'backend → front-end', from: 'replied', to: 'reply-heard' },
  { what: 'ack written', from: 'reply-heard', to: 'ack-written' },
  { what: 'front-end → client', from: 'ack-written', to: 'ack-heard' },
  { what: 'entry: the feed’s backend sees it', from: 'applied', to: 'fed' },
  { what: 'entry: backend → front-end', from: 'fed', to: 'entry-heard' },
  { what: 'entry: written to the last receiver', from: 'entry-heard', to: 'entry-written' },
]

export function stageTimesOf(marks: readonly (ClientMark | StageMark)[]): readonly StageTimes[] {
  const sends = new Map<string, Map<MarkName, number>>()
  for (const [name, key, ms] of marks) {
    const send = sends.get(key) ?? new Map<MarkName, number>()
    sends.set(key, send)
    // A repeat elsewhere is later; the first is the way that counts.
    send.set(name, Math.min(send.get(name) ?? ms, ms))
  }
  const whole = [...sends.values()].filter((send) => send.has('posted') && send.has('ack-heard'))
  return way.map((stage) => timesOf(stage, whole))
}

function timesOf(
  { what, from, to }: StageOfWay,
  sends: readonly ReadonlyMap<MarkName, number>[],
): StageTimes {
  const known = sends.filter((send) => send.has(from) && send.has(to))
  const took = known.map((send) => send.get(to)! - send.get(from)!).sort((a, b) => a - b)
  const begins = known.map((send) => send.get(from)! - send.get('posted')!)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))]
  return {
    what,
    count: known.length,
    p50: at(0.5) ?? Number.NaN,
    p99: at(0.99) ?? Number.NaN,
    meanMs: mean(took),
    beginsAtMs: mean(begins),
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function stagesTableOf(stages: readonly StageTimes[]): string {
  const rows = stages.map(({ what, count, p50, p99, meanMs, beginsAtMs }) => {
    const cells = [beginsAtMs, meanMs, p50, p99].map((ms) => ms.toFixed(2))
    return `| ${what} | ${cells.join(' | ')} | ${count} |`
  })
  const head = '| stage | begins at, ms | mean ms | p50 ms | p99 ms | sends |'
  return [head, '| --- | ---: | ---: | ---: | ---: | ---: |', ...rows].join('\n')
}
