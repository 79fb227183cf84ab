/**
 * `npm run torture -- --engine sqlite --seconds 60`: a real cluster under real faults, and a
 * checker over what every client sent, was acknowledged and saw. Exits 1 on any violation.
 * `--engine nats` does it on many machines; see many-machines-stage.ts.
 */
import { parseArgs } from 'node:util'
import { showReport } from './report.ts'
import { engines, type TortureOptions, torture } from './torture.ts'

const exitInterrupted = 130
const thinkMs = { sqlite: 0, nats: 250 }

const usage = `npm run torture -- [--engine sqlite|nats] [--seconds 60] [--clients 40] [--rooms 8]
  [--window 2] [--think N] [--every 1000] [--frontends 2] [--policy size-and-clients] [--seed N]
  [--encrypted 3] [--people 4] [--devices 2] [--loopback] [--no-disaster] [--traces FOLDER] [--json]

--window  sends that each client has unacknowledged at a time
--think   milliseconds between an ack and the next send; 0, but 250 with nats, for whose nine
          machines one must do
--every   milliseconds between two faults
--seed    of the faults; the same seed draws the same faults
--encrypted  rooms that are, beside the others; 0 for none. Their --people have --devices each, at
          most, of which every one is a process that is killed and frozen as well
--engine nats, as root on Linux with iproute2: each process in a network namespace of its own
--loopback     not even then
--no-disaster  leaves out the end: all engine servers and backends killed at once
--traces       keeps there what the servers traced`

function optionsOf(args: readonly string[]): { options: TortureOptions; isJson: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      engine: { type: 'string', default: 'sqlite' },
      seconds: { type: 'string', default: '60' },
      clients: { type: 'string', default: '40' },
      rooms: { type: 'string', default: '8' },
      window: { type: 'string', default: '2' },
      think: { type: 'string' },
      every: { type: 'string', default: '1000' },
      frontends: { type: 'string', default: '2' },
      policy: { type: 'string', default: 'size-and-clients' },
      encrypted: { type: 'string', default: '3' },
      people: { type: 'string', default: '4' },
      devices: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      loopback: { type: 'boolean', default: false },
      'no-disaster': { type: 'boolean', default: false },
      traces: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const engine = engines.find((name) => name === values.engine)
  if (engine === undefined) {
    throw new Error(`no engine ${values.engine}; there are ${engines.join(', ')}`)
  }
  type Figure =
    | 'seconds'
    | 'clients'
    | 'rooms'
    | 'window'
    | 'think'
    | 'every'
    | 'frontends'
    | 'seed'
    | 'encrypted'
    | 'people'
    | 'devices'
  const number = (name: Figure, min = 1) => {
    const value = Number(values[name])
    if (!(value >= min)) throw new Error(`--${name} is a number, at least ${min}`)
    return value
  }
  return {
    isJson: values.json,
    options: {
      engine,
      hasDisaster: !values['no-disaster'],
      ...(values.loopback ? { machines: 'loopback' as const } : {}),
      ...(values.traces === undefined ? {} : { traceFolder: values.traces }),
      seconds: number('seconds'),
      clients: number('clients'),
      rooms: number('rooms'),
      encrypted: {
        rooms: number('encrypted', 0),
        people: number('people', 2),
        devices: number('devices'),
      },
      window: number('window'),
      thinkMs: values.think === undefined ? thinkMs[engine] : number('think', 0),
      faultEveryMs: number('every'),
      frontends: number('frontends'),
      policy: values.policy,
      seed: number('seed'),
      say: values.json ? () => {} : (line) => console.log(line),
    },
  }
}

async function main(): Promise<void> {
  let parsed: ReturnType<typeof optionsOf>
  try {
    parsed = optionsOf(process.argv.slice(2))
  } catch (error) {
    console.error(`torture: ${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
  // What was begun is undone when the process ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(exitInterrupted))
  }
  const report = await torture(parsed.options)
  console.log(parsed.isJson ? JSON.stringify(report) : showReport(report))
  process.exit(report.isClean ? 0 : 1)
}

await main()
