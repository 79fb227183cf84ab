/**
 * Pages of history on their way into timelines. At most one in each direction of a room. A page
 * that does not fit any more (the timeline moved on, or a backend that lags answered) is asked for
 * again after a moment, a bounded number of times.
 */
import type { Now } from '../now.ts'
import type { Asks } from './asks.ts'
import type { AskResult, ClientTuning, Question } from './client-io.ts'
import type { Opening } from './private/opening.ts'
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
  readonly opening: Opening
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

  /** Looked at for the first time: its newest page is held then. */
  opened(now: Now, room: RoomState): void {
    room.isOpened = true
    const { timeline } = room
    if (!timeline.isApart && timeline.live.length < this.#host.tuning.pageEntries) {
      this.older(now, room)
    }
  }

  /** Shows the message there, wherever it is. */
  jump(now: Now, at: { room: RoomState; index: number; view: string }, done: Load['done']): void {
    const { room, index, view } = at
    const { timeline } = room
    if (timeline.shownIn(view).at(index) !== undefined) return done(now)
    if (timeline.live.at(index) === undefined) return this.around(now, at, done)
    timeline.showNewest(view)
    this.#host.touch(room.room)
    done(now)
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
      if (!result.ok) return this.#done(at, load, result)
      const { answer } = result
      if (answer.kind !== 'history') return this.#again(at, load, tries)
      this.#host.opening.page(at, load.room, {
        entries: answer.entries,
        take: (then, entries) => this.#opened(then, load, { page: { ...answer, entries }, tries }),
      })
    })
  }

  #opened(now: Now, load: Load, { page, tries }: { page: Page; tries: number }): void {
    if (!this.#host.isKnown(load.room)) {
      this.#done(now, load, refusedBecause('unknown-room'))
    } else if (load.insert(page) === 'stale') {
      this.#again(now, load, tries)
    } else {
      this.#host.inserted(load.room, page)
      this.#done(now, load)
    }
  }

  #again(now: Now, load: Load, tries: number): void {
    if (tries >= staleTriesMax) return this.#done(now, load, refusedBecause('unknown-message'))
    const dueMs = now.ms + this.#host.tuning.retryMs
    this.#retried.push({ load, tries: tries + 1, dueMs })
    this.#host.touch(load.room.room)
  }

  #done(now: Now, load: Load, refusal?: Extract<AskResult, { ok: false }>): void {
    load.done(now, this.#host.isKnown(load.room) ? refusal : refusedBecause('unknown-room'))
    this.#host.touch(load.room.room)
  }

  #history(room: RoomState, where: { before?: number; after?: number; around?: number }): Question {
    return { t: 'history', room: room.room, limit: this.#host.tuning.pageEntries, ...where }
  }
}

function refusedBecause(code: 'unknown-room' | 'unknown-message') {
  const say = code === 'unknown-room' ? 'You are not in that room.' : 'There is no such message.'
  return { ok: false as const, code, retry: 'never' as const, say }
}
