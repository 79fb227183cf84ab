/** A scenario's outcome as bars with their spread; the stages of a message as a flame of bars. */
import { type Outcome, spreadOfRuns } from '../scenario.ts'
import type { StageTimes } from '../stages.ts'
import { rowHeight, rowTextY, svgBar, svgOf, svgText, topHeight } from './svg.ts'

const characterWidth = 7
const barsWidth = 400
/** Of the bars and the figures beside them. */
const restWidth = barsWidth + 130

/** One bar a case that was measured. */
export function barChartOf({ title, columns, drawn, cases: all }: Outcome): string {
  const column = columns.find(({ key }) => key === drawn) ?? columns[0]!
  const cases = all.filter(({ runs }) => !Number.isNaN(spreadOfRuns(runs, column.key).median))
  const spreads = cases.map(({ runs }) => spreadOfRuns(runs, column.key))
  const labelWidth = widthOf(cases.map(({ label }) => label))
  const most = Math.max(...spreads.map(({ highest }) => highest), Number.MIN_VALUE)
  const xOf = (value: number) => labelWidth + (value / most) * barsWidth
  const parts = cases.flatMap(({ label }, row) => {
    const { lowest, median, highest } = spreads[row]!
    const figure = median.toLocaleString('en', { maximumFractionDigits: column.digits })
    const middle = topHeight + row * rowHeight + rowHeight / 2
    const ends = `x1="${xOf(lowest).toFixed(1)}" x2="${xOf(highest).toFixed(1)}"`
    return [
      svgText({ x: labelWidth - 8, y: rowTextY(row), text: label, isEnd: true }),
      svgBar({ x: labelWidth, row, width: xOf(median) - labelWidth, isOther: isPeer(label) }),
      `<line ${ends} y1="${middle}" y2="${middle}" class="spread"/>`,
      svgText({ x: xOf(highest) + 8, y: rowTextY(row), text: figure }),
    ]
  })
  const unit = `${column.head}: median, and from the lowest to the highest run`
  return svgOf({ width: labelWidth + restWidth, rows: cases.length, title, unit, parts })
}

/** Each stage from when it begins, on average, to when it ends. */
export function stageChartOf(title: string, stages: readonly StageTimes[]): string {
  const known = stages.filter(({ count }) => count > 0)
  const end = Math.max(...known.map(({ beginsAtMs, meanMs }) => beginsAtMs + meanMs), 0.001)
  const labelWidth = widthOf(known.map(({ what }) => what))
  const xOf = (ms: number) => labelWidth + (ms / end) * barsWidth
  const parts = known.flatMap(({ what, beginsAtMs, meanMs }, row) => {
    const [from, to] = [xOf(beginsAtMs), xOf(beginsAtMs + meanMs)]
    return [
      svgText({ x: labelWidth - 8, y: rowTextY(row), text: what, isEnd: true }),
      svgBar({ x: from, row, width: to - from, isOther: what.startsWith('entry') }),
      svgText({ x: to + 8, y: rowTextY(row), text: `${meanMs.toFixed(2)} ms`, look: 'soft' }),
    ]
  })
  const unit = `mean of the sends that were followed; the whole is ${end.toFixed(1)} ms`
  return svgOf({ width: labelWidth + restWidth, rows: known.length, title, unit, parts })
}

function widthOf(labels: readonly string[]): number {
  return Math.max(...labels.map(({ length }) => length), 20) * characterWidth + 16
}

function isPeer(label: string): boolean {
  return /^(ceiling|ws|Socket\.IO|ejabberd|the loop)/.test(label)
}
