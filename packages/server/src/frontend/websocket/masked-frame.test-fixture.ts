/** Frames as clients send them, well-formed or not. */

export interface SentFrame {
  /** FIN, reserved bits and opcode. */
  readonly first: number
  readonly payload: Uint8Array
  readonly mask?: readonly [number, number, number, number]
}

const noMask = [0, 0, 0, 0] as const

export function maskedFrame({ first, payload, mask = noMask }: SentFrame): Buffer {
  const masked = payload.map((byte, at) => byte ^ mask[at & 3]!)
  return Buffer.concat([frameHead(first, payload.length), Buffer.from(mask), masked])
}

/** `shortest`: of the forms that a length has, at least this. */
export function frameHead(first: number, length: number, shortest: 2 | 4 | 10 = 2): Buffer {
  const size = Math.max(shortest, length < 126 ? 2 : length < 65_536 ? 4 : 10)
  const head = Buffer.alloc(size)
  head[0] = first
  head[1] = 0x80 | (size === 2 ? length : size === 4 ? 126 : 127)
  if (size === 4) head.writeUInt16BE(length, 2)
  if (size === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** The same bytes in pieces of these sizes, again and again. */
export function inPieces(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = sizes[pieces.length % sizes.length]!
    pieces.push(Buffer.from(bytes.subarray(at, at + size)))
    at += size
  }
  return pieces
}
