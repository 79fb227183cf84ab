/**
 * P2: a message is in its room exactly once, and every answer to it names the same entry. Told by
 * the number of its send and, because no two messages of a simulation have one text, by its text
 * too. No client may send anew under another number what the log may hold already.
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'
import type { SealedTruth } from './sealed-truth.ts'
import { entriesOf, roomsInLog, sendKey, storesUp } from './sends.ts'

export class OnceChecker implements Checker {
  readonly #truth: SealedTruth
  readonly #answers = new Map<string, string>()
  /** Text of a composed post → its room. */
  readonly #composed = new Map<string, string>()

  constructor(truth: SealedTruth) {
    this.#truth = truth
  }

  see(seen: Observation): void {
    if (seen.kind === 'composed' && seen.item.op.kind === 'post') {
      this.#composed.set(seen.item.op.text, seen.item.room)
    }
    if (seen.kind === 'event' && seen.event.kind === 'renamed') {
      const what = `${sendKey(seen.event.item)} as ${sendKey(seen.event.to)}`
      throw new BrokenPromise('P2', `${seen.client} sends ${what}: no outbox was ever lost here`)
    }
    if (seen.kind !== 'down' || seen.frame.t !== 'ack') return
    const { frame } = seen
    const key = sendKey(frame)
    const answer = `index ${frame.index} at ${frame.at}`
    const first = this.#answers.get(key)
    this.#answers.set(key, first ?? answer)
    if (first !== undefined && first !== answer) {
      throw new BrokenPromise('P2', `${key} was answered ${first}, then ${answer}`)
    }
  }

  atRest(cluster: Cluster): void {
    for (const { name, store } of storesUp(cluster)) {
      const texts = new Map<string, string>()
      for (const room of roomsInLog(cluster)) {
        const sends = new Set<string>()
        for (const entry of entriesOf(store, room)) {
          if (entry.outbox !== undefined && entry.number !== undefined) {
            const key = sendKey({ room, outbox: entry.outbox, number: entry.number })
            if (sends.has(key)) throw new BrokenPromise('P2', `${key} stands twice in ${name}`)
            sends.add(key)
          }
          const text = this.#truth.textOf(entry)
          if (text === undefined || !this.#composed.has(text)) continue
          const place = `${room} ${entry.index}`
          const first = texts.get(text)
          if (first !== undefined) {
            const where = `${first} and ${place}`
            throw new BrokenPromise('P2', `'${text}' stands twice in ${name}: ${where}`)
          }
          texts.set(text, place)
        }
      }
    }
  }
}
