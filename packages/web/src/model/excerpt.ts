/** The server marks what matched between two control characters. */
export interface ExcerptPart {
  /** Where it begins. */
  readonly from: number
  readonly text: string
  readonly isMatch: boolean
}

const begins = '\u0002'
const ends = '\u0003'

export function excerptParts(excerpt: string): readonly ExcerptPart[] {
  const parts: ExcerptPart[] = []
  let from = 0
  const add = (text: string, isMatch: boolean) => {
    if (text !== '') parts.push({ from, text, isMatch })
    from += text.length
  }
  for (const [at, piece] of excerpt.split(begins).entries()) {
    const [first = '', ...rest] = piece.split(ends)
    add(first, at > 0 && rest.length > 0)
    add(rest.join(''), false)
  }
  return parts
}
