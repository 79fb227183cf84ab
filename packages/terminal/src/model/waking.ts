/** The next moment at which time alone changes the screen; undefined: none, so nothing ticks. */
import type { ClientSnapshot } from '@starling/client/api'
import type { UiState } from './state.ts'

const troubleShownMs = 1_500
const secondMs = 1_000

export function nextWake(state: UiState, world: ClientSnapshot): number | undefined {
  const moments: number[] = []
  const { note, flash, nowMs, troubleSinceMs } = state
  if (note !== undefined) moments.push(note.untilMs)
  if (flash !== undefined) moments.push(flash.untilMs)
  if (troubleSinceMs !== undefined) {
    const shownMs = troubleSinceMs + troubleShownMs
    if (shownMs > nowMs) moments.push(shownMs)
    else if (world.connection.kind === 'waiting' && world.connection.untilMs > nowMs) {
      // The countdown changes when a whole second is left.
      const leftMs = world.connection.untilMs - nowMs
      moments.push(nowMs + (leftMs % secondMs || secondMs))
    }
  }
  return moments.length === 0 ? undefined : Math.min(...moments)
}

export function isTroubleShown(state: UiState): boolean {
  const { troubleSinceMs, nowMs } = state
  return troubleSinceMs !== undefined && nowMs - troubleSinceMs >= troubleShownMs
}
