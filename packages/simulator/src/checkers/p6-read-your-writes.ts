/**
 * P6: what was acknowledged to you is in what you read next. A history that a client asked for
 * after an ack has a head at least as great as the acked index, whichever front-end and backend
 * answered; and a backend answers no request from a state older than the request demands. What is
 * not held to it: a client's process that started anew, and a welcome that says itself that it
 * speaks of an older state than the client was told of (all backends lagged for seconds).
 */
import { BrokenPromise } from '../broken-promise.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'

interface Asked {
  readonly room: string
  readonly least: number
}

export class ReadYourWritesChecker implements Checker {
  /** Client and room → the greatest index acknowledged to the client. */
  readonly #acked = new Map<string, number>()
  readonly #asked = new Map<string, Asked>()
  /** Client → the newest position it was told. */
  readonly #told = new Map<string, number>()

  see(seen: Observation): void {
    if (seen.kind === 'replied' && seen.position < seen.after && seen.reply.kind !== 'refused') {
      const what = `from ${seen.position} what asks for ${seen.after}`
      throw new BrokenPromise('P6', `${seen.backend} answers ${what}`)
    }
    if (seen.kind === 'client-started') this.#forget(seen.client)
    if (seen.kind === 'down') this.#seePosition(seen)
    if (seen.kind === 'event' && seen.event.kind === 'acked') {
      const key = `${seen.client} ${seen.event.item.room}`
      this.#acked.set(key, Math.max(this.#acked.get(key) ?? 0, seen.event.index))
    }
    if (seen.kind === 'asked' && seen.question.t === 'history') {
      const { room } = seen.question
      const least = this.#acked.get(`${seen.client} ${room}`) ?? 0
      this.#asked.set(`${seen.client} ${seen.ask}`, { room, least })
    }
    if (seen.kind === 'answered') this.#seeAnswer(seen)
  }

  atRest(): void {
    // Every answer was judged when it came.
  }

  #seePosition({ client, frame }: Extract<Observation, { kind: 'down' }>): void {
    if (!('position' in frame)) return
    const told = this.#told.get(client) ?? 0
    if (frame.t === 'welcome' && frame.position < told) this.#forget(client)
    this.#told.set(client, Math.max(this.#told.get(client) ?? 0, frame.position))
  }

  #forget(client: string): void {
    this.#told.delete(client)
    for (const known of [this.#asked, this.#acked]) {
      for (const key of known.keys()) if (key.startsWith(`${client} `)) known.delete(key)
    }
  }

  #seeAnswer({ client, ask, result }: Extract<Observation, { kind: 'answered' }>): void {
    const asked = this.#asked.get(`${client} ${ask}`)
    this.#asked.delete(`${client} ${ask}`)
    if (asked === undefined || !result.ok || result.answer.kind !== 'history') return
    if (result.answer.head >= asked.least) return
    const what = `${asked.room} up to ${result.answer.head}, was acknowledged ${asked.least}`
    throw new BrokenPromise('P6', `${client} reads ${what}`)
  }
}
