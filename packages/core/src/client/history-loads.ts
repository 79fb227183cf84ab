/**
 * Pages of history on their way into timelines. At most one in each direction of a room. A page
 * that does not fit any more (the timeline moved on, or a backend that lags answered) is asked for
 * again after a moment, a bounded number of times.
 */
import type { Answer } from '@starling/protocol/down'
import type { Now } from '../now.ts'
import type { Asks } from './asks.ts'
import type { AskResult, ClientTuning, Question } from './client-io.ts'
import type { RoomState } from './room-state.ts'
import { type Inserted, onlyView, type Page } from './timeline.ts'

const staleTriesMax = 6

export interface LoadsHost {
  readonly tuning: ClientTuning
  readonly asks: Asks
  /** The room, unless it is gone. */
  readonly isKnown: (room: RoomState) => boolean
  readonly inserted: (room: RoomState, page: Page) => void
  readonly touch: (room: string) => void
}

interface Load {
  readonly room: RoomState
  readonly question: () => Question
  readonly insert: (page: Page) => Inserted
  /** With the refusal, when there was one. */
  readonly done: (now: Now, refusal?: Extract<AskResult, { ok: false }>) => void
}

interface Retried {
  readonly load: Load
  readonly tries: number
  readonly dueMs: number
}

export class HistoryLoads {
  readonly #host: LoadsHost
  #retried: Retried[] = []

  constructor(host: LoadsHost) {
    this.#host = host
  }

  older(now: Now, room: RoomState, view = onlyView): void {
    const { timeline, loadsOlder } = room
    if (loadsOlder.isLoading(timeline, view) || !timeline.hasOlderIn(view)) return
    this.#start(now, {
      room,
      question: () => this.#history(room, { before: timeline.shownIn(view).first }),
      insert: (page) => timeline.insertOlder(page, view),
      done: loadsOlder.begin(timeline, view),
    })
  }

  newer(now: Now, room: RoomState, view = onlyView): void {
    const { timeline, loadsNewer } = room
    if (loadsNewer.isLoading(timeline, view) || !timeline.isApartIn(view)) return
    this.#start(now, {
      room,
      question: () => this.#history(room, { after: timeline.shownIn(view).last }),
      insert: (page) => timeline.insertNewer(page, view),
      done: loadsNewer.begin(timeline, view),
    })
  }

  around(now: Now, at: { room: RoomState; index: number; view: string }, done: Load['done']): void {
    const { room, index, view } = at
    this.#start(now, {
      room,
      question: () => this.#history(room, { around: index }),
      insert: (page) => {
        if (!page.entries.some((entry) => entry.index === index)) return 'stale'
        return room.timeline.insertAround(page, view)
      },
      done,
    })
  }

  tick(now: Now): void {
    if (this.#retried.length === 0) return
    const due = this.#retried.filter((retried) => retried.dueMs <= now.ms)
    this.#retried = this.#retried.filter((retried) => retried.dueMs > now.ms)
    for (const { load, tries } of due) this.#ask(now, load, tries)
  }

  #start(now: Now, load: Load): void {
    this.#host.touch(load.room.room)
    this.#ask(now, load, 1)
  }

  #ask(now: Now, load: Load, tries: number): void {
    this.#host.asks.ask(now, load.question(), (at, result) => {
      if (!this.#host.isKnown(load.room)) {
        load.done(at, refusedBecause('unknown-room'))
      } else if (!result.ok) {
        load.done(at, result)
      } else if (this.#insert(load, result.answer)) {
        load.done(at)
      } else if (tries < staleTriesMax) {
        const dueMs = at.ms + this.#host.tuning.retryMs
        this.#retried.push({ load, tries: tries + 1, dueMs })
      } else {
        load.done(at, refusedBecause('unknown-message'))
      }
      this.#host.touch(load.room.room)
    })
  }

  #insert({ room, insert }: Load, answer: Answer): boolean {
    if (answer.kind !== 'history' || insert(answer) === 'stale') return false
    this.#host.inserted(room, answer)
    return true
  }

  #history(room: RoomState, where: { before?: number; after?: number; around?: number }): Question {
    return { t: 'history', room: room.room, limit: this.#host.tuning.pageEntries, ...where }
  }
}

function refusedBecause(code: 'unknown-room' | 'unknown-message') {
  const say = code === 'unknown-room' ? 'You are not in that room.' : 'There is no such message.'
  return { ok: false as const, code, retry: 'never' as const, say }
}
