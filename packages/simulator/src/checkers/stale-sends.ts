/**
 * What follows a stale box in its outbox is out of turn: it went out before the client heard of the
 * first. That is no fault; all of them are sealed anew.
 */
import type { DownFrame } from '@starling/protocol/down'

type Refused = Extract<DownFrame, { t: 'refused' }>

export class StaleSends {
  /** Room and outbox → the greatest number that was refused as stale. */
  readonly #stale = new Map<string, number>()

  see({ room, outbox, number, retry }: Refused): void {
    if (retry !== 'seal') return
    const key = `${room} ${outbox}`
    this.#stale.set(key, Math.max(number, this.#stale.get(key) ?? 0))
  }

  isBehind({ room, outbox, number, code }: Refused): boolean {
    const stale = this.#stale.get(`${room} ${outbox}`)
    return code === 'out-of-turn' && stale !== undefined && number > stale
  }
}
