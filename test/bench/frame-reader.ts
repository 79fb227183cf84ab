/** Frames from their bytes. What many clients are told alike is parsed once. */
import type { DownFrame } from '@starling/protocol/down'

const rememberedMax = 500
const toldToMany = '{"t":"entries"'

export class FrameReader {
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
