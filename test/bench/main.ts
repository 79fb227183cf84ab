/**
 * `npm run bench -- [--SCENARIO …]`: what Starling can carry, measured on this machine, each
 * scenario a table of medians with their spread. Without a name all of the server's scenarios run.
 * The load is made by processes of its own, with clients that cost little; each checks that nothing
 * was skipped, doubled, moved or refused, else there are no figures.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type Options, optionsOf, usage } from './options.ts'
import { barChartOf, stageChartOf } from './pictures/charts.ts'
import { Progress } from './progress.ts'
import { type Outcome, runScenario, type Scenario } from './scenario.ts'
import { measureStages, type StagesOutcome, stagesSteps } from './scenarios/stages.ts'
import { stagesTableOf } from './stages.ts'
import { putIntoDocument, tableOf } from './tables.ts'

interface Measured {
  readonly name: string
  readonly title: string
  readonly outcome: Outcome | StagesOutcome
  readonly table: string
  readonly picture: () => string
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(usage)
  let options: Options
  try {
    options = optionsOf(args)
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
  const say = (line: string) => console.error(line)
  const progress = new Progress(stepsOf(options), { now: () => performance.now(), say })
  const all: Measured[] = []
  const failed: string[] = []
  for (const { name, measure } of worksOf(options, progress)) {
    try {
      for (const measured of await measure()) {
        all.push(measured)
        show(measured, options)
      }
    } catch (error) {
      console.error(`bench: ${name} gave no figures:`, error)
      failed.push(name)
    }
  }
  if (options.isJson) console.log(JSON.stringify(all.map(({ outcome }) => outcome)))
  if (failed.length > 0) console.error(`bench: no figures of ${failed.join(', ')}, see above`)
  process.exit(failed.length > 0 ? 1 : 0)
}

interface Work {
  readonly name: string
  readonly measure: () => Promise<readonly Measured[]>
}

function worksOf({ scenarios, hasStages, effort }: Options, progress: Progress): readonly Work[] {
  const works: Work[] = scenarios.map((scenario) => ({
    name: scenario.name,
    measure: async () => {
      const outcome = await runScenario(scenario, effort, progress)
      const { name, title } = scenario
      return [{ name, title, outcome, table: tableOf(outcome), picture: () => barChartOf(outcome) }]
    },
  }))
  const stages: Work = {
    name: 'stages',
    measure: async () =>
      (await measureStages(effort, progress)).map((outcome) => {
        const { name, title, stages: times } = outcome
        const picture = () => stageChartOf(title, times)
        return { name, title, outcome, table: stagesTableOf(times), picture }
      }),
  }
  return hasStages ? [...works, stages] : works
}

function show({ name, title, table, picture }: Measured, options: Options): void {
  const { isJson, folder, document, effort } = options
  if (!isJson) console.log(`\n${title}\n\n${table}`)
  if (document !== undefined) {
    const { runs, seconds } = effort
    const how = runs === 1 ? 'One run' : `Median (lowest–highest) of ${runs} runs`
    const machine = `${availableParallelism()} cores, Node ${process.versions.node}`
    putIntoDocument(document, name, `${title}. ${how} of ${seconds} s; ${machine}.\n\n${table}`)
  }
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `performance-${name}.svg`), picture())
}

function stepsOf({ scenarios, hasStages, effort }: Options): readonly string[] {
  const steps = (scenario: Scenario) => {
    const once = scenario.cases(effort).map(({ label }) => `${scenario.name}, ${label}`)
    return Array.from({ length: effort.runs }, () => once).flat()
  }
  return [...scenarios.flatMap(steps), ...(hasStages ? stagesSteps : [])]
}

await main(process.argv.slice(2))
