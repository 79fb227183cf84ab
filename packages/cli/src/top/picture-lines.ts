/** The picture as lines of text, none longer than the terminal is wide. */
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

export function pictureLines(picture: Picture, look: Look): readonly string[] {
  const lines = [
    cut(`Starling  policy ${picture.policy}`, look.columns),
    '',
    ...table(frontendColumns, picture.frontends, look),
    '',
    ...table(backendColumns, picture.backends, look),
    '',
    ...decisionLines(picture.decisions, look),
  ]
  return lines
}

function table<Row extends { readonly state: string; readonly why: string }>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  look: Look,
): readonly string[] {
  const head = cut(columns.map((it) => padded(it, it.head)).join(''), look.columns)
  return [
    look.isColoured ? `${bold}${head}${plain}` : head,
    ...rows.flatMap((row) => {
      const line = cut(columns.map((it) => padded(it, it.cell(row))).join(''), look.columns)
      const isWell = row.state === 'active' || row.state === 'running'
      const shown = look.isColoured && !isWell ? `${red}${line}${plain}` : line
      return row.why === '' ? [shown] : [shown, cut(`  └ ${row.why}`, look.columns)]
    }),
  ]
}

function decisionLines(decisions: Picture['decisions'], look: Look): readonly string[] {
  if (decisions.length === 0) return [cut('No request was routed yet.', look.columns)]
  const head = look.isColoured ? `${bold}ROUTED BECAUSE${plain}` : 'ROUTED BECAUSE'
  const width = Math.max(...decisions.map(({ total }) => String(total).length))
  return [
    head,
    ...decisions.map(({ reason, total }) =>
      cut(`  ${String(total).padStart(width)}  ${reason}`, look.columns),
    ),
  ]
}

const bold = '\u001b[1m'
const red = '\u001b[31m'
const plain = '\u001b[0m'

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
  return line.length <= columns ? line.trimEnd() : `${line.slice(0, columns - 1)}…`
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
