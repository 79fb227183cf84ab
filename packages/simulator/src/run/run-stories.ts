/** Plays stories from `stories/*.txt` and compares what came of them with what stands there. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { playStory } from '../story/play-story.ts'

const folder = new URL('../../stories/', import.meta.url)

export function storyNames(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .map((file) => file.slice(0, -'.txt'.length))
    .sort()
}

export function storyText(name: string): string {
  return readFileSync(new URL(`${name}.txt`, folder), 'utf8')
}

interface StoryRun {
  readonly name: string
  readonly isRewritten: boolean
  readonly isTraced: boolean
}

export function runStories({ name, isRewritten, isTraced }: StoryRun): number {
  const names = name === 'all' ? storyNames() : [name]
  let different = 0
  for (const one of names) {
    const text = storyText(one)
    const played = playStory(text, isTraced ? (line) => console.log(line) : undefined)
    if (played === text) {
      console.log(`${one}: as written`)
    } else if (isRewritten) {
      writeFileSync(new URL(`${one}.txt`, folder), played)
      console.log(`${one}: rewritten`)
    } else {
      different++
      console.log(`${one}: went differently`)
      console.log(differenceOf(text, played))
    }
  }
  return different === 0 ? 0 : 1
}

/** From the first line that differs. */
function differenceOf(before: string, after: string): string {
  const [old, fresh] = [before.split('\n'), after.split('\n')]
  const at = old.findIndex((line, i) => line !== fresh[i])
  const from = Math.max(0, at - 3)
  const show = (mark: string, lines: readonly string[]) =>
    lines.slice(from, at + 8).map((line) => `${mark} ${line}`)
  return [`line ${at + 1}:`, ...show('-', old), ...show('+', fresh)].join('\n')
}
