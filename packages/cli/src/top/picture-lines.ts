/**
 * The picture as lines of text, none longer than the terminal is wide. The first line says how
 * things stand as a whole; a state that is not as it should be stands out by its colour, and says
 * why: beside its row where there is room, so that no row moves, else below it.
 */
import type { BackendRow, FrontendRow, Picture } from './picture.ts'

export interface Look {
  readonly columns: number
  readonly isColoured: boolean
}

interface Column<Row> {
  readonly head: string
  readonly width: number
  readonly isNumber: boolean
  readonly cell: (row: Row) => string
}

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

const tableColumns = 80
/** What a reason needs beside its row. */
const whyColumnsMin = 20

export function pictureLines(picture: Picture, look: Look): readonly string[] {
  return [
    headLine(picture, look),
    '',
    ...table(frontendColumns, picture.frontends, look),
    '',
    ...table(backendColumns, picture.backends, look),
    '',
    ...decisionLines(picture.decisions, look),
  ]
}

function headLine({ policy, frontends, backends }: Picture, look: Look): string {
  const { say, colour } = standing(frontends, backends)
  const line = cut(`Starling  ${say}`, look.columns)
  const end = `policy ${policy}`
  const gap = Math.min(tableColumns, look.columns) - line.length - end.length
  const shown = painted(line, colour, look)
  return gap < 2 ? shown : `${shown}${' '.repeat(gap)}${end}`
}

interface Standing {
  readonly say: string
  readonly colour: Colour
}

function standing(frontends: Picture['frontends'], backends: Picture['backends']): Standing {
  const wrong = [...frontends, ...backends].filter(({ state }) => !isWell(state)).length
  if (!frontends.some(({ state }) => isWell(state))) {
    return { say: 'no front-end runs: nobody is served', colour: red }
  }
  if (!backends.some(({ state }) => state === 'active')) {
    return { say: 'no backend is active: messages wait', colour: red }
  }
  if (wrong === 0) return { say: 'all is well', colour: green }
  const total = frontends.length + backends.length
  const waiting = frontends.reduce((sum, row) => sum + (row.waiting ?? 0), 0)
  const wait = waiting === 0 ? 'nobody waits' : `${whole(waiting)} requests wait`
  return { say: `${total - wrong} of ${total} do their work; ${wait}`, colour: yellow }
}

function isWell(state: string): boolean {
  return state === 'active' || state === 'running'
}

function table<Row extends Stated>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  look: Look,
): readonly string[] {
  const lineOf = (cell: (column: Column<Row>) => string): string =>
    columns.map((it) => padded(it, cell(it))).join('')
  const isWide = look.columns >= tableColumns + whyColumnsMin
  return [
    painted(
      cut(
        lineOf(({ head }) => head),
        look.columns,
      ),
      bold,
      look,
    ),
    ...rows.flatMap((row) => {
      const line = lineOf(({ cell }) => cell(row))
      const colour = isWell(row.state) ? undefined : row.state === 'draining' ? yellow : red
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

const bold = '\u001b[1m'
const red = '\u001b[31m'
const yellow = '\u001b[33m'
const green = '\u001b[32m'
const plain = '\u001b[0m'
type Colour = typeof bold | typeof red | typeof yellow | typeof green

function painted(line: string, colour: Colour | undefined, { isColoured }: Look): string {
  return isColoured && colour !== undefined ? `${colour}${line}${plain}` : line
}

function text<Row>(head: string, width: number, cell: (row: Row) => string): Column<Row> {
  return { head, width, isNumber: false, cell }
}

function number<Row>(head: string, width: number, cell: (row: Row) => string): Column<Row> {
  return { head, width, isNumber: true, cell }
}

function padded<Row>({ width, isNumber }: Column<Row>, value: string): string {
  const shown = cut(value, width - 1)
  return isNumber ? shown.padStart(width) : shown.padEnd(width)
}

function cut(line: string, columns: number): string {
  const trimmed = line.trimEnd()
  return trimmed.length <= columns ? trimmed : `${trimmed.slice(0, columns - 1)}…`
}

/** Long numbers as 12.3k, 4.56M. */
function whole(value: number | undefined): string {
  if (value === undefined) return '-'
  if (value < 100_000) return String(Math.round(value))
  return value < 1_000_000 ? `${Math.floor(value / 1_000)}k` : `${(value / 1_000_000).toFixed(1)}M`
}

function rate(value: number | undefined): string {
  if (value === undefined) return '-'
  return value > 0 && value < 10 ? value.toFixed(1) : whole(value)
}

function ms(value: number | undefined): string {
  if (value === undefined) return '-'
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}
