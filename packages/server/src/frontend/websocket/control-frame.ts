/** Frames of a WebSocket that are not text: short, and never in fragments (RFC 6455 §5.5). */
import { opcodes } from './frame-reader.ts'

const lastBit = 0x80

export const pingFrame = Buffer.from([lastBit | opcodes.ping, 0])

/** At most 125 bytes of payload: that of the ping. */
export function pongFrame(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([lastBit | opcodes.pong, payload.length]), payload])
}

export function closeFrame(code: number | undefined, reason = ''): Buffer {
  if (code === undefined) return Buffer.from([lastBit | opcodes.close, 0])
  const frame = Buffer.alloc(4 + Buffer.byteLength(reason))
  frame[0] = lastBit | opcodes.close
  frame[1] = frame.length - 2
  frame.writeUInt16BE(code, 2)
  frame.write(reason, 4)
  return frame
}
