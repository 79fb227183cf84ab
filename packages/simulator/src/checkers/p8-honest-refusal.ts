/**
 * P8: every refusal has a known code with its advice and a sentence, and changes nothing: what was
 * refused for good stands in no store; nothing stands in the log that nobody asked for.
 */
import type { LoggedOperation } from '@starling/core/log/record'
import type { DownFrame } from '@starling/protocol/down'
import { isErrorCode, retryOf } from '@starling/protocol/error-codes'
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import { type SendName, sendKey, storesUp } from './sends.ts'

type Refusal = Extract<DownFrame, { t: 'refused' | 'error' }>

export class HonestRefusalChecker implements Checker {
  /** Send → the operation as it went out; what was sealed anew, in each of its boxes. */
  readonly #sent = new Map<string, Set<string>>()
  readonly #refused = new Map<string, SendName>()

  see(seen: Observation): void {
    if (seen.kind === 'up' && seen.frame.t === 'send') {
      const key = sendKey(seen.frame)
      const ops = this.#sent.get(key) ?? new Set<string>()
      this.#sent.set(key, ops.add(JSON.stringify(seen.frame.op)))
    }
    if (seen.kind === 'landed') for (const op of seen.logged.record.ops) this.#seeLanded(op)
    if (seen.kind === 'event' && seen.event.kind === 'refused') {
      const { item, code } = seen.event
      if (retryOf(code) !== 'never') {
        throw new BrokenPromise('P8', `${seen.client} gives up ${sendKey(item)}: ${code}`)
      }
    }
    if (seen.kind !== 'down') return
    const { frame } = seen
    if (frame.t === 'refused' || frame.t === 'error') this.#seeRefusal(seen.client, frame)
    if (frame.t === 'ack' && this.#refused.has(sendKey(frame))) {
      throw new BrokenPromise('P8', `${sendKey(frame)} was refused for good, then acknowledged`)
    }
  }

  atRest(cluster: Cluster): void {
    for (const { name, store } of storesUp(cluster)) {
      for (const { room, outbox, number } of this.#refused.values()) {
        const sent = store.sent(room, outbox, number)
        if (sent === undefined) continue
        const what = `${sendKey({ room, outbox, number })}, refused, at ${sent.index}`
        throw new BrokenPromise('P8', `${name} holds ${what}`)
      }
    }
  }

  #seeLanded(op: LoggedOperation): void {
    if (op.kind !== 'room' || op.op.kind === 'void') return
    if (this.#sent.get(sendKey(op))?.has(JSON.stringify(op.op))) return
    if (op.outbox === 'bad') return
    throw new BrokenPromise('P8', `nobody sent ${sendKey(op)} ${JSON.stringify(op.op)}`)
  }

  #seeRefusal(client: string, frame: Refusal): void {
    const { code, retry, say } = frame
    if (!isErrorCode(code) || retryOf(code) !== retry || say.length === 0) {
      throw new BrokenPromise('P8', `${client} is refused with ${JSON.stringify(frame)}`)
    }
    if (frame.t === 'refused' && retry === 'never' && !isAboutTheFrame(frame)) {
      this.#refused.set(sendKey(frame), frame)
    }
  }
}

/** A number sent again that was answered long ago; it may have been acknowledged then. */
function isAboutTheFrame(frame: Refusal): boolean {
  return frame.code === 'forgotten'
}
