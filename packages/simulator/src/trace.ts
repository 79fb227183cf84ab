/**
 * What happened, for people. A line is made only when somebody reads it: `line` takes a function.
 * Without a reader the last lines are not kept either; a failed seed is simply run again with one.
 */
export type TraceReader = (line: string) => void

export class Trace {
  clock: () => number = () => 0
  readonly #reader: TraceReader | undefined

  constructor(reader?: TraceReader) {
    this.#reader = reader
  }

  get isRead(): boolean {
    return this.#reader !== undefined
  }

  line(who: string, what: () => string): void {
    if (this.#reader === undefined) return
    this.#reader(`${this.clock().toFixed(1).padStart(9)}  ${who.padEnd(12)} ${what()}`)
  }
}
