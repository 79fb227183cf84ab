/** The word that was probably meant: the fewest single-letter changes away, if those are few. */
export function nearestWord(written: string, words: readonly string[]): string | undefined {
  let best: string | undefined
  let bestChanges = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const word of words) {
    const changes = changesBetween(written.toLowerCase(), word.toLowerCase())
    if (changes < bestChanges) {
      best = word
      bestChanges = changes
    }
  }
  return best
}

/** Letters to insert, remove, replace or swap (restricted Damerau–Levenshtein). */
function changesBetween(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, before[j - 2]! + 1)
      }
      next.push(least)
    }
    before = row
    row = next
  }
  return row[b.length]!
}
