/**
 * Frames as bytes: four bytes of length (big-endian), then the frame in msgpack. A length of zero
 * is a heartbeat and carries nothing. Several frames are encoded into one buffer, so that all that
 * a turn of the event loop has for a link leaves in one write.
 *
 * The reader keeps at most one incomplete frame. A length above the limit is refused as soon as its
 * four bytes are there, before anything of the frame is kept. It never throws: what is wrong is
 * answered as a value, after which the reader must be dropped.
 */
import { Packr } from 'msgpackr'

export const heartbeat = Buffer.alloc(4)

export class FrameWriter {
  readonly #packr = new Packr({ useRecords: false })

  encode(frames: readonly unknown[]): Buffer {
    const parts: Buffer[] = []
    for (const frame of frames) {
      const body = this.#packr.pack(frame)
      const head = Buffer.allocUnsafe(4)
      head.writeUInt32BE(body.length)
      parts.push(head, body)
    }
    return Buffer.concat(parts)
  }
}

export type ReadFault = 'frame-too-large' | 'bad-frame'

export class FrameReader {
  readonly #frameBytesMax: number
  readonly #packr = new Packr({ useRecords: false, int64AsType: 'number' })
  #chunks: Buffer[] = []
  #held = 0
  /** Of the incomplete frame, its head included; 4 while the head itself is incomplete. */
  #wanted = 4

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax
  }

  /** Hands over every frame that is complete now. */
  push(chunk: Buffer, onFrame: (frame: unknown) => void): ReadFault | undefined {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#wanted) return undefined
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#held)
    let at = 0
    this.#wanted = 4
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at)
      if (length > this.#frameBytesMax) return 'frame-too-large'
      if (bytes.length - at < 4 + length) {
        this.#wanted = 4 + length
        break
      }
      if (length > 0) {
        const frame = this.#decode(bytes.subarray(at + 4, at + 4 + length))
        if (frame === undefined) return 'bad-frame'
        onFrame(frame)
      }
      at += 4 + length
    }
    const rest = bytes.subarray(at)
    this.#chunks = rest.length > 0 ? [rest] : []
    this.#held = rest.length
    return undefined
  }

  #decode(bytes: Buffer): unknown {
    try {
      return this.#packr.unpack(bytes)
    } catch {
      // The library throws a plain Error of many kinds for bytes that are not msgpack.
      return undefined
    }
  }
}
