/** How a text may stand in bytes: as it is, and as it would be where bytes are written as text. */

/** A shorter piece would be found by chance. */
const spelledMin = 8

export function spellingsOf(text: string): readonly (readonly [string, Buffer])[] {
  const bytes = Buffer.from(text)
  // Of base64 the same bytes have three spellings, by where they begin; the ends are shared.
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    const [from, to] = [before === 0 ? 0 : before + 1, -2]
    return [padded.toString('base64'), padded.toString('base64url')].map((spelled) =>
      spelled.replace(/=+$/, '').slice(from, to),
    )
  })
  return [
    ['UTF-8', bytes],
    ['UTF-16', Buffer.from(text, 'utf16le')],
    ['hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
    ...[...new Set(inBase64)]
      .filter((spelled) => spelled.length >= spelledMin)
      .map((spelled) => ['base64', Buffer.from(spelled)] as const),
  ]
}
