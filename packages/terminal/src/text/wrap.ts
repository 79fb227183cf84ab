/**
 * Breaks a paragraph into rows of at most `cells` cells: at spaces where it can, inside a word that
 * is longer than a row where it must, never inside a grapheme.
 */
import { graphemes, widthOf } from './width.ts'

export function wrap(text: string, cells: number): readonly string[] {
  const rows: string[] = []
  for (const paragraph of text.split('\n'))
    rows.push(...wrapParagraph(paragraph, Math.max(2, cells)))
  return rows
}

/** For code: breaks only where a row is full, and keeps every space. */
export function wrapExactly(text: string, cells: number): readonly string[] {
  const rows: string[] = []
  for (const line of text.split('\n')) {
    let row = ''
    let used = 0
    for (const grapheme of graphemes(line)) {
      const width = widthOf(grapheme)
      if (used + width > Math.max(2, cells)) {
        rows.push(row)
        row = ''
        used = 0
      }
      row += grapheme
      used += width
    }
    rows.push(row)
  }
  return rows
}

/** Spaces, single characters of scripts that are written without spaces, words. */
const words =
  /\s+|[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]\p{M}*|[^\s\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]+/gu

function wrapParagraph(paragraph: string, cells: number): readonly string[] {
  if (widthOf(paragraph) <= cells) return [paragraph]
  const rows: string[] = []
  let row = ''
  let used = 0
  for (const word of paragraph.match(words) ?? []) {
    const width = widthOf(word)
    if (used + width <= cells) {
      row += word
      used += width
      continue
    }
    if (/^\s/.test(word)) {
      rows.push(row)
      row = ''
      used = 0
      continue
    }
    if (row !== '') rows.push(row.trimEnd())
    const pieces = width <= cells ? [word] : wrapExactly(word, cells)
    rows.push(...pieces.slice(0, -1))
    row = pieces.at(-1) ?? ''
    used = widthOf(row)
  }
  rows.push(row)
  return rows
}
