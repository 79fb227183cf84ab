/**
 * The terminal as a device: raw keys in, frames out, and its state given back whatever happens.
 *
 * Leaving is one synchronous write, so that it also works from an `exit` handler and before the
 * trace of an error that nobody caught is printed: the person's shell finds the screen, the cursor
 * and the line discipline as they were.
 */
import { writeSync } from 'node:fs'
import { HeldErrors } from './held-errors.ts'
import { type Input, KeyDecoder } from './key-decoder.ts'
import { type BareFrame, type Frame, Painter } from './painter.ts'

/** How long an escape character may wait for the rest of its sequence. */
const escapeWaitMsMax = 30

/** The descriptor, for the one write that must not wait. */
const standardOutput = 1

const esc = '\u001b'
/**
 * The title kept, the alternate screen, no wrapping, bracketed paste, focus reports, no wheel that
 * sends arrows.
 */
const enterModes = ['[22;0t', '[?1049h', '[?7l', '[?2004h', '[?1004h', '[?1007l', '[2J']
  .map((mode) => esc + mode)
  .join('')
/** Everything back, in the opposite order. */
const leaveModes = ['[?1004l', '[?2004l', '[?7h', '[?1007h', '[0m', '[?25h', '[?1049l', '[23;0t']
  .map((mode) => esc + mode)
  .join('')

export interface ScreenHandler {
  onInput(input: Input): void
  onResize(): void
}

/** What the client needs of a terminal; a test has one without a device. */
export interface Screen {
  readonly columns: number
  readonly rows: number
  /** Inputs go to `handler` from now on. */
  enter(handler: ScreenHandler): void
  leave(): void
  /** Whether a frame written now would have to wait for the one before. */
  readonly isBusy: boolean
  show(frame: Frame | BareFrame): void
  title(text: string): void
  repaint(): void
  ring(): void
  suspend(): void
}

export class TerminalScreen implements Screen {
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  readonly #painter = new Painter()
  readonly #decoder = new KeyDecoder()
  readonly #errors = new HeldErrors()
  #handler: ScreenHandler | undefined
  #escapeTimer: NodeJS.Timeout | undefined
  #isEntered = false
  #title = ''

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
  }

  get columns(): number {
    return this.#output.columns ?? 80
  }

  get rows(): number {
    return this.#output.rows ?? 24
  }

  enter(handler: ScreenHandler): void {
    const isFirst = this.#handler === undefined
    this.#handler = handler
    if (!isFirst) return
    this.#input.setRawMode(true)
    this.#input.setEncoding('utf8')
    this.#input.on('data', this.#onData)
    this.#input.resume()
    this.#output.on('resize', this.#onResize)
    process.on('exit', this.#giveBack)
    process.on('uncaughtExceptionMonitor', this.#giveBack)
    process.on('SIGCONT', this.#onContinue)
    this.#take()
  }

  leave(): void {
    this.#giveBack()
    clearTimeout(this.#escapeTimer)
    this.#input.off('data', this.#onData)
    this.#input.pause()
    this.#output.off('resize', this.#onResize)
    process.off('exit', this.#giveBack)
    process.off('uncaughtExceptionMonitor', this.#giveBack)
    process.off('SIGCONT', this.#onContinue)
    this.#handler = undefined
  }

  get isBusy(): boolean {
    return this.#output.writableNeedDrain
  }

  show(frame: Frame | BareFrame): void {
    if (!this.#isEntered) return
    const bytes = 'bare' in frame ? this.#painter.paintBare(frame) : this.#painter.paint(frame)
    if (bytes !== '') this.#output.write(bytes)
  }

  /** Of the window; `text` must be sanitised. */
  title(text: string): void {
    if (!this.#isEntered || text === this.#title) return
    this.#title = text
    this.#output.write(`${esc}]2;${text}\u0007`)
  }

  /** Something else may have written on the screen. */
  repaint(): void {
    this.#painter.forget()
  }

  /** The terminal's bell. */
  ring(): void {
    if (this.#isEntered) this.#output.write('\u0007')
  }

  /** Stops the program as Ctrl-Z does; it goes on with SIGCONT. */
  suspend(): void {
    this.#giveBack()
    process.kill(process.pid, 'SIGTSTP')
  }

  #take(): void {
    this.#isEntered = true
    this.#painter.forget()
    this.#input.setRawMode(true)
    this.#output.write(enterModes)
    this.#errors.hold()
  }

  readonly #giveBack = (): void => {
    if (!this.#isEntered) return
    this.#isEntered = false
    this.#input.setRawMode(false)
    writeSync(standardOutput, leaveModes)
    this.#errors.release()
  }

  readonly #onContinue = (): void => {
    if (this.#handler === undefined || this.#isEntered) return
    this.#take()
    this.#handler.onResize()
  }

  readonly #onData = (chunk: string): void => {
    clearTimeout(this.#escapeTimer)
    this.#hand(this.#decoder.push(chunk))
    if (!this.#decoder.isWaiting) return
    this.#escapeTimer = setTimeout(() => this.#hand(this.#decoder.flush()), escapeWaitMsMax)
  }

  #hand(inputs: readonly Input[]): void {
    for (const input of inputs) this.#handler?.onInput(input)
  }

  readonly #onResize = (): void => {
    this.#handler?.onResize()
  }
}
