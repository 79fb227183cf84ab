/** Emoji by name, loaded when they are first needed: to complete `:na…`, to pick, to send. */
import type { NamedEmoji } from '../model/completion.ts'

export interface EmojiGroup {
  readonly name: string
  readonly emojis: readonly NamedEmoji[]
}

export interface EmojiBook {
  /** One for each name. */
  readonly all: readonly NamedEmoji[]
  readonly groups: readonly EmojiGroup[]
  find(query: string): readonly NamedEmoji[]
  named(name: string): string | undefined
}

const foundMax = 120

export async function loadEmojis(): Promise<EmojiBook> {
  const { gemoji } = await import('gemoji')
  const groups = new Map<string, NamedEmoji[]>()
  const words = new Map<NamedEmoji, string>()
  const byName = new Map<string, string>()
  const all: NamedEmoji[] = []
  for (const { emoji, names, tags, description, category } of gemoji) {
    const one = { emoji, name: names[0] ?? description }
    const group = groups.get(category) ?? []
    groups.set(category, group)
    group.push(one)
    words.set(one, [...names, ...tags, description].join(' ').toLowerCase())
    for (const name of names) {
      all.push({ emoji, name })
      byName.set(name, emoji)
    }
  }
  return {
    all,
    groups: [...groups].map(([name, emojis]) => ({ name, emojis })),
    find: (query) => {
      const typed = query.toLowerCase().trim()
      const found = [...words].filter(([, text]) => text.includes(typed)).map(([one]) => one)
      const starts = found.filter(({ name }) => name.startsWith(typed))
      return [...new Set([...starts, ...found])].slice(0, foundMax)
    },
    named: (name) => byName.get(name.toLowerCase()),
  }
}

/** Names between colons become emoji, except in code. */
export function withEmoji(text: string, book: Pick<EmojiBook, 'named'>): string {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, at) =>
      at % 2 === 1
        ? part
        : part.replace(
            /(?<![\w:]):([a-z0-9_+-]{1,40}):(?!\w)/gi,
            (whole, name: string) => book.named(name) ?? whole,
          ),
    )
    .join('')
}

const picture = String.raw`(?:\p{Extended_Pictographic}|\p{Regional_Indicator})`
const joined = String.raw`(?:${picture}|[\p{Emoji_Modifier}\u200d\ufe0f])*`
const onlyEmoji = new RegExp(`^(?:${picture}${joined}\\s*){1,6}$`, 'u')

/** A few emoji and nothing else are shown large. */
export function isOnlyEmoji(text: string): boolean {
  return text.length < 80 && onlyEmoji.test(text.trim())
}
