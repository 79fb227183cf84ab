import { createElement as h, type ReactElement } from 'react'
import type { Line } from '../layout/span.ts'
import { Pane } from './pane.ts'
import type { Theme } from './theme.ts'

export function QuestionScreen(properties: {
  readonly lines: readonly Line[]
  readonly columns: number
  readonly theme: Theme
}): ReactElement {
  const { lines, columns, theme } = properties
  return h(Pane, { lines, width: columns, theme })
}
