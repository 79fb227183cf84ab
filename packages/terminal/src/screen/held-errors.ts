/**
 * While the screen is ours, what a library or Node writes to the standard error would land in the
 * middle of it. It is held and comes out when the terminal is given back.
 */
const heldCharactersMax = 65_536

export class HeldErrors {
  #held = ''
  #release: (() => void) | undefined

  hold(): void {
    if (this.#release !== undefined) return
    const { stderr } = process
    const { write } = stderr
    stderr.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      this.#held = (this.#held + text).slice(-heldCharactersMax)
      const done = rest.findLast((one) => typeof one === 'function')
      if (done !== undefined) process.nextTick(done)
      return true
    }
    this.#release = () => {
      stderr.write = write
    }
  }

  release(): void {
    this.#release?.()
    this.#release = undefined
    const held = this.#held
    this.#held = ''
    if (held !== '') process.stderr.write(held)
  }
}
