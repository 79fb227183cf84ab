/**
 * `npm test`: every check, one after the other, the quick ones first; ends at the first that fails.
 * `npm test -- unit e2e` runs only the steps named.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

interface Step {
  readonly name: string
  readonly commands: () => readonly (readonly string[])[]
}

const node = process.execPath
const bin = (name: string) => `node_modules/.bin/${name}`
/** Files run side by side only where none measures what the others would disturb. */
const tests = (atOnce: number, ...patterns: string[]) => {
  const files = patterns.flatMap((pattern) => globSync(pattern)).sort()
  if (files.length === 0) throw new Error(`no test matches ${patterns.join(' ')}`)
  return [node, '--test', `--test-concurrency=${atOnce}`, '--test-reporter=dot', ...files]
}

const steps: readonly Step[] = [
  {
    name: 'types',
    commands: () =>
      ['packages/protocol', 'packages/core', 'packages/simulator', '.'].map((project) => [
        bin('tsc'),
        '-p',
        project,
      ]),
  },
  { name: 'lint', commands: () => [[bin('biome'), 'check', '--error-on-warnings', '.']] },
  { name: 'tidy', commands: () => [[node, 'scripts/tidy.ts']] },
  {
    name: 'unit',
    commands: () => [tests(2, 'packages/*/src/**/*.test.ts')],
  },
  {
    name: 'simulator',
    commands: () => [[node, 'packages/simulator/src/run/main.ts', '--seeds', '300']],
  },
  { name: 'e2e', commands: () => [tests(1, 'test/**/*.test.ts', 'scripts/*.test.ts')] },
]

function main(names: readonly string[]): void {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    console.error(`test: no step ${unknown.join(', ')}; there are ${steps.map((s) => s.name)}`)
    process.exit(2)
  }
  for (const step of steps) {
    if (names.length > 0 && !names.includes(step.name)) continue
    const startedAt = performance.now()
    console.log(`\n── ${step.name}`)
    for (const [command, ...args] of step.commands()) {
      const { status, signal } = spawnSync(command!, args, { stdio: 'inherit' })
      if (status === 0) continue
      console.error(`\n── ${step.name} failed: ${command} (${signal ?? `exit ${status}`})`)
      process.exit(1)
    }
    console.log(`── ${step.name} ok in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  }
}

main(process.argv.slice(2))
