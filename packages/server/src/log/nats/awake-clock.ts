/**
 * Time in which this process ran. Each tick adds what passed since the last one, but no more than
 * `awakeStepMsMax`: a process that was frozen, or got no processor, finds that hardly any time went
 * by, and takes in what arrived meanwhile before it judges anybody's silence.
 */
import { natsTuning } from './nats-tuning.ts'

export class AwakeClock {
  #ms = 0
  #tickedAtMs: number

  constructor(nowMs: number) {
    this.#tickedAtMs = nowMs
  }

  get ms(): number {
    return this.#ms
  }

  tick(nowMs: number): void {
    this.#ms += Math.min(Math.max(0, nowMs - this.#tickedAtMs), natsTuning.awakeStepMsMax)
    this.#tickedAtMs = nowMs
  }
}
