/** Sentences that appear for a while above the composer. */
import type { UiState } from './state.ts'

const noteMs = 5_000
const errorMs = 10_000

export function withNote(state: UiState, text: string, isError = false): UiState {
  const untilMs = state.nowMs + (isError ? errorMs : noteMs)
  return { ...state, note: { text, isError, untilMs } }
}
