/**
 * On which line each key of a TOML text stands. The parser gives values without their places, so
 * this walks the lines of a text that the parser has accepted: headers set the table, `key =` names
 * a key in it, and strings and arrays that reach over several lines are passed over. What stands
 * inside an inline table or an array is found under the line of the key that holds it.
 */
export type KeyLines = ReadonlyMap<string, number>

export function keyLines(toml: string): KeyLines {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  let table: readonly string[] = []
  let rest: Rest = { depth: 0, quote: '' }
  for (const [at, line] of toml.split('\n').entries()) {
    if (rest.depth > 0 || rest.quote !== '') {
      rest = after(line, rest)
      continue
    }
    const header = /^\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$/.exec(line)
    if (header) {
      table = parts(header[2]!)
      if (header[1] === '[[') table = [...table, String(nextPlace(counts, table.join('.')))]
      lines.set(table.join('.'), at + 1)
      continue
    }
    const key = keyPattern.exec(line)
    if (!key) continue
    lines.set([...table, ...parts(key[1]!)].join('.'), at + 1)
    rest = after(line.slice(key[0].length), rest)
  }
  return lines
}

/** The line of the key, or of the nearest one that holds it. */
export function lineOf(lines: KeyLines, key: string): number | undefined {
  for (let name = key; ; name = name.slice(0, name.lastIndexOf('.'))) {
    const line = lines.get(name)
    if (line !== undefined) return line
    if (!name.includes('.')) return undefined
  }
}

interface Rest {
  /** Open brackets and braces. */
  readonly depth: number
  /** The three quotes of an open string of several lines, or ''. */
  readonly quote: string
}

const keyPart = String.raw`(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')`
const keyPattern = new RegExp(String.raw`^\s*(${keyPart}(?:\s*\.\s*${keyPart})*)\s*=`)

function parts(key: string): readonly string[] {
  return [...key.matchAll(new RegExp(keyPart, 'g'))].map(([part]) =>
    part.replace(/^["']|["']$/g, ''),
  )
}

function nextPlace(counts: Map<string, number>, name: string): number {
  const place = counts.get(name) ?? 0
  counts.set(name, place + 1)
  return place
}

/** What is still open at the end of this line. */
function after(line: string, start: Rest): Rest {
  let { depth, quote } = start
  let place = 0
  const tokenPattern = /"""|'''|"(?:[^"\\]|\\.)*"|'[^']*'|[[\]{}#]/g
  for (;;) {
    if (quote !== '') {
      const end = line.indexOf(quote, place)
      if (end < 0) return { depth, quote }
      place = end + quote.length
      quote = ''
    }
    tokenPattern.lastIndex = place
    const token = tokenPattern.exec(line)?.[0]
    if (token === undefined || token === '#') return { depth, quote: '' }
    place = tokenPattern.lastIndex
    if (token === '"""' || token === "'''") quote = token
    else if (token === '[' || token === '{') depth += 1
    else if (token === ']' || token === '}') depth -= 1
  }
}
