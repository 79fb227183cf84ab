/**
 * One WebSocket text frame (RFC 6455 §5.2) from a server: not masked, not fragmented. Made once
 * for all the clients that get the same text, instead of once for each. A test holds it equal,
 * byte for byte, to what the library would send.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headLength + length)
  frame[0] = 0x81
  if (headLength === 2) frame[1] = length
  else if (headLength === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
  frame.write(text, headLength)
  return frame
}
