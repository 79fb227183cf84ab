/**
 * P5: a session can be continued by any front-end, from the client's indexes alone. On each
 * connection the entries of a room come from the index after the one that the client named on, or
 * earlier, and then without a hole; or the front-end says `gap`.
 */
import type { DownFrame } from '@starling/protocol/down'
import type { UpFrame } from '@starling/protocol/up'
import { BrokenPromise } from '../broken-promise.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'

interface Connection {
  readonly client: string
  /** Room → the index that must come next at the latest. */
  readonly next: Map<string, number>
}

export class ResumeChecker implements Checker {
  readonly #connections = new Map<string, Connection>()

  see(seen: Observation): void {
    if (seen.kind === 'up') this.#seeUp(seen.client, seen.socket, seen.frame)
    if (seen.kind === 'down') this.#seeDown(seen.client, seen.socket, seen.frame)
  }

  atRest(): void {
    // What clients hold in the end is judged by `ClientsEqualChecker`.
  }

  #seeUp(client: string, socket: string, frame: UpFrame): void {
    if (frame.t === 'hello') {
      const next = new Map<string, number>()
      for (const [room, last] of Object.entries(frame.resume ?? {})) next.set(room, last + 1)
      this.#connections.set(socket, { client, next })
    } else if (frame.t === 'follow') {
      this.#connections.get(socket)?.next.set(frame.room, frame.after + 1)
    }
  }

  #seeDown(client: string, socket: string, frame: DownFrame): void {
    const next = this.#connections.get(socket)?.next
    if (next === undefined) return
    if (frame.t === 'gap') next.set(frame.room, frame.head + 1)
    if (frame.t !== 'entries') return
    const expected = next.get(frame.room)
    if (expected !== undefined && frame.from > expected) {
      const what = `${frame.room} from ${frame.from} instead of ${expected}`
      throw new BrokenPromise('P5', `${client} is sent ${what}`)
    }
    next.set(frame.room, Math.max(expected ?? 1, frame.from + frame.entries.length))
    for (const entry of frame.entries) {
      // Who joins again follows from there; what was said meanwhile is read as history.
      if (entry.kind === 'room-added')
        next.set(entry.room, Math.max(next.get(entry.room) ?? 1, entry.from))
    }
  }
}
