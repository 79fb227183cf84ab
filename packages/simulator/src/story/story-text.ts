/**
 * The text of a story: comments, and steps. A step is some lines of what happens, a line `----`,
 * and what came of it, up to an empty line. The second part is compared, or written anew.
 *
 *     # Ann and Bob talk.
 *
 *     ann posts tea: hello
 *     settle
 *     ----
 *     ann: #1 in tea is acknowledged at 3
 *     bob: tea 3 ann: hello
 */
export type StoryPart =
  | { readonly kind: 'comment'; readonly lines: readonly string[] }
  | { readonly kind: 'step'; readonly acts: readonly string[]; readonly outcome: readonly string[] }

const rule = '----'

export function parseStory(text: string): readonly StoryPart[] {
  const parts: StoryPart[] = []
  let lines: string[] = []
  const finish = () => {
    if (lines.length > 0) parts.push(partOf(lines))
    lines = []
  }
  for (const line of text.split('\n')) {
    if (line.trim() === '') finish()
    else lines.push(line.trimEnd())
  }
  finish()
  return parts
}

export function printStory(parts: readonly StoryPart[]): string {
  const blocks = parts.map((part) =>
    part.kind === 'comment' ? part.lines : [...part.acts, rule, ...part.outcome],
  )
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`
}

function partOf(lines: readonly string[]): StoryPart {
  if (lines.every((line) => line.startsWith('#'))) return { kind: 'comment', lines }
  const at = lines.indexOf(rule)
  if (at === -1) return { kind: 'step', acts: lines, outcome: [] }
  return { kind: 'step', acts: lines.slice(0, at), outcome: lines.slice(at + 1) }
}
