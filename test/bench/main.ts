/**
 * `npm run bench -- [SCENARIO …]`: what Starling can carry, measured on this machine, each scenario
 * a table of medians with their spread. Without a name all scenarios run. The load is made by
 * processes of its own, with clients that cost little; each checks that nothing was skipped,
 * doubled, moved or refused, else there are no figures.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Engine, engines } from './bench-cluster.ts'
import { barChartOf, stageChartOf } from './pictures/charts.ts'
import { type Effort, type Outcome, runScenario, type Scenario, showOutcome } from './scenario.ts'
import { memoryScenario, stormScenario } from './scenarios/connections.ts'
import { fanOutScenario } from './scenarios/fan-out.ts'
import { peersScenario } from './scenarios/peers.ts'
import { sendsScenario } from './scenarios/sends.ts'
import { slowReadersScenario } from './scenarios/slow-readers.ts'
import { measureStages, type StagesOutcome } from './scenarios/stages.ts'
import { webClientScenario } from './scenarios/web-client.ts'
import { showStages } from './stages.ts'

const usage = `npm run bench -- [SCENARIO …] [--seconds 5] [--runs 5] [--clients 100]
                      [--connections 10000] [--engine sqlite|nats|both] [--json] [--svg FOLDER]

sends         acknowledged sends a second, for each balancing policy, of --clients clients;
              --engine nats or both: on three engine servers that sync, beside it
fan-out       one room of 1,000 and of 5,000, 1,000 rooms of 20; flat out and at a rate
slow-readers  what one client in a hundred that reads nothing costs the others
memory        of the front-end, for each connection that idles
storm         --connections clients come back after the kill -9 of their front-end
peers         a ceiling, a loop of ws, Socket.IO and Starling side by side (also --peers)
web-client    what somebody with 2,000 rooms feels in a browser
stages        where the time of a message goes (also --stages)`

const flags = {
  seconds: { type: 'string', default: '5' },
  runs: { type: 'string', default: '5' },
  clients: { type: 'string', default: '100' },
  connections: { type: 'string', default: '10000' },
  engine: { type: 'string', default: 'sqlite' },
  peers: { type: 'boolean', default: false },
  stages: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  svg: { type: 'string' },
} as const

interface Options {
  readonly scenarios: readonly Scenario[]
  readonly hasStages: boolean
  readonly effort: Effort
  readonly isJson: boolean
  /** Where pictures go. */
  readonly folder: string | undefined
}

function optionsOf(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: flags,
  })
  const number = (name: 'seconds' | 'runs' | 'clients' | 'connections') => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value <= 0) throw new Error(`--${name} is a number above 0`)
    return value
  }
  const all: readonly Scenario[] = [
    sendsScenario({ clients: number('clients'), engines: enginesOf(values.engine) }),
    fanOutScenario,
    slowReadersScenario,
    memoryScenario,
    stormScenario({ clients: number('connections') }),
    peersScenario,
    webClientScenario,
  ]
  const also = (['peers', 'stages'] as const).filter((name) => values[name])
  const names: readonly string[] = [...positionals, ...also]
  const known = [...all.map(({ name }) => name), 'stages']
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(', ')}`)
  const isWanted = (name: string) => names.length === 0 || names.includes(name)
  return {
    scenarios: all.filter(({ name }) => isWanted(name)),
    hasStages: isWanted('stages'),
    effort: { seconds: number('seconds'), runs: number('runs') },
    isJson: values.json,
    folder: values.svg,
  }
}

function enginesOf(name: string): readonly Engine[] {
  if (name === 'both') return engines
  const engine = engines.find((one) => one === name)
  if (engine === undefined) throw new Error('--engine is sqlite, nats or both')
  return [engine]
}

async function main(args: readonly string[]): Promise<void> {
  let options: Options
  try {
    options = optionsOf(args)
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
  const { scenarios, hasStages, effort, isJson, folder } = options
  const outcomes: (Outcome | StagesOutcome)[] = []
  for (const scenario of scenarios) {
    const outcome = await runScenario(scenario, effort, (line) => console.error(line))
    outcomes.push(outcome)
    if (!isJson) console.log(showOutcome(outcome))
    draw(folder, scenario.name, () => barChartOf(outcome))
  }
  for (const outcome of hasStages ? await measureStages(effort) : []) {
    const { name, title, stages } = outcome
    outcomes.push(outcome)
    if (!isJson) console.log(showStages(title, stages))
    draw(folder, `stages-${name}`, () => stageChartOf(title, stages))
  }
  if (isJson) console.log(JSON.stringify(outcomes))
  process.exit(0)
}

function draw(folder: string | undefined, name: string, picture: () => string): void {
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `performance-${name}.svg`), picture())
}

await main(process.argv.slice(2))
