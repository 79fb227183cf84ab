/** Starling beside servers that do the same with other promises. */
import { ceiling } from '../contestants/ceiling.ts'
import type { Contestant } from '../contestants/contestant.ts'
import { ejabberd } from '../contestants/ejabberd.ts'
import { socketIo, wsLoop } from '../contestants/peers.ts'
import { starling } from '../contestants/starling.ts'
import {
  dearLoadNotes,
  fanOutCase,
  fanOutColumns,
  flatOut1000,
  type Rooms,
  tenRooms,
} from '../fan-out-case.ts'
import { fixed, type Outcome, type Scenario, spreadOfRuns } from '../scenario.ts'

interface Shape {
  readonly rooms: Rooms
  readonly what: string
}

const shapes: readonly Shape[] = [
  { rooms: flatOut1000, what: 'one room of 1,000, flat out' },
  { rooms: tenRooms, what: '10 rooms of 100, flat out' },
  { rooms: { ...flatOut1000, rate: 50 }, what: 'one room of 1,000, 50/s' },
]

export function peersScenario(): Scenario {
  const own = starling()
  const others = [ceiling(), wsLoop, socketIo, ejabberd]
  return {
    name: 'peers',
    title: 'Side by side: messages of 200 bytes, 1,000 clients',
    columns: fanOutColumns,
    cases: (effort) =>
      shapes.flatMap(({ rooms, what }) =>
        [...others, own].map((one) =>
          fanOutCase(one, { rooms, label: labelOf(one, what) }, effort),
        ),
      ),
    notes: (outcome) => [
      ...dearLoadNotes(outcome),
      ratiosOf(outcome, own, others),
      promisesOf([own, ...others]),
    ],
  }
}

function labelOf({ name }: Contestant, what: string): string {
  return `${name}: ${what}`
}

function promisesOf(all: readonly Contestant[]): string {
  const rows = all.map(({ name, promises }) => `| ${name} | ${promises} |`)
  return ['| contestant | promises of a message |', '| --- | --- |', ...rows].join('\n')
}

/** How many times the others' deliveries for a second of processor time, by the medians. */
function ratiosOf(outcome: Outcome, own: Contestant, others: readonly Contestant[]): string {
  const median = (label: string, key: string) => {
    return spreadOfRuns(outcome.cases.find((one) => one.label === label)?.runs ?? [], key).median
  }
  const head = ['Starling’s front-end against', ...others.map(({ name }) => name)]
  const rows = shapes.flatMap(({ what }) => {
    const ratio = (key: string, other: Contestant) => {
      return median(labelOf(own, what), key) / median(labelOf(other, what), key)
    }
    const times = others.map((other) => fixed(ratio('perFrontSecond', other), 2))
    const late = others.map((other) => fixed(ratio('p99', other), 2))
    return [
      [`${what}: times the deliveries per CPU-s`, ...times],
      [`${what}: times the p99`, ...late],
    ]
  })
  const all = [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows]
  return all.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
