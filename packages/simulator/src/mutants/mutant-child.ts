/**
 * One mutant in a process of its own: patches the source as it is loaded, then plays the stories
 * until a promise breaks in one, and runs seeds until one turns red. Prints one line of JSON
 * (`MutantResult`).
 *
 *     node mutant-child.ts NAME FIRST COUNT [--until-caught]   (no seeds when a story was enough)
 */
import { registerHooks } from 'node:module'
import { argv } from 'node:process'
import type { SeedReport } from '../simulate.ts'
import type { Patch } from './mutant.ts'
import { mutants } from './mutants.ts'

/** `by`: the name of a story, or how many seeds it took. */
export interface Catch {
  readonly by: string | number
  readonly promise: string
  readonly how: string
}

export type MutantResult =
  | { readonly kind: 'caught'; readonly story?: Catch; readonly seed?: Catch }
  | { readonly kind: 'alive'; readonly seeds: number }
  | { readonly kind: 'error'; readonly message: string }

const packages = new URL('../../../', import.meta.url).href

function patchSources(patches: readonly Patch[]): Set<Patch> {
  const left = new Set(patches)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      const mine = patches.filter((patch) => url === packages + patch.file)
      if (mine.length === 0) return loaded
      let text = String(
        typeof loaded.source === 'string'
          ? loaded.source
          : Buffer.from(loaded.source as Uint8Array),
      )
      for (const patch of mine) {
        const count = text.split(patch.find).length - 1
        if (count !== 1) throw new Error(`${patch.file} holds ${count} times: ${patch.find}`)
        text = text.replace(patch.find, () => patch.replace)
        left.delete(patch)
      }
      return { ...loaded, source: text }
    },
  })
  return left
}

async function run(): Promise<MutantResult> {
  const [name, first = '1', count = '300', until] = argv.slice(2)
  const mutant = mutants.find((one) => one.name === name)
  if (mutant === undefined) return { kind: 'error', message: `there is no mutant '${name}'` }
  const left = patchSources(mutant.patches)
  const { simulate } = await import('../simulate.ts')
  for (const patch of left) return { kind: 'error', message: `${patch.file} is never loaded` }
  const story = await catchByStory()
  if (story !== undefined && until === '--until-caught') return { kind: 'caught', story }
  const seed = catchBySeed(simulate, Number(first), Number(count))
  if (story === undefined && seed === undefined) return { kind: 'alive', seeds: Number(count) }
  return { kind: 'caught', ...(story ? { story } : {}), ...(seed ? { seed } : {}) }
}

async function catchByStory(): Promise<Catch | undefined> {
  const { playStory } = await import('../story/play-story.ts')
  const { storyNames, storyText } = await import('../run/run-stories.ts')
  for (const name of storyNames()) {
    const broken = /^BROKEN (\S+): (.*)$/m.exec(playStory(storyText(name)))
    if (broken !== null) return { by: name, promise: broken[1]!, how: broken[2]! }
  }
  return undefined
}

function catchBySeed(
  simulate: (seed: number) => SeedReport,
  first: number,
  count: number,
): Catch | undefined {
  for (let i = 0; i < count; i++) {
    const { broken } = simulate(first + i)
    if (broken !== undefined) return { by: i + 1, promise: broken.promise, how: broken.message }
  }
  return undefined
}

let result: MutantResult
try {
  result = await run()
} catch (error) {
  result = { kind: 'error', message: error instanceof Error ? error.message : String(error) }
}
console.log(JSON.stringify(result))
