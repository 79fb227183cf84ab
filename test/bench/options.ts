/** What the bench is asked for. A scenario is named with or without dashes before it. */
import { parseArgs } from 'node:util'
import { type Engine, engines } from './bench-cluster.ts'
import type { Effort, Scenario } from './scenario.ts'
import { capacityScenario } from './scenarios/capacity.ts'
import { memoryScenario, stormScenario } from './scenarios/connections.ts'
import { fanOutScenario } from './scenarios/fan-out.ts'
import { flatScenario } from './scenarios/flat.ts'
import { peersScenario } from './scenarios/peers.ts'
import { privateScenario } from './scenarios/private.ts'
import { sendsScenario } from './scenarios/sends.ts'
import { slowReadersScenario } from './scenarios/slow-readers.ts'
import { webClientScenario } from './scenarios/web-client.ts'

export const usage = `npm run bench -- [--SCENARIO …] [--seconds 5] [--runs 5] [--json]
                      [--clients 100] [--connections 10000] [--engine sqlite|nats|both]
                      [--svg FOLDER] [--markdown FILE]

--sends         acknowledged sends a second, for each balancing policy, of --clients clients;
                --engine nats or both: on three engine servers that sync, beside it
--fan-out       one room of 1,000 and of 5,000, 1,000 rooms of 20; flat out and at a rate
--flat          the front-end's cost of a delivery, from 100 to 5,000 receivers and from 1 to
                10,000 rooms
--capacity      what a model of two sizes says of others, beside what they need
--slow-readers  what one client in a hundred that reads nothing costs the others
--memory        of the front-end, for each connection that idles
--storm         --connections clients come back after the kill -9 of their front-end
--peers         a ceiling, a loop of ws, Socket.IO, ejabberd and Starling side by side
--private       sends sealed and plain; how soon newcomers and new devices read
--stages        where the time of a message goes
--web-client    what somebody with 2,000 rooms feels in a browser; only where it is named

--json          all figures of all runs, instead of tables
--svg           pictures, performance-SCENARIO.svg
--markdown      each table to its place in FILE, between <!-- bench SCENARIO --> and
                <!-- end -->; one that has no place there yet comes at the end`

const isNamed = { type: 'boolean', default: false } as const

const flags = {
  seconds: { type: 'string', default: '5' },
  runs: { type: 'string', default: '5' },
  clients: { type: 'string', default: '100' },
  connections: { type: 'string', default: '10000' },
  engine: { type: 'string', default: 'sqlite' },
  json: { type: 'boolean', default: false },
  svg: { type: 'string' },
  markdown: { type: 'string' },
  sends: isNamed,
  'fan-out': isNamed,
  flat: isNamed,
  capacity: isNamed,
  'slow-readers': isNamed,
  memory: isNamed,
  storm: isNamed,
  peers: isNamed,
  private: isNamed,
  stages: isNamed,
  'web-client': isNamed,
} as const

export interface Options {
  readonly scenarios: readonly Scenario[]
  readonly hasStages: boolean
  readonly effort: Effort
  readonly isJson: boolean
  /** Where pictures go. */
  readonly folder: string | undefined
  /** Where tables go, beside being printed. */
  readonly document: string | undefined
}

export function optionsOf(args: readonly string[]): Options {
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
  const ofServers: readonly Scenario[] = [
    sendsScenario({ clients: number('clients'), engines: enginesOf(values.engine) }),
    fanOutScenario,
    flatScenario,
    capacityScenario,
    slowReadersScenario,
    memoryScenario,
    stormScenario({ clients: number('connections') }),
    peersScenario(),
    privateScenario,
  ]
  const all = [...ofServers, webClientScenario]
  const known = [...all.map(({ name }) => name), 'stages']
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`there is no scenario ${unknown.join(', ')}`)
  const given: Readonly<Record<string, unknown>> = values
  const names = known.filter((name) => positionals.includes(name) || given[name] === true)
  return {
    scenarios: names.length === 0 ? ofServers : all.filter(({ name }) => names.includes(name)),
    hasStages: names.length === 0 || names.includes('stages'),
    effort: { seconds: number('seconds'), runs: number('runs') },
    isJson: values.json,
    folder: values.svg,
    document: values.markdown,
  }
}

function enginesOf(name: string): readonly Engine[] {
  if (name === 'both') return engines
  const engine = engines.find((one) => one === name)
  if (engine === undefined) throw new Error('--engine is sqlite, nats or both')
  return [engine]
}
