/**
 * The screen: panes side by side over the status line.
 *
 * Written with `createElement` instead of JSX, so that Node runs the source as it is, in
 * development and in tests; the build only makes starting quicker.
 */
import { Box } from 'ink'
import { createElement as h, type ReactElement } from 'react'
import type { ScreenLines } from '../layout/screen-lines.ts'
import { lineWidth } from '../layout/span.ts'
import { Pane } from './pane.ts'
import type { Theme } from './theme.ts'

export function App(properties: {
  readonly lines: ScreenLines
  readonly theme: Theme
}): ReactElement {
  const { lines, theme } = properties
  const { sidebar, sidebarRule, main, peopleRule, people, status } = lines
  const panes = [sidebar, sidebarRule, main, peopleRule, people].filter((pane) => pane.length > 0)
  const columns = panes.map((pane, at) =>
    h(Pane, { key: String(at), lines: pane, width: lineWidth(pane[0] ?? []), theme }),
  )
  return h(
    Box,
    { flexDirection: 'column', flexShrink: 0 },
    h(Box, { flexDirection: 'row', flexShrink: 0 }, ...columns),
    h(Pane, { lines: [status], width: lineWidth(status), theme }),
  )
}
