/** Who listens to a client: to each of its events, and to every change of its snapshot. */
import type { ClientEventMap } from './api.ts'
import type { Listener } from './client-side.ts'

export class Listeners {
  readonly #listeners = new Map<keyof ClientEventMap, Set<(event: never) => void>>()
  readonly #subscribers = new Set<() => void>()
  readonly #kindsChanged: () => void

  /** `kindsChanged`: the first came for a kind of event, or the last went. */
  constructor(kindsChanged: () => void = () => {}) {
    this.#kindsChanged = kindsChanged
  }

  get kinds(): readonly (keyof ClientEventMap)[] {
    return [...this.#listeners].flatMap(([kind, { size }]) => (size > 0 ? [kind] : []))
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener()
    this.#subscribers.add(own)
    return () => void this.#subscribers.delete(own)
  }

  on<K extends keyof ClientEventMap>(kind: K, listener: Listener<K>): () => void {
    const own = (event: ClientEventMap[K]) => listener(event)
    const listeners = this.#listeners.get(kind) ?? new Set()
    this.#listeners.set(kind, listeners.add(own))
    if (listeners.size === 1) this.#kindsChanged()
    return () => {
      if (listeners.delete(own) && listeners.size === 0) this.#kindsChanged()
    }
  }

  tell<K extends keyof ClientEventMap>(kind: K, event: ClientEventMap[K]): void {
    const listeners = this.#listeners.get(kind) as Set<Listener<K>> | undefined
    for (const listener of listeners ?? []) isolated(() => listener(event))
  }

  changed(): void {
    for (const listener of this.#subscribers) isolated(listener)
  }
}

/** A listener that throws stops neither the others nor the client; the error is not hidden. */
function isolated(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
