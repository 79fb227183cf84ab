/**
 * Numbers a tab's sends. The outboxes are this tab's alone and end with it, so a number is fixed
 * here, at once, and means the same send for whichever host it is handed to.
 */
import type { Composed, OutboxItem } from '@starling/core/client/client-io'
import { randomId } from '@starling/core/client/random-id'
import type { Chance } from '@starling/core/now'

export class TabOutboxes {
  readonly #chance: Chance
  readonly #rooms = new Map<string, { outbox: string; next: number }>()
  #lastAt = 0

  constructor(chance: Chance) {
    this.#chance = chance
  }

  compose(room: string, op: Composed, wallMs: number): OutboxItem {
    const at = this.#rooms.get(room) ?? { outbox: randomId(this.#chance), next: 1 }
    this.#rooms.set(room, at)
    const number = at.next
    at.next += 1
    // A clock that is set back does not change the order of what was composed.
    this.#lastAt = Math.max(this.#lastAt, wallMs)
    return { room, outbox: at.outbox, number, op, composedAt: this.#lastAt }
  }

  /** The server lost it: what is composed from now on begins another. */
  leave({ room, outbox }: { readonly room: string; readonly outbox: string }): void {
    if (this.#rooms.get(room)?.outbox === outbox) this.#rooms.delete(room)
  }

  /** Outboxes are one person's. */
  clear(): void {
    this.#rooms.clear()
  }
}
