/** Frames from their bytes. What many clients are told alike is parsed once. */
import type { DownFrame } from '@starling/protocol/down'

const rememberedMax = 500
const readIntoBytes = 256 * 1024
const toldToMany = '{"t":"entries"'

export class FrameReader {
  /** What comes is read into it, of all clients. */
  readonly readInto = Buffer.alloc(readIntoBytes)
  readonly #remembered = new Map<string, DownFrame>()

  read(bytes: Buffer): DownFrame {
    const text = bytes.toString()
    const known = this.#remembered.get(text)
    if (known !== undefined) return known
    const frame: DownFrame = JSON.parse(text)
    if (!text.startsWith(toldToMany)) return frame
    if (this.#remembered.size >= rememberedMax) this.#remembered.clear()
    this.#remembered.set(text, frame)
    return frame
  }
}
