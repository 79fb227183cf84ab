/**
 * One mutant in a process of its own: patches the source as it is loaded, then runs seeds until one
 * turns red. Prints one line of JSON (`MutantResult`).
 *
 *     node mutant-child.ts NAME FIRST COUNT
 */
import { registerHooks } from 'node:module'
import { argv } from 'node:process'
import type { Patch } from './mutant.ts'
import { mutants } from './mutants.ts'

export type MutantResult =
  | {
      readonly kind: 'caught'
      readonly seeds: number
      readonly promise: string
      readonly how: string
    }
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
  const [name, first = '1', count = '300'] = argv.slice(2)
  const mutant = mutants.find((one) => one.name === name)
  if (mutant === undefined) return { kind: 'error', message: `there is no mutant '${name}'` }
  const left = patchSources(mutant.patches)
  const { simulate } = await import('../simulate.ts')
  for (const patch of left) return { kind: 'error', message: `${patch.file} is never loaded` }
  for (let i = 0; i < Number(count); i++) {
    const { broken } = simulate(Number(first) + i)
    if (broken === undefined) continue
    return { kind: 'caught', seeds: i + 1, promise: broken.promise, how: broken.message }
  }
  return { kind: 'alive', seeds: Number(count) }
}

let result: MutantResult
try {
  result = await run()
} catch (error) {
  result = { kind: 'error', message: error instanceof Error ? error.message : String(error) }
}
console.log(JSON.stringify(result))
