/**
 * Gathers the inputs of one turn of the event loop into one `drain`. Whatever gives the node an
 * input says `touch`; after all that the turn brought, what the node put out is performed once, in
 * order.
 */
export class Turns {
  readonly #perform: () => void
  #isDue = false
  #isStopped = false

  constructor(perform: () => void) {
    this.#perform = perform
  }

  touch(): void {
    if (this.#isDue || this.#isStopped) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      if (!this.#isStopped) this.#perform()
    })
  }

  /** At once, for inputs that time brings: an idle process then wakes once a tick. */
  run(): void {
    if (!this.#isStopped) this.#perform()
  }

  stop(): void {
    this.#isStopped = true
  }
}
