/**
 * `npm run bench -- [SCENARIO …]`: what Starling can carry, measured on this machine, each scenario
 * a table of medians with their spread. Without a name all scenarios run. The load is made by
 * processes of its own, with clients that cost little; each checks that nothing was skipped,
 * doubled, moved or refused, else there are no figures.
 */
import { parseArgs } from 'node:util'
import { type Outcome, runScenario, type Scenario, showOutcome } from './scenario.ts'
import { memoryScenario, stormScenario } from './scenarios/connections.ts'
import { fanOutScenario, peersScenario, slowReadersScenario } from './scenarios/fan-out.ts'
import { sendsScenario } from './scenarios/sends.ts'

const usage = `npm run bench -- [SCENARIO …] [--seconds 5] [--runs 5] [--clients 100] [--json]

sends         acknowledged sends a second, for each balancing policy, of --clients clients
fan-out       one room of 1,000 and of 5,000, 1,000 rooms of 20; flat out and at a rate
slow-readers  what one client in a hundred that reads nothing costs the others
memory        of the front-end, for each connection that idles
storm         10,000 clients come back after the kill -9 of their front-end
peers         a ceiling, a loop of ws, Socket.IO and Starling side by side (also --peers)`

function optionsOf(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '5' },
      runs: { type: 'string', default: '5' },
      clients: { type: 'string', default: '100' },
      peers: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const number = (name: 'seconds' | 'runs' | 'clients') => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value <= 0) throw new Error(`--${name} is a number above 0`)
    return value
  }
  const all: readonly Scenario[] = [
    sendsScenario({ clients: number('clients') }),
    fanOutScenario,
    slowReadersScenario,
    memoryScenario,
    stormScenario({ clients: 10_000 }),
    peersScenario,
  ]
  const names = values.peers ? [...positionals, 'peers'] : positionals
  const unknown = names.filter((name) => !all.some((scenario) => scenario.name === name))
  if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(', ')}`)
  const scenarios = names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
  const effort = { seconds: number('seconds'), runs: number('runs') }
  return { scenarios, effort, isJson: values.json }
}

async function main(args: readonly string[]): Promise<void> {
  let options: ReturnType<typeof optionsOf>
  try {
    options = optionsOf(args)
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
  const outcomes: Outcome[] = []
  for (const scenario of options.scenarios) {
    const outcome = await runScenario(scenario, options.effort, (line) => console.error(line))
    outcomes.push(outcome)
    if (!options.isJson) console.log(showOutcome(outcome))
  }
  if (options.isJson) console.log(JSON.stringify(outcomes))
  process.exit(0)
}

await main(process.argv.slice(2))
