/**
 * How search compares words, for stores without an engine of their own: a text matches when each
 * word of the query begins a word of the text, without regard to case or accents.
 */

interface Word {
  readonly from: number
  readonly to: number
}

const beyondAscii = /[^\0-\x7f]/

/** The words of a query as they are compared. */
export function wordsOf(text: string): readonly string[] {
  // What most texts are, three times as fast.
  if (!beyondAscii.test(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].map((match) => plain(match[0]))
}

/** Where in the text the wanted words are; undefined when one of them is missing. */
export function findWords(text: string, wanted: readonly string[]): readonly Word[] | undefined {
  const found: Word[] = []
  const missing = new Set(wanted)
  for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const word = plain(match[0])
    const begun = wanted.filter((one) => word.startsWith(one))
    if (begun.length === 0) continue
    for (const one of begun) missing.delete(one)
    found.push({ from: match.index, to: match.index + match[0].length })
  }
  return missing.size === 0 ? found : undefined
}

const excerptCharactersMax = 200
const leadCharactersMax = 60

/** The part of the text around the first of the words, each between \u0002 and \u0003. */
export function markWords(text: string, words: readonly Word[]): string {
  const first = words[0]?.from ?? 0
  const start = text.length <= excerptCharactersMax ? 0 : Math.max(0, first - leadCharactersMax)
  const end = Math.min(text.length, start + excerptCharactersMax)
  let marked = ''
  let at = start
  for (const word of words) {
    if (word.to > end) break
    marked += `${text.slice(at, word.from)}\u0002${text.slice(word.from, word.to)}\u0003`
    at = word.to
  }
  return marked + text.slice(at, end)
}

function plain(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
