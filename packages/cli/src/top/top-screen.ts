/**
 * Redraws a picture in place. Each frame is one write: home, every line followed by "erase to its
 * end", then "erase below"; nothing is cleared first, so nothing flickers. The alternate screen
 * keeps what was there before; leaving gives it and the cursor back, however the process ends.
 */
import { writeSync } from 'node:fs'
import type { ReadStream, WriteStream } from 'node:tty'

const esc = '\u001b['
const enter = `${esc}?1049h${esc}?25l`
const leave = `${esc}?25h${esc}?1049l`
const standardOutput = 1
/** Ctrl-C and Ctrl-D are characters in raw mode. */
const leaveKeys = ['q', 'Q', '\u0003', '\u0004']

export class TopScreen {
  readonly #output: WriteStream
  readonly #input: ReadStream
  readonly #giveBack = (): void => {
    writeSync(standardOutput, leave)
  }

  constructor(output: WriteStream, input: ReadStream) {
    this.#output = output
    this.#input = input
  }

  get columns(): number {
    return this.#output.columns
  }

  /** Settles when the person wants to leave: q, Ctrl-C, or a signal. */
  open(onResize: () => void): Promise<void> {
    process.on('exit', this.#giveBack)
    this.#output.write(enter)
    this.#output.on('resize', onResize)
    return new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => resolve())
      }
      if (!this.#input.isTTY) return
      this.#input.setRawMode(true)
      this.#input.on('data', (keys: Buffer) => {
        if ([...keys.toString('latin1')].some((key) => leaveKeys.includes(key))) resolve()
      })
    })
  }

  show(lines: readonly string[]): void {
    const shown = lines.slice(0, this.#output.rows)
    this.#output.write(`${esc}H${shown.map((line) => `${line}${esc}K`).join('\r\n')}${esc}J`)
  }

  close(): void {
    if (this.#input.isTTY) this.#input.setRawMode(false)
    this.#input.pause()
    process.off('exit', this.#giveBack)
    this.#giveBack()
  }
}
