/**
 * P9, while no backend has the log: whatever a connected client reads is answered soon, whoever
 * types is seen by the others in the room, and no send or read is refused for want of the log
 * before its time at the front-end is up. (That what waited goes out by itself is judged at rest.)
 *
 * Typing is lossy by nature, so several notices must all be missed before it counts.
 */
import { frontendTuning } from '@starling/core/frontend/frontend-io'
import type { DownFrame } from '@starling/protocol/down'
import type { UpFrame } from '@starling/protocol/up'
import { BrokenPromise } from '../broken-promise.ts'
import type { ClientProcess } from '../cluster/client-process.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Observation } from '../observation.ts'
import type { Checker } from './checker.ts'

/** A backend that is asked in vain, with room for a second one. */
const readMsMax = 5_000
const typingMsMax = 3_000
const noticesMissedMax = 4
/** What is refused later may have waited at the front-end as long as it may. */
const shareOfWait = 0.9

const reads: readonly UpFrame['t'][] = ['history', 'members', 'rooms', 'user', 'search', 'devices']

interface Unheard {
  readonly typist: ClientProcess
  readonly listener: ClientProcess
  readonly room: string
  readonly sinceMs: number
  notices: number
}

export class OutageChecker implements Checker {
  readonly #cluster: Cluster
  /** Client → connection and question or send → when it went out. */
  readonly #waiting = new Map<string, Map<string, number>>()
  /** Listener, room and the typist's person. */
  readonly #unheard = new Map<string, Unheard>()
  #isOn = false
  readsTotal = 0
  typingTotal = 0

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /** All is well but for the log. */
  begin(): void {
    this.#isOn = true
  }

  end(): void {
    this.#isOn = false
    this.#unheard.clear()
  }

  see(seen: Observation): void {
    if (seen.kind === 'up') this.#up(seen.client, seen.socket, seen.frame)
    else if (seen.kind === 'down') this.#down(seen.client, seen.socket, seen.frame)
    else if (seen.kind === 'event' && seen.event.kind === 'connection') {
      if (seen.event.state.kind === 'online') return
      this.#waiting.delete(seen.client)
      for (const [key, { listener }] of this.#unheard) {
        if (listener.name === seen.client) this.#unheard.delete(key)
      }
    }
  }

  /** Nothing waits for too long at this moment. */
  judge(): void {
    for (const [client, waiting] of this.#waiting) {
      const isOnline = this.#cluster.client(client).isOnline
      if (!isOnline) waiting.clear()
      for (const [key, sentMs] of waiting) if (isRead(key)) this.#holdRead(client, key, sentMs)
    }
    for (const [key, unheard] of this.#unheard) {
      const { typist, listener, room, sinceMs, notices } = unheard
      if (!isIn(typist, room) || !isIn(listener, room)) this.#unheard.delete(key)
      else if (notices > noticesMissedMax && this.#ageMs(sinceMs) > typingMsMax) {
        throw new BrokenPromise('P9', `${listener.name} hears nothing of ${typist.name} in ${room}`)
      }
    }
  }

  atRest(): void {
    // Judged while it lasts.
  }

  #up(client: string, socket: string, frame: UpFrame): void {
    const { nowMs } = this.#cluster.world
    if (frame.t === 'send') {
      this.#of(client).set(`${socket} ${frame.outbox}#${frame.number}`, nowMs)
    } else if (frame.t === 'typing' && this.#isOn) this.#typed(client, frame.room)
    else if ('ask' in frame && reads.includes(frame.t)) {
      this.#of(client).set(`${socket} ?${frame.ask}`, nowMs)
    }
  }

  #down(client: string, socket: string, frame: DownFrame): void {
    if (frame.t === 'typing') {
      if (this.#unheard.delete(`${client} ${frame.room} ${frame.user}`)) this.typingTotal++
    } else if (frame.t === 'ack' || frame.t === 'refused') {
      const key = `${socket} ${frame.outbox}#${frame.number}`
      this.#answered(client, key, frame.t === 'refused' ? frame.code : '')
    } else if (frame.t === 'answer' || (frame.t === 'error' && frame.ask !== undefined)) {
      this.#answered(client, `${socket} ?${frame.ask}`, frame.t === 'error' ? frame.code : '')
    }
  }

  #answered(client: string, key: string, code: string): void {
    const sentMs = this.#waiting.get(client)?.get(key)
    this.#waiting.get(client)?.delete(key)
    if (sentMs === undefined || !this.#isOn) return
    if (isRead(key)) {
      this.#holdRead(client, key, sentMs)
      this.readsTotal++
    }
    if (code === 'unavailable' && this.#mayWait(sentMs)) {
      throw new BrokenPromise('P9', `${client} is refused ${key} for want of the log`)
    }
  }

  #mayWait(sentMs: number): boolean {
    const { waitingRequestsMax, requestWaitMsMax } = this.#cluster.setup.frontendTuning
    if (waitingRequestsMax < frontendTuning.waitingRequestsMax) return false
    return this.#ageMs(sentMs) < requestWaitMsMax * shareOfWait
  }

  #holdRead(client: string, key: string, sentMs: number): void {
    if (!this.#isOn || this.#ageMs(sentMs) <= readMsMax) return
    const waitedMs = Math.round(this.#ageMs(sentMs))
    throw new BrokenPromise('P9', `${client} waits ${waitedMs} ms for the answer to ${key}`)
  }

  #typed(client: string, room: string): void {
    const typist = this.#cluster.client(client)
    const user = typist.node?.me?.user
    for (const listener of this.#cluster.clients) {
      if (listener.node?.me?.user === user || !isIn(listener, room)) continue
      const key = `${listener.name} ${room} ${user}`
      const unheard = this.#unheard.get(key)
      if (unheard !== undefined) unheard.notices++
      else {
        const sinceMs = this.#cluster.world.nowMs
        this.#unheard.set(key, { typist, listener, room, sinceMs, notices: 1 })
      }
    }
  }

  #of(client: string): Map<string, number> {
    let waiting = this.#waiting.get(client)
    if (waiting === undefined) {
      waiting = new Map()
      this.#waiting.set(client, waiting)
    }
    return waiting
  }

  #ageMs(sinceMs: number): number {
    return this.#cluster.world.nowMs - sinceMs
  }
}

function isRead(key: string): boolean {
  return key.includes(' ?')
}

function isIn(client: ClientProcess, room: string): boolean {
  return client.isOnline && client.node?.isInRoom(room) === true
}
