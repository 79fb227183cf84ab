/** A terminal without a device: a test types on it and reads its rows. */
import type { Input } from '../screen/key-decoder.ts'
import { type BareFrame, type Frame, Painter } from '../screen/painter.ts'
import type { Screen, ScreenHandler } from '../screen/terminal-screen.ts'

/** Long enough for a starved machine. */
const showMsMax = 30_000

export class FakeScreen implements Screen {
  columns = 80
  rows = 24
  isBusy = false
  /** As many frames as were shown, and the bytes they cost. */
  frames: string[] = []
  bytes = 0
  rung = 0
  titled = ''
  isEntered = false
  readonly #painter = new Painter()
  #handler: ScreenHandler | undefined
  #waiting: { readonly pattern: RegExp; readonly seen: () => void }[] = []

  enter(handler: ScreenHandler): void {
    this.#handler = handler
    this.isEntered = true
  }

  leave(): void {
    this.isEntered = false
  }

  show(frame: Frame | BareFrame): void {
    const isBare = 'bare' in frame
    const painted = isBare ? this.#painter.paintBare(frame) : this.#painter.paint(frame)
    this.bytes += painted.length
    this.frames.push(isBare ? frame.bare : frame.lines.join('\n'))
    const seen = this.#waiting.filter(({ pattern }) => pattern.test(this.text))
    this.#waiting = this.#waiting.filter((one) => !seen.includes(one))
    for (const one of seen) one.seen()
  }

  title(text: string): void {
    this.titled = text
  }

  repaint(): void {
    this.#painter.forget()
  }

  ring(): void {
    this.rung += 1
  }

  suspend(): void {}

  get text(): string {
    return this.frames.at(-1) ?? ''
  }

  type(text: string): void {
    this.#input({ kind: 'text', text })
  }

  press(...keys: readonly string[]): void {
    for (const key of keys) this.#input({ kind: 'key', key })
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.#handler?.onResize()
  }

  /** Settles when a frame shows it. */
  async shows(pattern: RegExp): Promise<void> {
    if (pattern.test(this.text)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const late = setTimeout(() => {
      reject(new Error(`never shown: ${pattern}\n${this.text}`))
    }, showMsMax)
    this.#waiting.push({ pattern, seen: resolve })
    await promise
    clearTimeout(late)
  }

  #input(input: Input): void {
    this.#handler?.onInput(input)
  }
}
