/**
 * Virtual time: a queue of acts, each at a moment. `step` performs the earliest; those of one
 * moment come in the order in which they were planned, so one seed always gives one run. Nothing
 * else in a simulation moves time, and nothing reads a real clock.
 */
import type { Trace } from './trace.ts'

interface Planned {
  readonly ms: number
  readonly order: number
  act: (() => void) | undefined
}

/** Takes a planned act off the queue; without effect when it was performed already. */
export type Cancel = () => void

export class World {
  readonly trace: Trace
  #nowMs = 0
  #order = 0
  #steps = 0
  readonly #heap: Planned[] = []

  constructor(trace: Trace) {
    this.trace = trace
    trace.clock = () => this.#nowMs
  }

  get nowMs(): number {
    return this.#nowMs
  }

  get stepsTotal(): number {
    return this.#steps
  }

  after(delayMs: number, act: () => void): Cancel {
    return this.at(this.#nowMs + Math.max(0, delayMs), act)
  }

  at(ms: number, act: () => void): Cancel {
    const planned: Planned = { ms: Math.max(ms, this.#nowMs), order: this.#order++, act }
    push(this.#heap, planned)
    return () => {
      planned.act = undefined
    }
  }

  /** Performs the earliest act; false when nothing is planned up to `untilMs`. */
  step(untilMs = Number.POSITIVE_INFINITY): boolean {
    for (;;) {
      const planned = this.#heap[0]
      if (planned === undefined || planned.ms > untilMs) return false
      pop(this.#heap)
      const act = planned.act
      if (act === undefined) continue
      this.#nowMs = planned.ms
      this.#steps++
      planned.act = undefined
      act()
      return true
    }
  }

  /** Performs all acts up to a moment, which is then the present one. */
  runUntil(ms: number): void {
    while (this.step(ms));
    this.#nowMs = Math.max(this.#nowMs, ms)
  }

  runFor(ms: number): void {
    this.runUntil(this.#nowMs + ms)
  }
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.ms < b.ms || (a.ms === b.ms && a.order < b.order)
}

function push(heap: Planned[], item: Planned): void {
  let at = heap.length
  heap.push(item)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent]!
    if (!isBefore(item, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = item
}

function pop(heap: Planned[]): Planned | undefined {
  const top = heap[0]
  const last = heap.pop()
  if (top === undefined || last === undefined || heap.length === 0) return top
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child >= heap.length) break
    const right = heap[child + 1]
    if (right !== undefined && isBefore(right, heap[child]!)) child++
    const below = heap[child]!
    if (!isBefore(below, last)) break
    heap[at] = below
    at = child
  }
  heap[at] = last
  return top
}
