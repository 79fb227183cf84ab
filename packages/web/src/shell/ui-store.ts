/** Holds the present state of the user interface and tells who wants to know of the next one. */
import type { UiState } from '../model/ui-state.ts'

export class UiStore {
  #state: UiState
  readonly #listeners = new Set<() => void>()

  constructor(state: UiState) {
    this.#state = state
  }

  readonly get = (): UiState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  change(step: (state: UiState) => UiState): void {
    const next = step(this.#state)
    if (next === this.#state) return
    this.#state = next
    for (const listener of [...this.#listeners]) listener()
  }

  set(change: Partial<UiState>): void {
    const names = Object.keys(change) as (keyof UiState)[]
    this.change((state) =>
      names.every((name) => state[name] === change[name]) ? state : { ...state, ...change },
    )
  }
}
