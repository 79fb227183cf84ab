/** A column of lines. A line that did not change is not laid out again. */
import { Box, Text } from 'ink'
import { createElement as h, memo, type ReactElement } from 'react'
import type { Line } from '../layout/span.ts'
import { paintLine, type Theme } from './theme.ts'

const Row = memo(function Row({ text }: { readonly text: string }): ReactElement {
  return h(Text, { wrap: 'truncate' }, text)
})

export function Pane(properties: {
  readonly lines: readonly Line[]
  readonly width: number
  readonly theme: Theme
}): ReactElement {
  const { lines, width, theme } = properties
  // The rows are children by place: a line has no other identity, so none needs a key.
  const rows = lines.map((line) => row(line, theme))
  return h(Box, { flexDirection: 'column', width, flexShrink: 0 }, ...rows)
}

function row(line: Line, theme: Theme): ReactElement {
  return h(Row, { text: paintLine(line, theme) })
}
