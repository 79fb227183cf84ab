/** What the parts of the picture are drawn with: columns, colours, numbers; no line too long. */

export interface Look {
  readonly columns: number
  readonly isColoured: boolean
}

export interface Column<Row> {
  readonly head: string
  readonly width: number
  readonly isNumber: boolean
  readonly cell: (row: Row) => string
}

export const tableColumns = 80

export const bold = '\u001b[1m'
export const red = '\u001b[31m'
export const yellow = '\u001b[33m'
export const green = '\u001b[32m'
/** Inverse. */
export const redGround = '\u001b[7m\u001b[31m'
export const yellowGround = '\u001b[7m\u001b[33m'
const plain = '\u001b[0m'
export type Colour =
  | typeof bold
  | typeof red
  | typeof yellow
  | typeof green
  | typeof redGround
  | typeof yellowGround

export function painted(line: string, colour: Colour | undefined, { isColoured }: Look): string {
  return isColoured && colour !== undefined ? `${colour}${line}${plain}` : line
}

export function text<Row>(head: string, width: number, cell: (row: Row) => string): Column<Row> {
  return { head, width, isNumber: false, cell }
}

export function number<Row>(head: string, width: number, cell: (row: Row) => string): Column<Row> {
  return { head, width, isNumber: true, cell }
}

export function headOf<Row>(columns: readonly Column<Row>[]): string {
  return columns.map((it) => padded(it, it.head)).join('')
}

export function rowOf<Row>(columns: readonly Column<Row>[], row: Row): string {
  return columns.map((it) => padded(it, it.cell(row))).join('')
}

function padded<Row>({ width, isNumber }: Column<Row>, value: string): string {
  const shown = cut(value, width - 1)
  return isNumber ? shown.padStart(width) : shown.padEnd(width)
}

export function cut(line: string, columns: number): string {
  // What comes from elsewhere is not to move the cursor.
  const trimmed = line.trimEnd().replace(/\p{Cc}/gu, '?')
  return trimmed.length <= columns ? trimmed : `${trimmed.slice(0, columns - 1)}…`
}

export interface Wrapping {
  readonly columns: number
  /** Before the first line; the others begin below what follows it. */
  readonly mark: string
  readonly linesMax: number
}

/** Parts as many to a line as have room; what is beyond `linesMax` is cut off, with a sign. */
export function wrapped(
  parts: readonly string[],
  { columns, mark, linesMax }: Wrapping,
): readonly string[] {
  const [first = '', ...rest] = parts
  const lines: string[] = []
  let line = mark + first
  for (const part of rest) {
    const longer = `${line} ${part}`
    if (longer.length <= columns) line = longer
    else {
      lines.push(line)
      line = ' '.repeat(mark.length) + part
    }
  }
  lines.push(line)
  if (lines.length > linesMax) {
    const last = lines[linesMax - 1] ?? ''
    lines.splice(linesMax - 1, lines.length, `${last.slice(0, columns - 1)}…`)
  }
  return lines.map((it) => cut(it, columns))
}

/** Long numbers as 123k, 4.6M. */
export function whole(value: number | undefined): string {
  if (value === undefined) return '-'
  if (value < 100_000) return String(Math.round(value))
  return value < 1_000_000 ? `${Math.floor(value / 1_000)}k` : `${(value / 1_000_000).toFixed(1)}M`
}

export function rate(value: number | undefined): string {
  if (value === undefined) return '-'
  return value > 0 && value < 10 ? value.toFixed(1) : whole(value)
}

export function ms(value: number | undefined): string {
  if (value === undefined) return '-'
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`
}

/** 0.4 s, 12 s, 5 min, 3 h. */
export function duration(valueMs: number | undefined): string {
  if (valueMs === undefined) return '-'
  const seconds = valueMs / 1_000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** As disks are sold: 12.3 MB, 40 GB. */
export function size(bytes: number): string {
  let value = bytes
  let at = 0
  while (value >= 999.5 && at < byteUnits.length - 1) {
    value /= 1_000
    at += 1
  }
  const isShort = at > 0 && value < 99.95 && Math.abs(value - Math.round(value)) >= 0.05
  return `${isShort ? value.toFixed(1) : Math.round(value)} ${byteUnits[at]}`
}
