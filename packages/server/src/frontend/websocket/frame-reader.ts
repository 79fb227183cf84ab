/**
 * Reads what a client sends on its WebSocket (RFC 6455): masked frames, whole or in pieces, text in
 * one frame or in fragments with control frames between them. Strict: reserved bits, opcodes that
 * are not used here (binary among them), a frame that is not masked, a length that could be said
 * shorter, text that is no UTF-8, a close that says nothing sensible; each is a fault, after which
 * nothing is read any more.
 *
 * Lengths are judged as soon as they are there, before anything is kept for them. What is kept
 * grows with the bytes that came, so whoever announces much and sends little costs little.
 */
import { isUtf8 } from 'node:buffer'

export type FrameFault = 'frame-too-large' | 'bad-frames'

export interface FrameLimits {
  /** Of one message, in however many fragments. */
  readonly messageBytesMax: number
  readonly fragmentsMax: number
}

export interface FrameHearer {
  heardText(text: string): void
  /** The payload is valid during the call only. */
  heardPing(payload: Buffer): void
  heardPong(): void
  /** Nothing comes after it. */
  heardClose(code: number | undefined): void
}

export const opcodes = { more: 0, text: 1, close: 8, ping: 9, pong: 10 } as const

const lastBit = 0x80
const reservedBits = 0x70
const opcodeBits = 0x0f
const controlBit = 0x08
const maskBit = 0x80
const maskBytes = 4
const controlBytesMax = 125
const keptBytesMin = 512

/** A frame of which the payload has not come whole yet, still masked. */
interface Unfinished {
  readonly first: number
  readonly length: number
  readonly mask: Buffer
  payload: Buffer
  filled: number
}

/** A message of which the last fragment has not come yet. */
interface Fragments {
  readonly parts: Buffer[]
  bytes: number
}

export class FrameReader {
  readonly #limits: FrameLimits
  /** The beginning of a frame's head. */
  #head: Buffer | undefined
  #frame: Unfinished | undefined
  #message: Fragments | undefined
  #isOver = false

  constructor(limits: FrameLimits) {
    this.#limits = limits
  }

