/**
 * Time as far as this process was awake in it. Whoever measures the silence of others must not
 * count the time in which it did not listen itself: on a starved processor, or after being stopped,
 * a front-end would otherwise take all its backends and clients for dead at once. The shell
 * promises a tick every 250 ms; of a longer pause between two inputs only `pauseMsMax` counts.
 */
import type { Now } from '../now.ts'

const pauseMsMax = 260

export class AwakeClock {
  #lastMs: number | undefined
  #ms = 0

  get ms(): number {
    return this.#ms
  }

  advance(now: Now): void {
    const last = this.#lastMs ?? now.ms
    this.#lastMs = now.ms
    this.#ms += Math.min(Math.max(now.ms - last, 0), pauseMsMax)
  }
}
