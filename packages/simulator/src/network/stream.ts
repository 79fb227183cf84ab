/**
 * One direction of a connection: frames arrive in the order sent, after the path's delay. While the
 * path is closed or the receiver does not read, they wait and count as the sender's buffer. What is
 * told of the connection itself, that it is open or over, travels in the same order.
 */
import type { World } from '../world.ts'
import type { Path } from './path.ts'

export type StreamSignal =
  | { readonly kind: 'open' }
  /** A close with its code, or a reset (the process at the other end is gone). */
  | { readonly kind: 'end'; readonly code: number }

interface Item<T> {
  readonly frame: T | undefined
  readonly signal: StreamSignal | undefined
  readonly bytes: number
  readyMs: number
}

export interface StreamReceiver<T> {
  onFrame(frame: T): void
  onSignal(signal: StreamSignal): void
  /** Bytes that left or entered the buffer. */
  onBuffered(bytes: number): void
}

export class Stream<T> {
  /** A slow reader takes one frame in so many milliseconds. */
  readIntervalMs = 0
  readonly #world: World
  readonly #path: Path
  readonly #receiver: StreamReceiver<T>
  #items: Item<T>[] = []
  #first = 0
  #bytes = 0
  #isPlanned = false
  #isReading = true
  #nextReadMs = 0
  #lastReadyMs = 0

  constructor(world: World, path: Path, receiver: StreamReceiver<T>) {
    this.#world = world
    this.#path = path
    this.#receiver = receiver
  }

  get bufferedBytes(): number {
    return this.#bytes
  }

  send(frame: T, bytes: number): void {
    this.#bytes += bytes
    this.#add({ frame, signal: undefined, bytes, readyMs: this.#drawReadyMs() })
    this.#receiver.onBuffered(this.#bytes)
  }

  signal(signal: StreamSignal): void {
    this.#add({ frame: undefined, signal, bytes: 0, readyMs: this.#drawReadyMs() })
  }

  /** What is under way is lost. */
  drop(): void {
    this.#items = []
    this.#first = 0
    this.#bytes = 0
  }

  setReading(isReading: boolean): void {
    this.#isReading = isReading
    if (isReading) this.#plan()
  }

  /** A stream keeps its order, however the path's delay is drawn. */
  #drawReadyMs(): number {
    this.#lastReadyMs = Math.max(this.#lastReadyMs, this.#world.nowMs + this.#path.drawDelayMs())
    return this.#lastReadyMs
  }

  #add(item: Item<T>): void {
    this.#items.push(item)
    this.#plan()
  }

  #plan(): void {
    const item = this.#items[this.#first]
    if (item === undefined || this.#isPlanned || !this.#isReading) return
    this.#isPlanned = true
    this.#world.at(Math.max(item.readyMs, this.#nextReadMs), () => this.#deliver())
  }

  #deliver(): void {
    this.#isPlanned = false
    const item = this.#items[this.#first]
    if (item === undefined || !this.#isReading) return
    if (!this.#path.isOpen) {
      this.#isPlanned = true
      this.#path.whenOpen(() => {
        this.#isPlanned = false
        const first = this.#items[this.#first]
        if (first !== undefined) first.readyMs = this.#drawReadyMs()
        this.#plan()
      })
      return
    }
    if (item.readyMs > this.#world.nowMs) return this.#plan()
    this.#take()
    this.#bytes -= item.bytes
    this.#nextReadMs = this.#world.nowMs + this.readIntervalMs
    if (item.signal !== undefined) this.#receiver.onSignal(item.signal)
    else this.#receiver.onFrame(item.frame as T)
    this.#receiver.onBuffered(this.#bytes)
    this.#plan()
  }

  #take(): void {
    this.#first++
    if (this.#first > 64 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
  }
}
