/**
 * What a client says over WebSocket is masked (RFC 6455 §5.3): no text stands in its bytes. This
 * takes the mask off; what a server says has none and comes out as it is.
 */
const headEnd = Buffer.from('\r\n\r\n')
const length16 = 126
const length64 = 127
const maskBytes = 4

/** Of one way of one connection, from its beginning: the payloads of its frames, joined. */
export function unmasked(bytes: Buffer): Buffer {
  const payloads: Buffer[] = []
  const end = bytes.indexOf(headEnd)
  let at = end < 0 ? bytes.length : end + headEnd.length
  while (at + 2 <= bytes.length) {
    const frame = frameAt(bytes, at)
    if (frame === undefined) break
    payloads.push(frame.payload)
    at = frame.end
  }
  return Buffer.concat(payloads)
}

/** Undefined when it is not all there. */
function frameAt(bytes: Buffer, from: number): { payload: Buffer; end: number } | undefined {
  const second = bytes[from + 1]!
  const isMasked = (second & 0x80) !== 0
  const short = second & 0x7f
  const lengthBytes = short === length64 ? 8 : short === length16 ? 2 : 0
  const begin = from + 2 + lengthBytes + (isMasked ? maskBytes : 0)
  if (begin > bytes.length) return undefined
  const length =
    short === length64
      ? Number(bytes.readBigUInt64BE(from + 2))
      : short === length16
        ? bytes.readUInt16BE(from + 2)
        : short
  const end = begin + length
  if (end > bytes.length) return undefined
  const payload = Buffer.from(bytes.subarray(begin, end))
  if (!isMasked) return { payload, end }
  const mask = bytes.subarray(begin - maskBytes, begin)
  for (let at = 0; at < length; at += 1) payload[at]! ^= mask[at % maskBytes]!
  return { payload, end }
}
