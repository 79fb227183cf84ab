/** Something to be read whole before one goes on: a title and paragraphs. */
import type { Page, PagePart } from '../model/state.ts'
import { sanitiseLine } from '../text/sanitise.ts'
import { wrap } from '../text/wrap.ts'
import { emptyLine, type Line, span } from './span.ts'

const measureMax = 72
const margin = '  '

export function pageLines(
  { page, top }: { readonly page: Page; readonly top: number },
  { width, rows }: { readonly width: number; readonly rows: number },
): readonly Line[] {
  return pageRows(page, width).slice(top, top + rows)
}

export function pageRows({ title, parts }: Page, width: number): readonly Line[] {
  const cells = Math.min(measureMax, width - margin.length - 1)
  const head: PagePart = { text: title, tone: 'strong' }
  return [head, ...parts].flatMap((part, at) => [
    ...(at === 0 ? [] : [emptyLine]),
    ...partRows(part, cells),
  ])
}

function partRows({ text, tone }: PagePart, cells: number): readonly Line[] {
  return text
    .split('\n')
    .flatMap((paragraph) => wrap(sanitiseLine(paragraph), cells))
    .map((row) => [span(margin), span(row, tone)])
}
