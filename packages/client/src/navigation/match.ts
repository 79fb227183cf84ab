/**
 * How well a few typed letters match a name: the whole name is best, then its beginning, the
 * beginning of a word, anywhere, and the letters in their order with gaps. Undefined: not at all.
 */
export function matchScore(name: string, typed: string): number | undefined {
  const haystack = name.toLowerCase()
  const needle = typed.toLowerCase()
  if (needle === '') return 0
  if (haystack === needle) return 5
  if (haystack.startsWith(needle)) return 4
  const at = haystack.indexOf(needle)
  if (at > 0) return /[\s\-_.]/.test(haystack[at - 1] ?? '') ? 3 : 2
  let from = 0
  for (const letter of needle) {
    const found = haystack.indexOf(letter, from)
    if (found === -1) return undefined
    from = found + letter.length
  }
  return 1
}

/** Those that match, best first; equals keep the order they came in. */
export function bestMatches<T>(
  items: readonly T[],
  typed: string,
  nameOf: (item: T) => string,
): readonly T[] {
  return items
    .map((item, at) => ({ item, at, score: matchScore(nameOf(item), typed) }))
    .filter((one): one is typeof one & { score: number } => one.score !== undefined)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map(({ item }) => item)
}