  /** Takes the chunk over, and changes it. */
  push(chunk: Buffer, hearer: FrameHearer): FrameFault | undefined {
    if (this.#isOver) return undefined
    const fault = this.#push(chunk, hearer)
    if (fault !== undefined) this.#end()
    return fault
  }

  #push(chunk: Buffer, hearer: FrameHearer): FrameFault | undefined {
    let bytes = chunk
    let at = 0
    if (this.#frame !== undefined) {
      at = fill(this.#frame, chunk, 0)
      const fault = this.#finish(this.#frame, hearer)
      if (fault !== undefined) return fault
    } else if (this.#head !== undefined) {
      bytes = Buffer.concat([this.#head, chunk])
      this.#head = undefined
    }
    while (at < bytes.length && !this.#isOver) {
      const fault = this.#headFault(bytes, at)
      if (fault !== undefined) return fault
      const headLength = headLengthAt(bytes, at)
      if (headLength === undefined || bytes.length - at < headLength) {
        this.#head = Buffer.from(bytes.subarray(at))
        return undefined
      }
      const length = lengthAt(bytes, at)
      if (length === undefined) return 'bad-frames'
      if (length > this.#roomFor(bytes[at]!)) return 'frame-too-large'
      const first = bytes[at]!
      const from = at + headLength
      const mask = bytes.subarray(from - maskBytes, from)
      at = from + length
      if (at <= bytes.length) {
        const payload = unmask(bytes.subarray(from, at), mask)
        const heard = this.#hear(first, payload, hearer)
        if (heard !== undefined) return heard
      } else {
        this.#frame = { first, length, mask: Buffer.from(mask), payload: nothing, filled: 0 }
        fill(this.#frame, bytes, from)
      }
    }
    return undefined
  }

  /** What can be told from the first one or two bytes. */
  #headFault(bytes: Buffer, at: number): FrameFault | undefined {
    const first = bytes[at]!
    const opcode = first & opcodeBits
    if ((first & reservedBits) !== 0 || !knownOpcodes.has(opcode)) return 'bad-frames'
    const isControl = (opcode & controlBit) !== 0
    if (isControl && (first & lastBit) === 0) return 'bad-frames'
    if (!isControl && (opcode === opcodes.more) !== (this.#message !== undefined)) {
      return 'bad-frames'
    }
    const second = bytes[at + 1]
    if (second === undefined) return undefined
    if ((second & maskBit) === 0) return 'bad-frames'
    return isControl && (second & ~maskBit) > controlBytesMax ? 'bad-frames' : undefined
  }

  #roomFor(first: number): number {
    if ((first & controlBit) !== 0) return controlBytesMax
    return this.#limits.messageBytesMax - (this.#message?.bytes ?? 0)
  }

  #finish(frame: Unfinished, hearer: FrameHearer): FrameFault | undefined {
    if (frame.filled < frame.length) return undefined
    this.#frame = undefined
    return this.#hear(frame.first, unmask(frame.payload, frame.mask), hearer)
  }

  #hear(first: number, payload: Buffer, hearer: FrameHearer): FrameFault | undefined {
    switch (first & opcodeBits) {
      case opcodes.ping:
        hearer.heardPing(payload)
        return undefined
      case opcodes.pong:
        hearer.heardPong()
        return undefined
      case opcodes.close:
        return this.#close(payload, hearer)
      default: {
        const isLast = (first & lastBit) !== 0
        if (isLast && this.#message === undefined) return hearText(payload, hearer)
        return this.#fragment(isLast, payload, hearer)
      }
    }
  }

  #fragment(isLast: boolean, payload: Buffer, hearer: FrameHearer): FrameFault | undefined {
    this.#message ??= { parts: [], bytes: 0 }
    const message = this.#message
    if (message.parts.length >= this.#limits.fragmentsMax) return 'bad-frames'
    // A copy, or it would keep the whole chunk in memory.
    message.parts.push(Buffer.from(payload))
    message.bytes += payload.length
    if (!isLast) return undefined
    this.#message = undefined
    return hearText(Buffer.concat(message.parts, message.bytes), hearer)
  }

  #close(payload: Buffer, hearer: FrameHearer): FrameFault | undefined {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined
    if (payload.length === 1 || (code !== undefined && !isCloseCode(code))) return 'bad-frames'
    if (!isUtf8(payload.subarray(2))) return 'bad-frames'
    this.#end()
    hearer.heardClose(code)
    return undefined
  }

  #end(): void {
    this.#isOver = true
    this.#head = undefined
    this.#frame = undefined
    this.#message = undefined
  }
}

const knownOpcodes: ReadonlySet<number> = new Set(Object.values(opcodes))
const nothing = Buffer.alloc(0)

function headLengthAt(bytes: Buffer, at: number): number | undefined {
  const second = bytes[at + 1]
  if (second === undefined) return undefined
  const short = second & ~maskBit
  return (short < 126 ? 2 : short === 126 ? 4 : 10) + maskBytes
}

/** Undefined where fewer bytes would have said the same. */
function lengthAt(bytes: Buffer, at: number): number | undefined {
  const short = bytes[at + 1]! & ~maskBit
  if (short < 126) return short
  if (short === 126) {
    const length = bytes.readUInt16BE(at + 2)
    return length < 126 ? undefined : length
  }
  const length = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
  return length < 65_536 ? undefined : length
}

/** Takes of the chunk what belongs to the frame; returns where the rest begins. */
function fill(frame: Unfinished, chunk: Buffer, from: number): number {
  const end = Math.min(chunk.length, from + frame.length - frame.filled)
  const filled = frame.filled + end - from
  if (filled > frame.payload.length) {
    const size = Math.max(filled, frame.payload.length * 2, keptBytesMin)
    const payload = Buffer.allocUnsafeSlow(Math.min(size, frame.length))
    frame.payload.copy(payload, 0, 0, frame.filled)
    frame.payload = payload
  }
  chunk.copy(frame.payload, frame.filled, from, end)
  frame.filled = filled
  return end
}

/** In place. */
function unmask(payload: Buffer, mask: Buffer): Buffer {
  const { length } = payload
  for (let at = 0; at < length; at += 1) payload[at]! ^= mask[at & 3]!
  return payload
}

function hearText(payload: Buffer, hearer: FrameHearer): FrameFault | undefined {
  if (!isUtf8(payload)) return 'bad-frames'
  hearer.heardText(payload.toString('utf8'))
  return undefined
}

/** RFC 6455 §7.4, with the codes registered since: those that may stand in a frame. */
function isCloseCode(code: number): boolean {
  if (code >= 3_000) return code <= 4_999
  return (code >= 1_000 && code <= 1_003) || (code >= 1_007 && code <= 1_014)
}
