/** A screen as text, for tests: what a terminal of that size would show. */
import type { ClientSnapshot } from '@starling/client/api'
import { render } from 'ink-testing-library'
import { createElement as h } from 'react'
import { screenLines } from '../layout/screen-lines.ts'
import { textOf } from '../layout/span.ts'
import { RowCache } from '../layout/timeline-blocks.ts'
import { type Event, type Step, startState, type UiState } from '../model/state.ts'
import { update } from '../model/update.ts'
import { App } from '../view/app.ts'
import { plainTheme } from '../view/theme.ts'
import { morning, utc } from './world.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

export function aState(size: Size = { columns: 80, rows: 24 }): UiState {
  return startState({ ...size, nowMs: 0, wallMs: morning, zone: utc, drafts: new Map() })
}

/** Events one after the other in one world; the acts of all. */
export function after(
  state: UiState,
  world: ClientSnapshot,
  events: readonly Event[],
  nowMs = state.nowMs,
): Step {
  const cache = new RowCache()
  let now = state
  const acts: Step['acts'][number][] = []
  for (const event of events) {
    const step = update(now, event, { world, cache, nowMs, wallMs: morning })
    now = step.state
    acts.push(...step.acts)
  }
  return { state: now, acts }
}

export function key(name: string): Event {
  return { kind: 'input', input: { kind: 'key', key: name } }
}

export function text(typed: string): Event {
  return { kind: 'input', input: { kind: 'text', text: typed } }
}

/** The rows as Ink lays them out, without colours. */
export function frameOf(state: UiState, world: ClientSnapshot): readonly string[] {
  const lines = screenLines(state, world, new RowCache())
  const { lastFrame, unmount } = render(h(App, { lines, theme: plainTheme }))
  const frame = lastFrame() ?? ''
  unmount()
  return frame.split('\n')
}

/** The conversation's rows alone, without Ink. */
export function mainRowsOf(state: UiState, world: ClientSnapshot): readonly string[] {
  return screenLines(state, world, new RowCache()).main.map((line) => textOf(line).trimEnd())
}
