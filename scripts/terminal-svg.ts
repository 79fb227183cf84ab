/**
 * Makes a picture of a terminal for the documents: reads rows with SGR sequences, as
 * `tmux capture-pane -e -p` prints them, and writes an SVG.
 *
 *   tmux capture-pane -e -p -t chat | node scripts/terminal-svg.ts > docs/pictures/terminal.svg
 *   tmux capture-pane -e -p -t top | node scripts/terminal-svg.ts LABEL > docs/pictures/top.svg
 *
 * Each word is placed by its column and stretched to its cells, so that the columns hold whatever
 * font the reader has.
 */
import { text as readAll } from 'node:stream/consumers'
import stringWidth from 'string-width'

const cell = { width: 8.4, height: 18, baseline: 13.5 }
const margin = 16
const ground = '#16181d'
const ink = '#d5d8de'
const colours: { readonly [code: number]: string } = {
  31: '#e06c75',
  32: '#8cc265',
  33: '#d9b35f',
  36: '#5fc6c9',
}
const font = "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace"

interface Style {
  readonly isBold: boolean
  readonly isDim: boolean
  readonly isInverse: boolean
  readonly isUnderlined: boolean
  readonly colour: string
}

interface Run {
  readonly column: number
  readonly cells: number
  readonly text: string
  readonly style: Style
}

const plain: Style = {
  isBold: false,
  isDim: false,
  isInverse: false,
  isUnderlined: false,
  colour: ink,
}

function styled(style: Style, code: number): Style {
  switch (code) {
    case 0:
      return plain
    case 1:
      return { ...style, isBold: true }
    case 2:
      return { ...style, isDim: true }
    case 4:
      return { ...style, isUnderlined: true }
    case 7:
      return { ...style, isInverse: true }
    case 22:
      return { ...style, isBold: false, isDim: false }
    case 24:
      return { ...style, isUnderlined: false }
    case 27:
      return { ...style, isInverse: false }
    case 39:
      return { ...style, colour: ink }
    default:
      return { ...style, colour: colours[code] ?? style.colour }
  }
}

/** A style goes on over the end of a row, as it does in a terminal. */
export function runsOf(rows: readonly string[]): readonly (readonly Run[])[] {
  let style = plain
  return rows.map((row) => {
    const runs: Run[] = []
    let column = 0
    for (const part of row.split(/(\p{Cc}\[[0-9;]*m)/u)) {
      const codes = /^\p{Cc}\[([0-9;]*)m$/u.exec(part)
      if (codes !== null) {
        for (const code of (codes[1] ?? '').split(';')) style = styled(style, Number(code))
        continue
      }
      const cells = stringWidth(part)
      if (cells > 0) runs.push({ column, cells, text: part, style })
      column += cells
    }
    return runs
  })
}

export function svgOf(rows: readonly string[], label = 'The Starling terminal client'): string {
  const runs = runsOf(rows)
  const columns = Math.max(...runs.flat().map(({ column, cells }) => column + cells))
  const width = columns * cell.width + margin * 2
  const height = rows.length * cell.height + margin * 2
  const parts = runs.flatMap((row, y) => row.map((run) => runElement(run, y)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.ceil(width)}" height="${height}" ` +
      `viewBox="0 0 ${Math.ceil(width)} ${height}" role="img" ` +
      `aria-label="${escaped(label)}">`,
    `<rect width="100%" height="100%" rx="10" fill="${ground}"/>`,
    `<g font-family="${font}" font-size="14">`,
    ...parts.filter((part) => part !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function runElement({ column, cells, text, style }: Run, y: number): string {
  const top = margin + y * cell.height
  const left = margin + column * cell.width
  const fill = style.isInverse ? ground : style.colour
  const size = `width="${round(cells * cell.width)}" height="${cell.height}"`
  const back = style.isInverse
    ? `<rect x="${round(left)}" y="${top}" ${size} fill="${style.colour}"/>`
    : ''
  const extra = [
    style.isBold ? ' font-weight="bold"' : '',
    style.isDim ? ' opacity="0.55"' : '',
    style.isUnderlined ? ' text-decoration="underline"' : '',
  ].join('')
  let used = 0
  const parts = text.split(/(\s+|[─│┼├┤]+)/).map((part) => {
    const x = left + used * cell.width
    const wide = stringWidth(part)
    used += wide
    if (part.trim() === '') return ''
    if (/[─│┼├┤]/.test(part)) return boxPath(part, { x, y: top, stroke: fill, extra })
    return (
      `<text x="${round(x)}" y="${round(top + cell.baseline)}" fill="${fill}" ` +
      `textLength="${round(wide * cell.width)}" lengthAdjust="spacingAndGlyphs"${extra}>` +
      `${escaped(part)}</text>`
    )
  })
  return back + parts.join('')
}

/** Which arms a box character has. */
const arms: { readonly [character: string]: string } = {
  '─': 'lr',
  '│': 'ud',
  '┼': 'lrud',
  '├': 'rud',
  '┤': 'lud',
}

/** Lines as lines, so that they meet. */
function boxPath(
  text: string,
  at: { readonly x: number; readonly y: number; readonly stroke: string; readonly extra: string },
): string {
  const path = [...text].map((character, number) => {
    const x = at.x + (number + 0.5) * cell.width
    const y = at.y + cell.height / 2
    const arm = arms[character] ?? ''
    const across = arm.includes('l') || arm.includes('r')
    const left = arm.includes('l') ? x - cell.width / 2 : x
    const right = arm.includes('r') ? x + cell.width / 2 : x
    const line = across ? `M${round(left)} ${y}H${round(right)}` : ''
    return arm.includes('u') ? `${line}M${round(x)} ${at.y}v${cell.height}` : line
  })
  return `<path d="${path.join('')}" stroke="${at.stroke}"${at.extra}/>`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

if (import.meta.main) {
  const rows = (await readAll(process.stdin)).replace(/\n+$/, '').split('\n')
  process.stdout.write(svgOf(rows, process.argv[2]))
}
