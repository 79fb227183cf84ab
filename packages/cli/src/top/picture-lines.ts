/**
 * The picture as lines of text, none longer than the terminal is wide. The first line says how
 * things stand as a whole, the next ones what must not be overlooked; a state that is not as it
 * should be stands out by its colour, and says why: beside its row where there is room, so that no
 * row moves, else below it.
 */
import type { Alarm } from './alarms.ts'
import {
  bold,
  type Colour,
  type Column,
  cut,
  green,
  headOf,
  type Look,
  ms,
  number,
  painted,
  rate,
  red,
  redGround,
  rowOf,
  tableColumns,
  text,
  whole,
  wrapped,
  yellow,
  yellowGround,
} from './drawing.ts'
import { engineLines } from './engine-lines.ts'
import type { BackendRow, FrontendRow, Picture } from './picture.ts'

interface Stated {
  readonly state: string
  readonly why: string
}

const frontendColumns: readonly Column<FrontendRow>[] = [
  text('FRONT-END', 15, (row) => row.name),
  text('', 11, () => ''),
  text('STATE', 9, (row) => row.state),
  number('CLIENTS', 8, (row) => whole(row.clients)),
  number('REQ/S', 7, (row) => rate(row.requestsPerSecond)),
  number('WAITING', 8, (row) => whole(row.waiting)),
  number('RESENT', 14, (row) => whole(row.resentTotal)),
  number('LOOP', 8, (row) => ms(row.loopDelayMs)),
]

const backendColumns: readonly Column<BackendRow>[] = [
  text('BACKEND', 15, (row) => row.name),
  text('RANK', 11, (row) => row.rank),
  text('STATE', 9, (row) => row.state),
  number('CLIENTS', 8, (row) => whole(row.clients)),
  number('REQ/S', 7, (row) => rate(row.requestsPerSecond)),
  number('FLIGHT', 8, (row) => whole(row.inFlight)),
  number('POSITION', 9, (row) => whole(row.position)),
  number('LAG', 5, (row) => whole(row.lag)),
  number('LOOP', 8, (row) => ms(row.loopDelayMs)),
]

/** What a reason needs beside its row. */
const whyColumnsMin = 20
const alarmsMax = 6
const alarmLinesMax = 8

export function pictureLines(picture: Picture, look: Look): readonly string[] {
  return [
    headLine(picture, look),
    ...alarmLines(picture.alarms, look),
    '',
    ...table(frontendColumns, picture.frontends, look),
    '',
    ...table(backendColumns, picture.backends, look),
    '',
    ...engineLines(picture.engine, look),
    '',
    ...decisionLines(picture.decisions, look),
  ]
}

function headLine(picture: Picture, look: Look): string {
  const { say, colour } = standing(picture)
  const line = cut(`Starling  ${say}`, look.columns)
  const end = `policy ${picture.policy}`
  const gap = Math.min(tableColumns, look.columns) - line.length - end.length
  const shown = painted(line, colour, look)
  return gap < 2 ? shown : `${shown}${' '.repeat(gap)}${end}`
}

interface Standing {
  readonly say: string
  readonly colour: Colour
}

function standing({ frontends, backends, alarms }: Picture): Standing {
  const wrong = [...frontends, ...backends].filter(({ state }) => !isWell(state)).length
  if (!frontends.some(({ state }) => isWell(state))) {
    return { say: 'no front-end runs: nobody is served', colour: red }
  }
  if (!backends.some(({ state }) => state === 'active')) {
    return { say: 'no backend is active: messages wait', colour: red }
  }
  if (wrong === 0 && alarms.length === 0) return { say: 'all is well', colour: green }
  if (wrong === 0) {
    const isError = alarms.some(({ level }) => level === 'error')
    return { say: 'all do their work, but:', colour: isError ? red : yellow }
  }
  const total = frontends.length + backends.length
  const waiting = frontends.reduce((sum, row) => sum + (row.waiting ?? 0), 0)
  const wait = waiting === 0 ? 'nobody waits' : `${whole(waiting)} requests wait`
  return { say: `${total - wrong} of ${total} do their work; ${wait}`, colour: yellow }
}

/** Each begins with a sign, since not every terminal has colours. */
function alarmLines(alarms: readonly Alarm[], look: Look): readonly string[] {
  const { columns } = look
  const more = alarms.length - alarmsMax
  return [
    ...alarms.slice(0, alarmsMax).flatMap(({ level, text }) => {
      const lines = wrapped(text.split(' '), { columns, mark: '! ', linesMax: alarmLinesMax })
      const ground = level === 'error' ? redGround : yellowGround
      return lines.map((line) => painted(line, ground, look))
    }),
    ...(more > 0 ? [cut(`  and ${more} more: --once --json`, columns)] : []),
  ]
}

function isWell(state: string): boolean {
  return state === 'active' || state === 'running'
}

function table<Row extends Stated>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  look: Look,
): readonly string[] {
  const isWide = look.columns >= tableColumns + whyColumnsMin
  return [
    painted(cut(headOf(columns), look.columns), bold, look),
    ...rows.flatMap((row) => {
      const line = rowOf(columns, row)
      const colour: Colour | undefined = isWell(row.state)
        ? undefined
        : row.state === 'draining'
          ? yellow
          : red
      if (row.why === '') return [painted(cut(line, look.columns), colour, look)]
      if (isWide) return [painted(cut(`${line}  ${row.why}`, look.columns), colour, look)]
      return [painted(cut(line, look.columns), colour, look), cut(`  └ ${row.why}`, look.columns)]
    }),
  ]
}

/** What a reason says, in the operator's words; docs/operating.md has the same. */
const reasonSays: Readonly<Record<string, string>> = {
  own: "the client's own backend",
  'own: gone': "the client's own is not active: another",
  'own: passed over, full': "the client's own has too much in flight: another",
  'fewest-clients': 'a client came: its own is the one with the fewest',
  'long-message': 'longer than balancing.longMessage: the first primary',
  'long-message: passed over, full': 'the first has too much in flight: the next',
  'two-choices': 'the better of two drawn at random',
  feed: "the backend of the room's feed",
}

function reasonSay(reason: string): string {
  return reasonSays[reason] ?? (reason.startsWith('resend') ? 'asked again elsewhere' : '')
}

function decisionLines(decisions: Picture['decisions'], look: Look): readonly string[] {
  if (decisions.length === 0) return [cut('No request was routed yet.', look.columns)]
  const width = Math.max(...decisions.map(({ total }) => String(total).length))
  const reasonWidth = Math.max(...decisions.map(({ reason }) => reason.length))
  return [
    painted('ROUTED BECAUSE', bold, look),
    ...decisions.map(({ reason, total }) => {
      const counted = `  ${String(total).padStart(width)}  ${reason.padEnd(reasonWidth)}`
      return cut(`${counted}  ${reasonSay(reason)}`, look.columns)
    }),
  ]
}
