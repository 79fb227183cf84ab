/**
 * P6: what was acknowledged to you is in what you read next. A history that a client asked for
 * after an ack has a head at least as great as the acked index, whichever backend answered; and a
 * backend answers no request from a state older than the request demands. Judged within one
 * connection: of what was acknowledged on an earlier one a front-end knows only what backends told
 * it since.
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

  see(seen: Observation): void {
    if (seen.kind === 'replied' && seen.position < seen.after && seen.reply.kind !== 'refused') {
      const what = `from ${seen.position} what asks for ${seen.after}`
      throw new BrokenPromise('P6', `${seen.backend} answers ${what}`)
    }
    if (seen.kind === 'event' && seen.event.kind === 'connection') this.#forget(seen.client)
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

  #forget(client: string): void {
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
