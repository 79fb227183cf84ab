/** Parts of the bench's pictures: readable on light and dark pages, with no script and no font. */
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .page { fill: #ffffff }
  .head { font-weight: 600; font-size: 15px }
  .soft { fill: #59636e }
  .bar { fill: #0969da }
  .other { fill: #8c959f }
  .spread { stroke: #1f2328; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .page { fill: #0d1117 }
    .soft { fill: #9198a1 }
    .bar { fill: #4493f8 }
    .other { fill: #656c76 }
    .spread { stroke: #f0f6fc }
  }`

export const rowHeight = 30
export const topHeight = 58

export interface Picture {
  readonly width: number
  readonly rows: number
  readonly title: string
  /** Beneath the title. */
  readonly unit: string
  readonly parts: readonly string[]
}

export function svgOf({ width, rows, title, unit, parts }: Picture): string {
  const height = topHeight + rows * rowHeight + 12
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}\n</style>`,
    `<rect width="${width}" height="${height}" rx="6" class="page"/>`,
    svgText({ x: 12, y: 24, text: title, look: 'head' }),
    svgText({ x: 12, y: 44, text: unit, look: 'soft' }),
    ...parts,
    '</svg>\n',
  ].join('\n')
}

export interface SvgText {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly look?: 'head' | 'soft'
  readonly isEnd?: boolean
}

export function svgText({ x, y, text, look, isEnd = false }: SvgText): string {
  const anchor = isEnd ? ' text-anchor="end"' : ''
  const name = look === undefined ? '' : ` class="${look}"`
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${anchor}${name}>${escaped(text)}</text>`
}

export interface SvgBar {
  readonly x: number
  readonly row: number
  readonly width: number
  readonly isOther?: boolean
}

export function svgBar({ x, row, width, isOther = false }: SvgBar): string {
  const y = topHeight + row * rowHeight + 4
  const place = `x="${x.toFixed(1)}" y="${y}" width="${Math.max(width, 1).toFixed(1)}"`
  return `<rect ${place} height="${rowHeight - 8}" rx="3" class="${isOther ? 'other' : 'bar'}"/>`
}

export function rowTextY(row: number): number {
  return topHeight + row * rowHeight + rowHeight / 2 + 4
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
