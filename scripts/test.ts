/**
 * `npm test`: every check, one after the other, the quick ones first; ends at the first that fails.
 * `npm test -- unit e2e` runs only the steps named. The last line counts: `812 passed, 0 failed`.
 *
 * Everything runs with a temporary folder and a process group of its own. What a step leaves in
 * there is a failure of that step: a test that does not clean up, or a program that does not.
 */
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runGroup } from './command-group.ts'
import { countsOf, showCounts, sumOf, type TestCounts } from './test-counts.ts'

interface Step {
  readonly name: string
  readonly commands: () => readonly Command[]
}

interface Command {
  readonly words: readonly string[]
  /** It is the test runner, which can also write a report. */
  readonly hasReport?: true
}

const node = process.execPath
const bin = (name: string) => `node_modules/.bin/${name}`
const run = (...words: string[]): Command => ({ words })
/** Files run side by side only where none measures what the others would disturb. */
const tests = (atOnce: number, ...patterns: string[]): Command => {
  const files = patterns.flatMap((pattern) => globSync(pattern)).sort()
  if (files.length === 0) throw new Error(`no test matches ${patterns.join(' ')}`)
  const options = ['--import', './scripts/property-seed.ts', `--test-concurrency=${atOnce}`]
  return { words: [node, '--test', ...options, ...files], hasReport: true }
}

const steps: readonly Step[] = [
  {
    name: 'types',
    commands: () =>
      [
        ...['protocol', 'core', 'simulator', 'mls', 'web'].map((name) => `packages/${name}`),
        '.',
      ].map((project) => run(bin('tsc'), '-p', project)),
  },
  { name: 'lint', commands: () => [run(bin('biome'), 'check', '--error-on-warnings', '.')] },
  { name: 'tidy', commands: () => [run(node, 'scripts/tidy.ts')] },
  { name: 'unit', commands: () => [tests(2, 'packages/*/src/**/*.test.ts')] },
  {
    name: 'simulator',
    commands: () => [run(node, 'packages/simulator/src/run/main.ts', '--seeds', '300')],
  },
  { name: 'e2e', commands: () => [tests(1, 'test/**/*.test.ts', 'scripts/*.test.ts')] },
]

/** Runs the steps up to the first that fails. */
export async function runSteps(chosen: readonly Step[]): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'starling-test-'))
  const counts: TestCounts[] = []
  try {
    for (const step of chosen) {
      const startedAt = performance.now()
      console.log(`\n── ${step.name}`)
      const trouble = await runStep(step, folder, counts)
      if (trouble !== undefined) {
        console.log(`\n── ${step.name} failed: ${trouble}`)
        break
      }
      console.log(`── ${step.name} ok in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  return sumOf(counts)
}

/** Why it failed, if it did. */
async function runStep(
  step: Step,
  folder: string,
  counts: TestCounts[],
): Promise<string | undefined> {
  for (const command of step.commands()) {
    const trouble = await runCommand(command, folder, counts)
    if (trouble !== undefined) return `${command.words[0]} (${trouble})`
  }
  const left = readdirSync(join(folder, 'tmp'))
  if (left.length === 0) return undefined
  counts.push(countsOf(false, undefined))
  return `it left in the temporary folder: ${left.join(', ')}`
}

async function runCommand(
  command: Command,
  folder: string,
  counts: TestCounts[],
): Promise<string | undefined> {
  const temporary = join(folder, 'tmp')
  const report = join(folder, 'report.tap')
  mkdirSync(temporary, { recursive: true })
  rmSync(report, { force: true })
  const { trouble, left } = await runGroup(withReport(command, report), {
    ...process.env,
    ...{ TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    // Node.js would keep what it compiled in the temporary folder, and nothing would remove it.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  })
  const told = existsSync(report) ? readFileSync(report, 'utf8') : undefined
  counts.push(countsOf(trouble === undefined && left.length === 0, told))
  return trouble ?? (left.length === 0 ? undefined : `it left running: ${left.join('; ')}`)
}

function withReport({ words, hasReport }: Command, report: string): readonly string[] {
  if (hasReport === undefined) return words
  const [runner, ...rest] = words
  const reporter = (name: string, to: string) => [
    `--test-reporter=${name}`,
    `--test-reporter-destination=${to}`,
  ]
  return [runner!, ...reporter('dot', 'stdout'), ...reporter('tap', report), ...rest]
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    console.error(`test: no step ${unknown.join(', ')}; there are ${steps.map((s) => s.name)}`)
    process.exit(2)
  }
  const chosen = steps.filter(({ name }) => names.length === 0 || names.includes(name))
  const counts = await runSteps(chosen)
  console.log(`\n${showCounts(counts)}`)
  process.exitCode = counts.failed === 0 ? 0 : 1
}

if (import.meta.main) await main(process.argv.slice(2))
