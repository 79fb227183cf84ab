/** The server marks what matched between two control characters. */
export interface ExcerptPart {
  readonly text: string
  readonly isMatch: boolean
}

const begins = '\u0002'
const ends = '\u0003'

export function excerptParts(excerpt: string): readonly ExcerptPart[] {
  const parts: ExcerptPart[] = []
  for (const [at, piece] of excerpt.split(begins).entries()) {
    const [first = '', ...rest] = piece.split(ends)
    if (at === 0) parts.push({ text: piece.replaceAll(ends, ''), isMatch: false })
    else parts.push({ text: first, isMatch: true }, { text: rest.join(''), isMatch: false })
  }
  return parts.filter(({ text }) => text !== '')
}
