/**
 * Whatever somebody else wrote is made harmless before it comes near the screen.
 *
 * A terminal obeys what it prints: an escape sequence in a message could move the cursor, change
 * the window's title or answer questions on the keyboard's behalf; a bidi override turns a whole
 * row around; a hundred combining marks climb over the rows above. So control characters, bidi
 * controls and invisible padding are dropped, marks are counted, and lone surrogates become U+FFFD.
 * What is left is text and, in messages, line feeds. Joiners (U+200C, U+200D) stay: scripts and
 * emoji need them.
 */
const marksPerCharacterMax = 4
const tab = '    '

const lineEnds = /\r\n?|[\u0085\u2028\u2029]/g
const controls =
  /[\p{Cc}\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu
const tags = /[\u{E0000}-\u{E007F}]/gu
const privateUse = /\p{Co}/gu
const manyMarks = new RegExp(`(\\p{M}{${marksPerCharacterMax}})\\p{M}+`, 'gu')

/** A message: line feeds stay. */
export function sanitise(text: string): string {
  return text
    .toWellFormed()
    .replace(lineEnds, '\n')
    .replace(/\t/g, tab)
    .replace(controls, (character) => (character === '\n' ? '\n' : ''))
    .replace(tags, '')
    .replace(privateUse, '\uFFFD')
    .replace(manyMarks, '$1')
}

/** A name, a title, a topic, an error: one line. */
export function sanitiseLine(text: string): string {
  return sanitise(text).replace(/\s+/g, ' ').trim()
}
