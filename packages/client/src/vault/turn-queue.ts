/** Does what is asked for one after the other; one that fails does not stop the next. */
export class TurnQueue {
  #last: Promise<unknown> = Promise.resolve()

  next<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#last.then(act)
    this.#last = done.catch(() => {})
    return done
  }

  async settled(): Promise<void> {
    await this.#last
  }
}
