/** Bytes as text and back (RFC 4648 §5, without padding), without Node or a browser. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Map([...alphabet].map((character, value) => [character.charCodeAt(0), value]))

export function toBase64url(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    parts.push(alphabet[three >> 18]!, alphabet[(three >> 12) & 63]!)
    if (left > 1) parts.push(alphabet[(three >> 6) & 63]!)
    if (left > 2) parts.push(alphabet[three & 63]!)
  }
  return parts.join('')
}

/** Nothing for another alphabet, padding, or bits left over: every text has one meaning. */
export function fromBase64url(text: string): Uint8Array | undefined {
  const rest = text.length % 4
  if (rest === 1) return
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let filled = 0
  let bits = 0
  let pending = 0
  for (let at = 0; at < text.length; at += 1) {
    const value = values.get(text.charCodeAt(at))
    if (value === undefined) return
    pending = ((pending << 6) | value) & 0xfff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[filled] = (pending >> bits) & 0xff
    filled += 1
  }
  return (pending & ((1 << bits) - 1)) === 0 ? bytes : undefined
}
